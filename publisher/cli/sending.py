"""Sending as `send`, `publish` and `demo` share it: print how it goes, and decide the exit code."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.cli import checking, progress, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.models import Collection, Issue
    from publisher.sender.delivery.report import Report
    from publisher.services.publish import PreparedIssue
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class SendResult:
    """Whether all went well, and the ids of the issues that are newly frozen."""

    well: bool
    frozen: tuple[str, ...] = ()


def now() -> datetime:
    """Return the time: the one place where a command reads the clock."""
    return datetime.now(UTC)


def send_issues(
    settings: Settings,
    store: Store,
    collection: Collection,
    *,
    issues: Iterable[Issue] | None = None,
    force: bool = False,
    as_json: bool = False,
) -> SendResult:
    """Finish what earlier runs left, then freeze and send `issues`, by default those that are due.

    `force` sends them whatever preflight finds; `as_json` prints events instead of a progress bar.
    """
    from publisher.services import publish

    follow = progress.follow(_ready_count(publish.unfinished(store), store), as_json=as_json)
    reports = publish.deliver_pending(settings, store, on_progress=follow, now=now)
    print_reports(reports, as_json=as_json)
    if any(report.stopped for report in reports):
        return SendResult(well=False)
    store.subscribers.resume_due(now=now())
    if issues is None:
        results = publish.prepare_due(collection, settings, store, now=now, force=force)
    else:
        results = publish.prepare(issues, settings, store, now=now, force=force)
    prepared = []
    for result in results:
        print_prepared(result)
        prepared.append(result)
    if not prepared:
        print_next_dates(settings, collection)
    frozen = tuple(result.issue.id for result in prepared if result.is_frozen)
    if frozen:
        follow = progress.follow(_ready_count(frozen, store), as_json=as_json)
        new = publish.deliver_pending(
            settings, store, issue_ids=frozen, on_progress=follow, now=now
        )
        print_reports(new, as_json=as_json)
        reports += new
    refused = any(result.outcome is publish.Preparation.REFUSED for result in prepared)
    return SendResult(all_well(reports) and not refused, frozen)


def print_prepared(result: PreparedIssue) -> None:
    """Print what became of an issue that was to be sent."""
    from publisher.services.publish import Preparation

    checking.print_findings(result.findings)
    issue = result.issue
    papers = show.count(len(issue.papers), "paper")
    show.note(
        {
            Preparation.FROZEN: (
                f"{issue.id}: {papers} in {show.count(result.editions, 'edition')} "
                f"for {show.count(result.recipients, 'subscriber')}"
            ),
            Preparation.FROZEN_ELSEWHERE: (
                f"{issue.id}: another process was quicker; both send it"
            ),
            Preparation.NO_RECIPIENTS: (
                f"{issue.id}: {papers} to send, but nobody is subscribed to their topics; "
                "`publisher subscribers add` adds people"
            ),
            Preparation.REFUSED: f"{issue.id}: nothing was sent; --force sends it as it is",
        }[result.outcome]
    )


def print_next_dates(settings: Settings, collection: Collection) -> None:
    """Print that no issue is due, and when the next one of each frequency is."""
    from publisher.newsletter.periods import period_of

    for frequency in dict.fromkeys(settings.newsletter.frequencies):
        period = period_of(now(), settings, frequency)
        papers = sum(period.holds(paper.first_published) for paper in collection.papers)
        show.note(
            f"no issue is due; {period.id} is on {period.end:%A %Y-%m-%d %H:%M %Z} "
            f"({show.count(papers, 'paper')} so far)"
        )


def _ready_count(issue_ids: Iterable[str], store: Store) -> int:
    """Return how many deliveries of these issues are ready to be sent."""
    from publisher.models import DeliveryState

    return sum(store.deliveries.counts(issue_id)[DeliveryState.READY] for issue_id in issue_ids)


def print_reports(reports: Iterable[Report], *, as_json: bool = False) -> None:
    """Print what became of each issue that was sent."""
    if as_json:
        for report in reports:
            show.line(progress.event(report))
        return
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    for report in reports:
        parts = [f"{report.sent:,} sent"]
        for number, word in (
            (report.rejected, "rejected"),
            (report.skipped, "skipped (unsubscribed meanwhile)"),
            (report.waiting, "waiting"),
            (report.in_doubt_total, "in doubt (`publisher status` lists them)"),
        ):
            if number:
                parts.append(f"{number:,} {word}")
        show.line(f"{report.issue_id}: {', '.join(parts)}")
        if report.stopped:
            show.note(f"{report.issue_id}: stopped: {report.stopped}")
            until = report.paused_until
            earliest = f", from {until:%Y-%m-%d %H:%M %Z} on" if until and until > now() else ""
            show.note(f"{report.issue_id}: run the same command again to go on{earliest}")
        elif report.next_due is not None:
            show.note(f"{report.issue_id}: the next try is at {report.next_due:%H:%M %Z}")


def all_well(reports: Iterable[Report]) -> bool:
    """Return whether every delivery of `reports` has an end that needs nobody's attention.

    Deliveries that wait without a time for their next try are another process's work.
    """
    return not any(report.stopped or report.next_due or report.in_doubt for report in reports)
