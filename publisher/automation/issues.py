"""The task that composes the issues that are due and sends what waits.

The ledger is the fence between processes (`services.publish`), so nothing here asks whether another
one is at work.
"""

from __future__ import annotations

import time
from collections.abc import Callable  # noqa: TC003 - the dataclass below reads it
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.automation import schedule
from publisher.automation.schedule import LONGEST_PAUSE, LOOK_SECONDS, TaskResult
from publisher.errors import PublisherError
from publisher.newsletter.editing import Hold
from publisher.newsletter.periods import absolute, closed_period, next_due
from publisher.services import publish
from publisher.services.approval import operator_addresses
from publisher.services.findings_report import in_words
from publisher.services.publish import Preparation, PreparedIssue
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.automation.shared_state import SharedState
    from publisher.models import Collection
    from publisher.models.ledger import FrozenIssue
    from publisher.sender.delivery.report import Report
    from publisher.services.build import Built
    from publisher.settings import Settings


# How soon the claims of a process that died are taken over.
OTHERS_SECONDS = 5.0
# How often the store is asked for people who came while an issue waits for them.
AUDIENCE_SECONDS = 1.0
# Drafting for nobody looks through all subscribers: it may take 5 % of the time.
_TIMES_ITS_COST = 20


@dataclass(slots=True)
class IssueTask:
    """From the issues that are due to the last message. `build` builds and updates `state`."""

    state: SharedState
    build: Callable[[Settings], Built]
    _messages: list[str] = field(default_factory=list)
    _problems: list[str] = field(default_factory=list)
    _without_recipients: set[str] = field(default_factory=set)
    _held: dict[str, PreparedIssue] = field(default_factory=dict)  # as reported
    _newest_consent: int = 0  # as of the last draft
    _drafted_at: float = 0.0
    _drafting_seconds: float = 0.0

    def run(self) -> TaskResult:
        """Send what waits, freeze what is due, and send that.

        Raises `StoreError`; whatever else goes wrong is the problem of the result.
        """
        state, settings = self.state, self.state.settings
        self._messages, self._problems = [], []
        state.store.subscribers.resume_due(now=state.clock())
        may_send = self._send(settings)
        try:
            frozen = self._freeze_due(settings)
            if frozen and may_send:
                self._send(settings)
            if frozen and not state.stopping():
                # The list of issues and the feed of issues name them now.
                self.build(settings)
        except PublisherError as error:
            # What went well before it is reported all the same.
            self._problems.append(str(error))
        infos = state.store.issues.all()
        deliveries = state.store.deliveries
        tries = [deliveries.next_due(info.id) for info in infos if info.state == "open"]
        in_vain = bool(self._without_recipients)
        moment = next_moment(infos, tries, settings, state.clock())
        if in_vain:
            moment = schedule.first([moment, state.store.subscribers.next_resume()])
        return TaskResult(
            pause(infos, tries, self._drafting_seconds if in_vain else 0.0),
            at=moment,
            message="; ".join(self._messages),
            problem="; ".join(self._problems),
        )

    def has_new_people(self) -> bool:
        """Return whether people have come, or come back, for whom an issue waits.

        At most half of the time is spent on drafting for nobody. Raises `StoreError`.
        """
        return (
            bool(self._without_recipients)
            and time.monotonic() >= self._drafted_at + self._drafting_seconds
            and self.state.store.consent_log.newest() != self._newest_consent
        )

    def _send(self, settings: Settings) -> bool:
        """Send what waits; return whether more may be sent."""
        state = self.state
        infos = state.store.issues.all()
        ids = sendable(infos, state.clock())
        if not ids:
            return limit_until(infos, state.clock()) is None
        reports = publish.deliver_pending(
            settings, state.store, issue_ids=ids, now=state.clock, stopping=state.stopping
        )
        for report in reports:
            if text := summary(report, state.clock()):
                self._messages.append(text)
            if report.stopped and not state.stopping() and not _is_resting(report, state.clock()):
                self._problems.append(
                    _("{issue}: stopped: {reason}").format(
                        issue=report.issue_id, reason=report.stopped
                    )
                )
        return not any(report.stopped for report in reports)

    def _freeze_due(self, settings: Settings) -> list[str]:
        """Freeze the issues that are due; return the ids of those that can be sent."""
        state = self.state
        if state.collection is None or state.stopping():
            return []  # the first build wakes this task
        # Before anybody is looked at: who comes from now on is seen the next time.
        self._newest_consent = state.store.consent_log.newest()
        before, self._without_recipients = self._without_recipients, set()
        held, self._held = self._held, {}
        began, frozen = time.monotonic(), []
        for result in publish.prepare_due(
            self._papers(settings), settings, state.store, now=state.clock
        ):
            if result.is_frozen:
                frozen.append(result.issue.id)
            self._report(result, before)
            if result.outcome is Preparation.HELD:
                self._held[result.issue.id] = result
                text = held_line(result, settings)
                earlier = held.get(result.issue.id)
                if earlier is None or text != held_line(earlier, settings):
                    self._messages.append(text)
        self._drafted_at = time.monotonic()
        self._drafting_seconds = self._drafted_at - began
        return frozen

    def _report(self, result: PreparedIssue, without_recipients: set[str]) -> None:
        """Note what became of an issue; `without_recipients` were reported by the last run."""
        issue = result.issue
        if result.outcome is Preparation.FROZEN:
            self._messages.append(
                _("{issue}: {papers} in {editions} for {subscribers}").format(
                    issue=issue.id,
                    papers=_number(len(issue.papers), "1 paper", "{count} papers"),
                    editions=_number(result.editions, "1 edition", "{count} editions"),
                    subscribers=_number(result.recipients, "1 subscriber", "{count} subscribers"),
                )
            )
        elif result.outcome is Preparation.NO_RECIPIENTS:
            self._without_recipients.add(issue.id)
            if issue.id not in without_recipients:
                self._messages.append(
                    _("{issue}: nobody is subscribed to its topics yet").format(issue=issue.id)
                )
        elif result.outcome is Preparation.REFUSED:
            self._problems.append(_refused(result))
        elif result.problem:
            self._problems.append(result.problem)

    def _papers(self, settings: Settings) -> Collection:
        """Return the papers, read after the newest issue fell due: a late push belongs to it."""
        state, now = self.state, self.state.clock()
        fell_due = max(
            absolute(closed_period(now, settings, frequency).end)
            for frequency in settings.newsletter.frequencies
        )
        read_at = state.read_at
        if state.collection is None or read_at is None or not fell_due <= read_at <= now:
            return self.build(settings).collection
        return state.collection


