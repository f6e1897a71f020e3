"""What `send`, `publish` and `demo` share: send, say how it goes, and settle the exit code."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.cli import checking, progress, show
from publisher.errors import AlreadyFrozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.models import Collection, Issue
    from publisher.sender.delivery.report import Report
    from publisher.services.publish import Draft
    from publisher.settings import Settings
    from publisher.store.database import Store


def now() -> datetime:
    """Return the time: the one place where a command reads the clock."""
    return datetime.now(UTC)


def send_due(
    issues: Iterable[Issue],
    settings: Settings,
    store: Store,
    collection: Collection,
    *,
    force: bool = False,
    as_json: bool = False,
) -> bool:
    """Finish what was begun, then send `issues`; return whether all went well.

    `force` sends them whatever preflight finds; `as_json` prints events instead of a progress.
    """
    from publisher.services import build

    begun = build.unfinished(store)
    follow = progress.follow(waiting(begun, store), as_json=as_json)
    reports = build.deliver(begun, settings, store, follow, now=now)
    said(reports, as_json=as_json)
    if any(report.stopped for report in reports):
        return False
    store.subscribers.resume_due(now=now())
    due = tuple(issues)
    if not due:
        next_time(settings, collection)
    frozen, refused = [], False
    for issue in due:
        # Drafted after the one before is frozen: who had that gets no paper of it again.
        made = wanted(issue, settings, store)
        if made is not None and checking.ready(made, settings, store, force=force):
            freeze(made, settings, store)
            frozen.append(issue.id)
        elif made is not None:
            refused = True
    follow = progress.follow(waiting(frozen, store), as_json=as_json)
    new = build.deliver(frozen, settings, store, follow, now=now) if frozen else []
    said(new, as_json=as_json)
    return all_well([*reports, *new]) and not refused


def wanted(issue: Issue, settings: Settings, store: Store) -> Draft | None:
    """Return the editions of `issue` that somebody gets; None, and say so, where nobody does."""
    from publisher.services import publish

    made = publish.draft(issue, settings, store)
    if made.editions:
        return made
    show.note(
        f"{issue.id}: {show.count(len(issue.papers), 'paper')} to send, but nobody is "
        "subscribed to their topics; `publisher subscribers add` adds people"
    )
    return None


def freeze(made: Draft, settings: Settings, store: Store) -> None:
    """Freeze the issue, and say how large it is; another process may have done so meanwhile."""
    from publisher.services import publish

    issue = made.issue
    # Before the first message leaves: each has a link to it.
    publish.write_page(issue, settings)
    try:
        count = publish.freeze(made, settings, store, now())
    except AlreadyFrozen:
        show.note(f"{issue.id}: another process was quicker; both send it")
        return
    show.note(
        f"{issue.id}: {show.count(len(issue.papers), 'paper')} in "
        f"{show.count(len(made.editions), 'edition')} for {show.count(count, 'subscriber')}"
    )


def next_time(settings: Settings, collection: Collection) -> None:
    """Say when the next issues are due, and that none is now."""
    from publisher.newsletter.periods import period_of

    for frequency in dict.fromkeys(settings.newsletter.frequencies):
        period = period_of(now(), settings, frequency)
        papers = sum(period.holds(paper.first_published) for paper in collection.papers)
        show.note(
            f"no issue is due; {period.id} is on {period.end:%A %Y-%m-%d %H:%M %Z} "
            f"({show.count(papers, 'paper')} so far)"
        )


def waiting(ids: Iterable[str], store: Store) -> int:
    """Return how many deliveries of these issues are to be sent."""
    from publisher.models import DeliveryState

    return sum(store.deliveries.counts(issue_id)[DeliveryState.READY] for issue_id in ids)


def said(reports: Iterable[Report], *, as_json: bool = False) -> None:
    """Print what became of each issue."""
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
            again = f" from {until:%Y-%m-%d %H:%M %Z} on" if until and until > now() else ""
            show.note(f"{report.issue_id}: the same command goes on{again}")
        elif report.next_due is not None:
            show.note(f"{report.issue_id}: the next try is at {report.next_due:%H:%M %Z}")


def all_well(reports: Iterable[Report]) -> bool:
    """Return whether every delivery of `reports` has an end that needs nobody's attention.

    What waits for no other try is in the hands of another process.
    """
    return not any(report.stopped or report.next_due or report.in_doubt for report in reports)
