"""Issues: their progress, live while they are sent, and pausing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models import DeliveryState
from publisher.models.ledger import IssueState
from publisher.translation import _
from publisher.web.charts import columns
from publisher.web.operator.auth import guarded
from publisher.web.operator.charting import GROUPS, deliveries_chart
from publisher.web.operator.figures import states_lately
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.responses import Response

    from publisher.models.ledger import FrozenIssue
    from publisher.web.operator.auth import OperatorRequest

PART = "/operator/issues"
_REASONS = 8
# The page reloads every two seconds while an issue is sent.
_COUNT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an issue; `moving` means that it is or will be sent automatically."""

    info: FrozenIssue
    counts: Mapping[DeliveryState, int]
    next_due: datetime | None

    @property
    def total(self) -> int:
        """The number of all deliveries."""
        return sum(self.counts.values())

    @property
    def groups(self) -> list[tuple[str, str, int]]:
        """Name, tone and count of each group of states, those of a chart."""
        return [
            (_(name), tone, sum(self.counts[state] for state in states))
            for name, tone, states in GROUPS
        ]

    @property
    def left(self) -> int:
        """The number of deliveries still to be sent."""
        busy = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
        return sum(self.counts[state] for state in busy)

    @property
    def moving(self) -> bool:
        """Whether the issue is being sent."""
        return self.info.state is IssueState.OPEN and self.left > 0


def listed(request: OperatorRequest) -> Response:
    """Show all issues, newest first."""
    states = states_lately(request)
    infos = request.store.issues.all()[::-1]
    look = request.dashboard()
    return operator_page(
        request,
        "web/operator/issues.html.j2",
        title=_("Issues"),
        part=PART,
        waiting=states is None,
        infos=infos,
        upcoming=[issue.id for _, issue in look.upcoming if issue] if look else [],
        states=states or {},
        charts=((deliveries_chart(states or {}), columns),),
    )


def issue(request: OperatorRequest) -> Response:
    """Show the progress of an issue, and its deliveries by state."""
    shown = progress(request)
    info = shown.info
    reasons = {
        state: request.store.statistics.reasons_of(info.id, state, most=_REASONS)
        for state in (DeliveryState.REJECTED, DeliveryState.IN_DOUBT, DeliveryState.SKIPPED)
        if shown.counts[state]
    }
    return operator_page(
        request,
        "web/operator/issue.html.j2",
        title=_("Issue {issue}").format(issue=info.id),
        part=PART,
        shown=shown,
        still=bool(request.query("still")),
        reasons=reasons,
        decisions=request.store.deliveries.decisions(info.id)[::-1],
    )


def live(request: OperatorRequest) -> Response:
    """Return the part of an issue's page that changes while it is sent."""
    return operator_page(
        request, "web/operator/progress.html.j2", title=_("Progress"), shown=progress(request)
    )


def pause(request: OperatorRequest) -> Response:
    """Pause an issue before its next message, or resume it."""
    info = progress(request).info
    if request.field("resume"):
        request.store.issues.resume(info.id)
        request.note("issue resumed", f"issue {info.id}")
    else:
        request.store.issues.pause(info.id, until=None, reason=request.by)
        request.note("issue paused", f"issue {info.id}")
    return RedirectResponse(f"{PART}/{info.id}", status_code=303)


def progress(request: OperatorRequest) -> Progress:
    """Return the progress of the issue in the path. Raises `HTTPException` 404."""
    info = request.store.issues.get(request.part("issue"))
    if info is None:
        raise HTTPException(404)
    counts = issue_counts(request, info.id)
    return Progress(
        info, counts or dict.fromkeys(DeliveryState, 0), request.store.deliveries.next_due(info.id)
    )


def issue_counts(request: OperatorRequest, issue_id: str) -> dict[DeliveryState, int] | None:
    """Return how many deliveries are in each state, None while the first count takes long."""
    make = partial(request.store.deliveries.counts, issue_id)
    return request.cache.figure(counts_name(issue_id), make, _COUNT_SECONDS)


def counts_name(issue_id: str) -> str:
    """Return the name of an issue's counts in the cache."""
    return f"counts of {issue_id}"


ROUTES = (
    Route(PART, guarded(listed)),
    Route(PART + "/{issue}", guarded(issue)),
    Route(PART + "/{issue}/progress", guarded(live)),
    Route(PART + "/{issue}/pause", guarded(pause), methods=["POST"]),
)
