"""API operations for issues and deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET
from starlette.exceptions import HTTPException

from publisher.web.api import model
from publisher.web.api.operation import Operation, Reply
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from publisher.models.ledger import FrozenIssue
    from publisher.store.database import Store
    from publisher.web.api.operation import Call

_UNKNOWN = {404: "There is no such issue."}


def _shown(info: FrozenIssue, store: Store) -> model.Issue:
    counts = store.deliveries.counts(info.id)
    return model.Issue(
        id=info.id,
        state=info.state,
        start=info.start,
        end=info.end,
        frozen_at=info.frozen_at,
        paused_until=info.paused_until,
        pause_reason=info.pause_reason,
        deliveries={state.value: count for state, count in counts.items()},
    )


def _list(call: Call) -> Reply:
    asked: model.Paging = call.parameters
    store = call.context.store
    infos = store.issues.all()
    # Counted from the oldest, so that new issues do not shift the pages.
    end = len(infos) if asked.cursor is UNSET else min(int(asked.cursor), len(infos))
    start = max(end - asked.limit, 0)
    items = [_shown(info, store) for info in reversed(infos[start:end])]
    return Reply(model.Page(items=items, next=str(start) if start else None))


def _one(call: Call) -> Reply:
    return Reply(_shown(_info(call), call.context.store))


def _deliveries(call: Call) -> Reply:
    asked: model.DeliverySearch = call.parameters
    info = _info(call)
    rows = call.context.store.deliveries.rows(
        info.id,
        [] if asked.state is UNSET else [asked.state],
        limit=asked.limit + 1,
        after=0 if asked.cursor is UNSET else int(asked.cursor),
    )
    items = [
        model.Delivery(
            issue=row.issue_id,
            subscriber=row.subscriber_id,
            email=row.email,
            state=row.state,
            attempts=row.attempts,
            reason=row.reason,
            message_id=row.message_id,
            edition=row.edition,
        )
        for row in rows[: asked.limit]
    ]
    more = str(items[-1].subscriber) if len(rows) > asked.limit else None
    return Reply(model.Page(items=items, next=more))


def _info(call: Call) -> FrozenIssue:
    issue = call.context.store.issues.get(call.parameters.issue)
    if issue is None:
        raise HTTPException(404)
    return issue


OPERATIONS = (
    Operation(
        "listIssues",
        "GET",
        "/issues",
        "List frozen issues, newest first.",
        Scope.ISSUES_READ,
        _list,
        {200: ("A page of issues.", model.Page[model.Issue])},
        model.Paging,
    ),
    Operation(
        "getIssue",
        "GET",
        "/issues/{issue}",
        "Get an issue.",
        Scope.ISSUES_READ,
        _one,
        {200: ("The issue.", model.Issue)},
        model.OfIssue,
        problems=_UNKNOWN,
    ),
    Operation(
        "listDeliveries",
        "GET",
        "/issues/{issue}/deliveries",
        "List the deliveries of an issue, with the reason of each state.",
        Scope.DELIVERIES_READ,
        _deliveries,
        {200: ("A page of deliveries, ordered by subscriber.", model.Page[model.Delivery])},
        model.DeliverySearch,
        problems=_UNKNOWN,
    ),
)
