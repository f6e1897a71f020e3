"""The first page: what needs somebody, what is due, what landed, how the list grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.formatter.i18n.words import counted
from publisher.models import DeliveryState
from publisher.models.ledger import IssueState
from publisher.newsletter.periods import next_due
from publisher.web.charts import groups, lines
from publisher.web.operator.auth import HOME, guarded
from publisher.web.operator.charting import moves_chart, size_chart
from publisher.web.operator.figures import apps_lately, growth_lately, states_lately
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.responses import Response

    from publisher.models import Frequency
    from publisher.models.ledger import FrozenIssue
    from publisher.web.operator.auth import OperatorRequest
    from publisher.web.operator.dashboard_cache import Dashboard

_WEEK = 7
_RECENT = 12


@dataclass(frozen=True, slots=True)
class Due:
    """The next issue of a stream: when, and how many papers it has so far."""

    frequency: Frequency
    at: datetime
    overdue: str  # the id of one that is due and was not made yet
    papers: int


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person, and where to see to it."""

    text: str
    href: str


def overview(visit: OperatorRequest) -> Response:
    """Show the first page."""
    look = visit.lookout.look(visit.context)
    people = visit.lookout.figure("people", visit.store.subscribers.count)
    days = growth_lately(visit)
    states = states_lately(visit)
    infos = visit.store.issues.all()[-_RECENT:]
    apps = apps_lately(visit)
    week = (days or [])[-_WEEK:]
    return operator_page(
        visit,
        "web/operator/overview.html.j2",
        title="Overview",
        part=HOME,
        waiting=None in (look, people, days, states, apps),
        look=look,
        people=people,
        came=sum(day.came for day in week),
        went=sum(day.went for day in week),
        feed_readers=sum(app.subscribers for app in apps or ()),
        last=infos[-1] if infos else None,
        last_sent=last_sent(states, infos),
        due=due(look, visit),
        needs=needs(visit, infos, look),
        charts=((size_chart(days or ()), lines), (moves_chart(days or ()), groups)),
    )


def last_sent(
    states: Mapping[str, Mapping[DeliveryState, int]] | None, infos: list[FrozenIssue]
) -> int:
    """Return how many deliveries of the newest issue were sent."""
    counts = states.get(infos[-1].id) if states and infos else None
    return counts[DeliveryState.SENT] if counts else 0


def due(look: Dashboard | None, visit: OperatorRequest) -> list[Due]:
    """Return the next issue of each stream."""
    found = []
    for frequency in dict.fromkeys(visit.settings.newsletter.frequencies):
        issue = dict(look.upcoming).get(frequency) if look else None
        over = issue is not None and issue.end <= visit.now
        at = next_due(visit.now, visit.settings, frequency)
        papers = len(issue.papers) if issue else 0
        found.append(Due(frequency, at, issue.id if issue and over else "", papers))
    return found


def needs(visit: OperatorRequest, infos: list[FrozenIssue], look: Dashboard | None) -> list[Need]:
    """Return what waits for a person."""
    found = []
    doubts = visit.store.statistics.doubts_of([info.id for info in infos])
    for info in infos:
        where = f"/operator/issues/{info.id}"
        if info.id in doubts:
            text = f"{info.id}: {doubts[info.id]:,} deliveries in doubt; they may have arrived"
            found.append(Need(text, f"{where}/deliveries?state=in_doubt"))
        if info.state is IssueState.PAUSED:
            found.append(Need(f"{info.id} is paused: {info.pause_reason}", where))
    waiting = visit.store.outgoing_queue.waiting()
    if waiting:
        text = counted(waiting, "1 transactional mail is", "{count:,} transactional mails are")
        found.append(Need(f"{text} waiting to be sent", ""))
    if look is not None and look.problem:
        found.append(Need(f"The digests can't be read: {look.problem}", ""))
    if look is not None and look.error_count:
        text = counted(look.error_count, "1 error", "{count:,} errors")
        found.append(Need(f"{text} in digests", "/operator/findings"))
    return found


def findings(visit: OperatorRequest) -> Response:
    """Show what `publisher check` says, errors first."""
    return operator_page(
        visit,
        "web/operator/findings.html.j2",
        title="Findings",
        part=HOME,
        look=visit.lookout.look(visit.context),
    )


def look_again(visit: OperatorRequest) -> Response:
    """Have the digests read anew."""
    visit.lookout.look_again()
    return RedirectResponse(HOME, status_code=303)


ROUTES = (
    Route("/operator/", guarded(overview)),
    Route("/operator/findings", guarded(findings)),
    Route("/operator/look", guarded(look_again), methods=["POST"]),
)
