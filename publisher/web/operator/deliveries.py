"""The deliveries of an issue by state, and decisions about those in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models import DeliveryState
from publisher.translation import _
from publisher.web.operator.auth import guarded, id_of
from publisher.web.operator.frame import operator_page
from publisher.web.operator.issues import PART, counts_name, progress

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.web.operator.auth import OperatorRequest

_PAGE = 50
# An operator's decisions about a delivery in doubt: the new state, and the text for the log.
DECISIONS = {
    "again": (DeliveryState.READY, "send again"),
    "arrived": (DeliveryState.SENT, "it arrived"),
    "abandon": (DeliveryState.ABANDONED, "give up"),
}
LONGEST_NAME = 64  # of the log of decisions


def rows(request: OperatorRequest) -> Response:
    """Show a page of deliveries, in one state or all."""
    shown = progress(request)
    state_name = request.query("state")
    state = DeliveryState(state_name) if state_name in set(DeliveryState) else None
    states = (state,) if state else ()
    page = request.store.deliveries.rows(
        shown.info.id, states, limit=_PAGE + 1, after=request.number("after")
    )
    return operator_page(
        request,
        "web/operator/deliveries.html.j2",
        title=_("Deliveries of {issue}").format(issue=shown.info.id),
        part=PART,
        shown=shown,
        state=state,
        rows=page[:_PAGE],
        after=page[_PAGE - 1].subscriber_id if len(page) > _PAGE else 0,
        settling=state is DeliveryState.IN_DOUBT and bool(page),
    )


def settle(request: OperatorRequest) -> Response:
    """Decide the marked deliveries, each with a line in both logs."""
    info = progress(request).info
    decision = request.field("decision")
    if decision not in DECISIONS:
        raise HTTPException(400, _("Choose what to do with the selected deliveries."))
    state, words = DECISIONS[decision]
    settled = 0
    for text in request.fields("subscriber"):
        subscriber = id_of(text)
        if subscriber is not None and request.store.ledger.resolve(
            info.id,
            subscriber,
            state,
            reason=words,
            now=request.now,
            by=request.operator[:LONGEST_NAME],
        ):
            request.note("doubt settled", f"issue {info.id}, subscriber {subscriber}: {words}")
            settled += 1
    request.cache.forget(counts_name(info.id))
    where = f"{PART}/{info.id}/deliveries?state=in_doubt&settled={settled}"
    return RedirectResponse(where, status_code=303)


ROUTES = (
    Route(PART + "/{issue}/deliveries", guarded(rows)),
    Route(PART + "/{issue}/settle", guarded(settle), methods=["POST"]),
)
