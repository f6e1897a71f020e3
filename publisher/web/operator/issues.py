"""Issues: how far each is, live while it is sent, and a hand on its brake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models import DeliveryState
from publisher.models.ledger import IssueState
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
# While it is sent, somebody looks every two.
_COUNT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an issue is. `moving`: it is being sent, or will be by itself."""

    info: FrozenIssue
    counts: Mapping[DeliveryState, int]
    next_due: datetime | None

    @property
    def total(self) -> int:
        """All deliveries."""
        return sum(self.counts.values())

    @property
    def groups(self) -> list[tuple[str, str, int]]:
        """Name, tone and count of each group of states, those of a chart."""
        return [
            (name, tone, sum(self.counts[state] for state in states))
            for name, tone, states in GROUPS
        ]

    @property
    def left(self) -> int:
        """How many are still to go."""
        busy = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
        return sum(self.counts[state] for state in busy)

    @property
    def moving(self) -> bool:
        """Whether it is being sent."""
        return self.info.state is IssueState.OPEN and self.left > 0


def listed(visit: OperatorRequest) -> Response:
    """Show all issues, newest first."""
    states = states_lately(visit)
    infos = visit.store.issues.all()[::-1]
    return operator_page(
        visit,
        "web/operator/issues.html.j2",
        title="Issues",
        part=PART,
        waiting=states is None,
        infos=infos,
        states=states or {},
        groups=GROUPS,
        charts=((deliveries_chart(states or {}), columns),),
    )


def issue(visit: OperatorRequest) -> Response:
    """Show how far an issue is, and what became of its deliveries."""
    shown = progress(visit)
    info = shown.info
    reasons = {
        state: visit.store.statistics.reasons_of(info.id, state, most=_REASONS)
        for state in (DeliveryState.REJECTED, DeliveryState.IN_DOUBT, DeliveryState.SKIPPED)
        if shown.counts[state]
    }
    return operator_page(
        visit,
        "web/operator/issue.html.j2",
        title=f"Issue {info.id}",
        part=PART,
        shown=shown,
        still=bool(visit.asked("still")),
        reasons=reasons,
        decisions=visit.store.deliveries.decisions(info.id)[::-1],
    )


def live(visit: OperatorRequest) -> Response:
    """Return the part of an issue's page that changes while it is sent."""
    return operator_page(
        visit, "web/operator/progress.html.j2", title="Progress", shown=progress(visit)
    )


def pause(visit: OperatorRequest) -> Response:
    """Stop an issue before its next message, or take it up again."""
    info = progress(visit).info
    if visit.field("resume"):
        visit.store.issues.resume(info.id)
        visit.note("issue resumed", f"issue {info.id}")
    else:
        visit.store.issues.pause(info.id, until=None, reason=visit.by)
        visit.note("issue paused", f"issue {info.id}")
    return RedirectResponse(f"{PART}/{info.id}", status_code=303)


def progress(visit: OperatorRequest) -> Progress:
    """Return how far the issue of the address is; 404 where there is no such."""
    info = visit.store.issues.get(visit.part("issue"))
    if info is None:
        raise HTTPException(404)
    make = partial(visit.store.deliveries.counts, info.id)
    counts = visit.lookout.figure(counts_name(info.id), make, _COUNT_SECONDS)
    return Progress(
        info, counts or dict.fromkeys(DeliveryState, 0), visit.store.deliveries.next_due(info.id)
    )


def counts_name(issue_id: str) -> str:
    """Return under which name the counts of an issue are kept."""
    return f"counts of {issue_id}"


ROUTES = (
    Route(PART, guarded(listed)),
    Route(PART + "/{issue}", guarded(issue)),
    Route(PART + "/{issue}/progress", guarded(live)),
    Route(PART + "/{issue}/pause", guarded(pause), methods=["POST"]),
)
