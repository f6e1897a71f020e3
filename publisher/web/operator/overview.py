"""The overview: open tasks, due issues, latest digests, and the growth of the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models import DeliveryState
from publisher.models.health import HealthStatus
from publisher.models.ledger import IssueState
from publisher.newsletter.periods import next_due
from publisher.services.doctor import AREAS
from publisher.services.findings_report import in_words
from publisher.services.source_links import line_address
from publisher.translation import _, ngettext
from publisher.web.charts import groups, lines
from publisher.web.operator.auth import HOME, guarded
from publisher.web.operator.charting import moves_chart, size_chart
from publisher.web.operator.figures import (
    apps_lately,
    growth_lately,
    overdue_announcements,
    states_lately,
)
from publisher.web.operator.frame import operator_page
from publisher.web.operator.health import PATH as HEALTH
from publisher.web.operator.health import quick_checks
from publisher.web.operator.issues import issue_counts
from publisher.web.operator.stored_texts import name_of, stored_text

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from starlette.responses import Response

    from publisher.models import Frequency, Issue
    from publisher.models.health import HealthCheck
    from publisher.models.ledger import FrozenIssue
    from publisher.web.operator.auth import OperatorRequest
    from publisher.web.operator.dashboard_cache import Dashboard

_WEEK = 7
_RECENT = 12
# What people look at while they wait for a change; what takes long is kept for longer.
_LIVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Due:
    """The next issue of a frequency: when it is or was due, and the number of its papers so far.

    `overdue` is the id of an issue that is due but not frozen yet, else "". `waits`: nobody gets it
    yet; None while that takes long to find out.
    """

    frequency: Frequency
    at: datetime
    papers: int
    overdue: str = ""
    waits: bool | None = False


@dataclass(frozen=True, slots=True)
class Need:
    """Something that an operator has to do, with a link."""

    text: str
    href: str


def overview(request: OperatorRequest) -> Response:
    """Show the overview."""
    look = request.dashboard()
    people = request.cache.figure("people", request.store.subscribers.count, _LIVE_SECONDS)
    days = growth_lately(request)
    states = states_lately(request)
    infos = request.store.issues.all()[-_RECENT:]
    apps = apps_lately(request)
    checks = quick_checks(request)
    week = (days or [])[-_WEEK:]
    return operator_page(
        request,
        "web/operator/overview.html.j2",
        in_words=in_words,
        title=_("Overview"),
        part=HOME,
        waiting=None in (look, people, days, states, apps, checks),
        look=look,
        people=people,
        came=sum(day.came for day in week),
        went=sum(day.went for day in week),
        feed_readers=sum(app.subscribers for app in apps or ()),
        last=infos[-1] if infos else None,
        last_sent=last_sent(request, infos),
        due=due(look, request),
        needs=needs(request, infos, look) + health_needs(checks or ()),
        checked=checks and sum(check.status is HealthStatus.OK for check in checks),
        charts=((size_chart(days or ()), lines), (moves_chart(days or ()), groups)),
    )


def last_sent(request: OperatorRequest, infos: list[FrozenIssue]) -> int | None:
    """Return the number of sent deliveries of the newest issue, as its own page shows it."""
    counts = issue_counts(request, infos[-1].id) if infos else {}
    return None if counts is None else counts.get(DeliveryState.SENT, 0)


def due(look: Dashboard | None, request: OperatorRequest) -> list[Due]:
    """Return the next issue of each frequency."""
    upcoming = dict(look.upcoming) if look else {}
    return [
        _due(request, frequency, upcoming.get(frequency))
        for frequency in dict.fromkeys(request.settings.newsletter.frequencies)
    ]


def _due(request: OperatorRequest, frequency: Frequency, issue: Issue | None) -> Due:
    papers = len(issue.papers) if issue else 0
    if issue is None or issue.end > request.now:
        return Due(frequency, next_due(request.now, request.settings, frequency), papers)

    def waits() -> bool:
        from publisher.services import drafts  # noqa: PLC0415 - see dashboard_cache

        return not drafts.has_recipients(issue, request.settings, request.store)

    waiting = request.cache.figure(f"wait of {issue.id}", waits, _LIVE_SECONDS)
    return Due(frequency, issue.end, papers, issue.id, waiting)


def needs(request: OperatorRequest, infos: list[FrozenIssue], look: Dashboard | None) -> list[Need]:
    """Return the things that an operator has to do."""
    tasks = []
    doubts = request.store.statistics.doubts_of([info.id for info in infos])
    for info in infos:
        address = f"/operator/issues/{info.id}"
        if info.id in doubts:
            text = ngettext(
                "{issue}: 1 delivery in doubt; it may have arrived",
                "{issue}: {count:,} deliveries in doubt; they may have arrived",
                doubts[info.id],
            ).format(issue=info.id, count=doubts[info.id])
            tasks.append(Need(text, f"{address}/deliveries?state=in_doubt"))
        if info.state is IssueState.PAUSED:
            text = _("{issue} is paused: {reason}").format(
                issue=info.id, reason=stored_text(info.pause_reason)
            )
            tasks.append(Need(text, address))
    waiting = request.store.outgoing_queue.waiting()
    if waiting:
        text = ngettext(
            "1 transactional mail is waiting to be sent",
            "{count:,} transactional mails are waiting to be sent",
            waiting,
        ).format(count=waiting)
        tasks.append(Need(text, ""))
    issue_task = request.store.tasks.state("issues")
    if issue_task.failed:
        tasks.append(Need(issue_task.result, ""))
    if look is not None and look.problem:
        text = _("The digests can't be read: {problem}").format(problem=look.problem)
        tasks.append(Need(text, ""))
    if look is not None and look.error_count:
        text = ngettext(
            "1 error in digests", "{count:,} errors in digests", look.error_count
        ).format(count=look.error_count)
        tasks.append(Need(text, "/operator/findings"))
    return tasks + [
        Need(
            _("{channel}, {day}: {message}").format(
                channel=name,
                day=record.day,
                message=stored_text(record.message) or name_of(record.state),
            ),
            "/operator/gathering",
        )
        for name, record in overdue_announcements(request)
    ]


def health_needs(checks: Collection[HealthCheck]) -> list[Need]:
    """Return what is to be mended, and how much is to be looked at, of the installation."""
    errors = [check for check in checks if check.status is HealthStatus.ERROR]
    warnings = sum(check.status is HealthStatus.WARNING for check in checks)
    tasks = [Need(_(AREAS[check.area]) + _(": ") + check.message, HEALTH) for check in errors]
    if warnings:
        text = ngettext(
            "1 thing about this installation to look at",
            "{count} things about this installation to look at",
            warnings,
        )
        tasks.append(Need(text.format(count=warnings), HEALTH))
    return tasks


def findings(request: OperatorRequest) -> Response:
    """Show the findings of `publisher check`, errors first, with links to their lines."""
    look = request.dashboard()
    places = look.repositories if look else ()
    return operator_page(
        request,
        "web/operator/findings.html.j2",
        title=_("Findings"),
        part=HOME,
        waiting=look is None,
        look=look,
        findings=[
            (finding, in_words(finding), line_address(places, finding.path, finding.line))
            for finding in (look.findings if look else ())
        ],
    )


def look_again(request: OperatorRequest) -> Response:
    """Have the digests read again."""
    request.cache.forget_dashboard()
    return RedirectResponse(HOME, status_code=303)


ROUTES = (
    Route("/operator/", guarded(overview)),
    Route("/operator/findings", guarded(findings)),
    Route("/operator/look", guarded(look_again), methods=["POST"]),
)
