"""Sending as `send`, `publish` and `demo` share it: print how it goes, and decide the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.cli import checking, progress, show, terminal
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.models import Collection, Issue
    from publisher.sender.delivery.report import Report
    from publisher.services.publish import PreparedIssue
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class SendResult:
    """Whether all went well, and the ids of the issues that are newly frozen.

    `held` says that an issue waits for the operator, whom a mail in the queue may ask.
    """

    well: bool
    frozen: tuple[str, ...] = ()
    held: bool = False


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
    prepared = _freeze(settings, store, collection, issues, force=force, as_json=as_json)
    frozen = tuple(result.issue.id for result in prepared if result.is_frozen)
    if frozen:
        follow = progress.follow(_ready_count(frozen, store), as_json=as_json)
        new = publish.deliver_pending(
            settings, store, issue_ids=frozen, on_progress=follow, now=now
        )
        print_reports(new, as_json=as_json)
        reports += new
    well = all_well(reports) and not any(map(_is_refused, prepared))
    return SendResult(well, frozen, any(map(_is_held, prepared)))


def freeze_only(
    settings: Settings,
    store: Store,
    collection: Collection,
    *,
    issues: Iterable[Issue] | None = None,
    force: bool = False,
    as_json: bool = False,
) -> SendResult:
    """Freeze `issues`, by default those that are due, and write their pages; send nothing."""
    prepared = _freeze(settings, store, collection, issues, force=force, as_json=as_json)
    frozen = tuple(result.issue.id for result in prepared if result.is_frozen)
    return SendResult(not any(map(_is_refused, prepared)), frozen, any(map(_is_held, prepared)))


def _freeze(
    settings: Settings,
    store: Store,
    collection: Collection,
    issues: Iterable[Issue] | None,
    *,
    force: bool,
    as_json: bool,
) -> list[PreparedIssue]:
    """Freeze issues, and print what became of each."""
    from publisher.services import publish

    store.subscribers.resume_due(now=now())
    if issues is None:
        results = publish.prepare_due(collection, settings, store, now=now, force=force)
    else:
        results = publish.prepare(issues, settings, store, now=now, force=force)
    prepared = []
    for result in results:
        print_prepared(result, settings, as_json=as_json)
        prepared.append(result)
    if not prepared:
        print_next_dates(settings, collection)
    return prepared


def _is_refused(result: PreparedIssue) -> bool:
    from publisher.services.publish import Preparation

    failures = (Preparation.REFUSED, Preparation.NOT_EDITED, Preparation.EDITED_MEANWHILE)
    return result.outcome in failures


def _is_held(result: PreparedIssue) -> bool:
    from publisher.services.publish import Preparation

    return result.outcome is Preparation.HELD


def print_prepared(result: PreparedIssue, settings: Settings, *, as_json: bool = False) -> None:
    """Print what became of an issue that was to be sent."""
    from publisher.services.publish import Preparation

    checking.print_findings(result.findings)
    issue = result.issue
    if as_json:
        values = {"issue": issue.id, "outcome": result.outcome.name.lower()}
        counts: dict[str, object] = {"papers": len(issue.papers), "editions": result.editions}
        if result.outcome is Preparation.HELD:
            counts["hold"] = result.hold
        show.json_line({"event": "prepared", **values, **counts, "recipients": result.recipients})
    text = {
        Preparation.FROZEN: _("{issue}: {papers} in {editions} for {subscribers}"),
        Preparation.FROZEN_ELSEWHERE: _("{issue}: another process was quicker; both send it"),
        Preparation.NO_RECIPIENTS: _(
            "{issue}: {papers} to send, but nobody is subscribed to their topics; "
            "`publisher subscribers add ADDRESS --confirmed` adds people"
        ),
        Preparation.REFUSED: _(
            "{issue}: nothing was sent; mend the errors above, or send it as it is with --force"
        ),
        Preparation.EDITED_MEANWHILE: _(
            "{issue}: was edited at this moment; the same command sends it with the edits"
        ),
        Preparation.EMPTY: _("{issue}: all of its papers are hidden, so it is not sent"),
        Preparation.NOT_EDITED: _("{issue}: nothing was sent; mend the file: {problem}"),
        Preparation.HELD: "",
    }[result.outcome]
    if result.outcome is Preparation.HELD:
        from publisher.automation.issues import held_line

        show.note(held_line(result, settings))
        return
    show.note(
        text.format(
            issue=issue.id,
            problem=result.problem,
            papers=show.number_of(len(issue.papers), "1 paper", "{count} papers"),
            editions=show.number_of(result.editions, "1 edition", "{count} editions"),
            subscribers=show.number_of(result.recipients, "1 subscriber", "{count} subscribers"),
        )
    )


def print_next_dates(settings: Settings, collection: Collection) -> None:
    """Print that no issue is due, and when the next one of each frequency is."""
    from publisher.newsletter.periods import period_of

    for frequency in dict.fromkeys(settings.newsletter.frequencies):
        period = period_of(now(), settings, frequency)
        papers = sum(period.holds(paper.first_published) for paper in collection.papers)
        show.note(
            _("no issue is due; {issue} is on {moment} ({papers} so far)").format(
                issue=period.id,
                moment=f"{period.end:%Y-%m-%d %H:%M %Z}",
                papers=show.number_of(papers, "1 paper", "{count} papers"),
            )
        )


def _ready_count(issue_ids: Iterable[str], store: Store) -> int:
    """Return how many deliveries of these issues are ready to be sent."""
    from publisher.models import DeliveryState

    return sum(store.deliveries.counts(issue_id)[DeliveryState.READY] for issue_id in issue_ids)


def print_reports(reports: Iterable[Report], *, as_json: bool = False) -> None:
    """Print what became of each issue that was sent."""
    if as_json:
        for report in reports:
            show.json_line(progress.event(report))
        return
    terminal.rewrite("")
    for report in reports:
        parts = [_("{count} sent").format(count=f"{report.sent:,}")]
        for number, text in (
            (report.rejected, _("{count} rejected")),
            (report.skipped, _("{count} skipped (unsubscribed meanwhile)")),
            (report.waiting, _("{count} waiting")),
            (report.in_doubt_total, _("{count} in doubt (`publisher status` lists them)")),
        ):
            if number:
                parts.append(text.format(count=f"{number:,}"))
        show.line(f"{report.issue_id}: {_(', ').join(parts)}")
        if report.stopped:
            show.note(_next_step(report))
        elif report.next_due is not None:
            text = _("{issue}: the next try is at {time}; the same command makes it")
            show.note(text.format(issue=report.issue_id, time=f"{report.next_due:%H:%M %Z}"))


def _next_step(report: Report) -> str:
    """Return why an issue stopped, and how it goes on."""
    until = report.paused_until
    if until and until > now():
        text = _("{issue}: stopped: {reason}; from {moment} on the same command continues")
        return text.format(
            issue=report.issue_id, reason=report.stopped, moment=f"{until:%Y-%m-%d %H:%M %Z}"
        )
    text = _("{issue}: stopped: {reason}; the same command continues")
    return text.format(issue=report.issue_id, reason=report.stopped)


def all_well(reports: Iterable[Report]) -> bool:
    """Return whether every delivery of `reports` has an end that needs nobody's attention.

    Deliveries that wait without a time for their next try are another process's work.
    """
    return not any(report.stopped or report.next_due or report.in_doubt for report in reports)