def sendable(infos: Iterable[FrozenIssue], now: datetime) -> list[str]:
    """Return the ids of the issues that may be sent now, in the order of `infos`.

    An issue that the operator paused is left out; while a limit of the provider lasts, which holds
    for all issues, there are none.
    """
    unfinished = [info for info in infos if info.state != "done"]
    if limit_until(unfinished, now) is not None:
        return []
    return [info.id for info in unfinished if info.state == "open" or info.paused_until is not None]


def limit_until(infos: Iterable[FrozenIssue], now: datetime) -> datetime | None:
    """Return the end of the limit that paused issues, None where none lasts."""
    untils = [info.paused_until for info in infos if info.state == "paused"]
    return max((until for until in untils if until is not None and until > now), default=None)


def pause(
    infos: Iterable[FrozenIssue], next_tries: Iterable[datetime | None], seconds_in_vain: float
) -> float:
    """Return the seconds until the next run, where nothing falls due before.

    `next_tries` are those of open issues. None among them: no delivery waits, so another process
    has claimed the rest, and it may die. `seconds_in_vain` is how long it took to find out that an
    issue that is due has no recipients.
    """
    if None in next_tries:
        return OTHERS_SECONDS
    all_done = all(info.state == "done" for info in infos)
    longest = min(seconds_in_vain * _TIMES_ITS_COST, LONGEST_PAUSE)
    return max(longest if all_done else 0.0, LOOK_SECONDS)


def next_moment(
    infos: Sequence[FrozenIssue],
    next_tries: Iterable[datetime | None],
    settings: Settings,
    now: datetime,
) -> datetime | None:
    """Return the next time that an issue falls due, a limit ends or a delivery is tried again.

    `next_tries` are those of open issues; while a limit lasts, they wait for its end.
    """
    ends = [
        absolute(next_due(now, settings, frequency))
        for frequency in settings.newsletter.frequencies
    ]
    limit = limit_until(infos, now)
    return schedule.first([*ends, limit] if limit else [*ends, *next_tries])


def summary(report: Report, now: datetime) -> str:
    """Return what a run did for an issue in one line, "" where it did nothing."""
    counts = (
        (report.sent, _("{count} sent")),
        (report.rejected, _("{count} rejected")),
        (report.skipped, _("{count} skipped")),
        (report.put_off, _("{count} put off")),
        (report.in_doubt, _("{count} in doubt")),
    )
    parts = [text.format(count=f"{number:,}") for number, text in counts if number]
    if _is_resting(report, now):
        text = _("paused until {moment} UTC: {reason}")
        moment = f"{report.paused_until:%Y-%m-%d %H:%M}"
        parts.append(text.format(moment=moment, reason=report.stopped))
    return f"{report.issue_id}: {_(', ').join(parts)}" if parts else ""


def held_line(result: PreparedIssue, settings: Settings) -> str:
    """Return why an issue that is due is not sent, and what to do."""
    issue, until = result.issue.id, result.until
    if result.hold is Hold.POSTPONED and until is not None:
        moment = f"{until.astimezone(settings.site.zone):%Y-%m-%d %H:%M %Z}"
        return _("{issue}: postponed to {moment}").format(issue=issue, moment=moment)
    if result.hold is Hold.UNAPPROVED:
        text = _(
            "{issue}: waits for an approval, a mail asks {addresses}; "
            "`publisher issue approve {issue}` gives it"
        )
        return text.format(issue=issue, addresses=_(", ").join(operator_addresses(settings)))
    return _("{issue}: is skipped; its papers go into the next issue").format(issue=issue)


def _number(count: int, singular: str, plural: str) -> str:
    return ngettext(singular, plural, count).format(count=f"{count:,}")


def _is_resting(report: Report, now: datetime) -> bool:
    """Return whether the issue is paused until a limit ends."""
    return report.paused_until is not None and report.paused_until > now


def _refused(result: PreparedIssue) -> str:
    from publisher.preflight.findings import CODES  # noqa: PLC0415 - few issues are refused

    first, *others = result.errors
    text = ngettext(
        "{issue}: not sent: {code} {error}; "
        "`publisher preflight` lists it, `publisher send --force` sends the issue as it is",
        "{issue}: not sent: {code} {error}, and {others} more; "
        "`publisher preflight` lists them, `publisher send --force` sends the issue as it is",
        len(result.errors),
    )
    return text.format(
        issue=result.issue.id,
        code=first.code,
        error=in_words(first, CODES),
        others=f"{len(others):,}",
    )
