"""Deliveries of an issue by state, with the reason; those in doubt are settled here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models import DeliveryState
from publisher.web.operator.auth import guarded, id_of
from publisher.web.operator.frame import operator_page
from publisher.web.operator.issues import PART, counts_name, progress

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.web.operator.auth import OperatorRequest

_PAGE = 50
# What an operator may say of a delivery in doubt -> where it goes, and how that is written down.
DECISIONS = {
    "again": (DeliveryState.READY, "send again"),
    "arrived": (DeliveryState.SENT, "it arrived"),
    "abandon": (DeliveryState.ABANDONED, "give up"),
}
_LONGEST_NAME = 64  # that the log of decisions holds


def rows(visit: OperatorRequest) -> Response:
    """Show a page of deliveries, those in one state or all."""
    shown = progress(visit)
    asked = visit.asked("state")
    state = DeliveryState(asked) if asked in set(DeliveryState) else None
    states = (state,) if state else ()
    page = visit.store.deliveries.rows(
        shown.info.id, states, limit=_PAGE + 1, after=visit.number("after")
    )
    return operator_page(
        visit,
        "web/operator/deliveries.html.j2",
        title=f"Deliveries of {shown.info.id}",
        part=PART,
        shown=shown,
        state=state,
        rows=page[:_PAGE],
        after=page[_PAGE - 1].subscriber_id if len(page) > _PAGE else 0,
        settling=state is DeliveryState.IN_DOUBT and bool(page),
    )


def settle(visit: OperatorRequest) -> Response:
    """Settle the deliveries that were marked, each with a line in two logs."""
    info = progress(visit).info
    decision = visit.field("decision")
    if decision not in DECISIONS:
        raise HTTPException(400, "Choose what to do with the selected deliveries.")
    state, words = DECISIONS[decision]
    settled = 0
    for text in visit.fields("subscriber"):
        subscriber = id_of(text)
        if subscriber is not None and visit.store.ledger.resolve(
            info.id,
            subscriber,
            state,
            reason=words,
            now=visit.now,
            by=visit.operator[:_LONGEST_NAME],
        ):
            visit.note("doubt settled", f"issue {info.id}, subscriber {subscriber}: {words}")
            settled += 1
    visit.lookout.forget(counts_name(info.id))
    where = f"{PART}/{info.id}/deliveries?state=in_doubt&told={settled}+settled"
    return RedirectResponse(where, status_code=303)


ROUTES = (
    Route(PART + "/{issue}/deliveries", guarded(rows)),
    Route(PART + "/{issue}/settle", guarded(settle), methods=["POST"]),
)
