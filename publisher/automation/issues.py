"""Composes the issues that are due and sends what is waiting, as `publisher publish` does.

The ledger is the fence: of processes that freeze one issue at the same moment one succeeds, and
each delivery is claimed by one. So nothing here asks whether others are at it.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - the dataclass below reads it
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.automation import schedule
from publisher.automation.schedule import LONGEST_PAUSE, LOOK_SECONDS, TaskResult
from publisher.errors import AlreadyFrozen, PublisherError
from publisher.models import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.automation.shared_state import SharedState
    from publisher.models import Collection, Finding, Issue
    from publisher.models.ledger import FrozenIssue
    from publisher.sender.delivery.report import Report
    from publisher.services.build import Built
    from publisher.services.publish import Draft
    from publisher.settings import Settings


# So soon what another process held is taken over where that has died.
OTHERS_SECONDS = 5.0


@dataclass(slots=True)
class IssueWork:
    """One task: from what is due to the last message. `build` builds, and lays papers on `desk`."""

    desk: SharedState
    build: Callable[[Settings], Built]
    _said: list[str] = field(default_factory=list)
    _trouble: list[str] = field(default_factory=list)
    _unwanted: set[str] = field(default_factory=set)

    def run(self) -> TaskResult:
        """Send what is waiting, freeze what is due, and send that.

        Raises `StoreError`; what else goes wrong is the trouble that it returns.
        """
        desk, settings = self.desk, self.desk.settings
        self._said, self._trouble = [], []
        desk.store.subscribers.resume_due(now=desk.clock())
        well = self._send(settings)
        frozen: list[str] = []
        try:
            frozen = self._freeze_due(settings)
            if frozen and well:
                self._send(settings)
            if frozen and not desk.stopping():
                self.build(settings)  # their list and their feed know them now
        except PublisherError as error:
            # What was done before it is told all the same.
            self._trouble.append(str(error))
        infos = desk.store.issues.all()
        deliveries = desk.store.deliveries
        tries = [deliveries.next_due(info.id) for info in infos if info.state == "open"]
        return TaskResult(
            pause(infos, tries, in_vain=bool(self._unwanted)),
            at=next_moment(infos, tries, settings, desk.clock()),
            said="; ".join(self._said),
            trouble="; ".join(self._trouble),
        )

    def _send(self, settings: Settings) -> bool:
        """Send what is waiting; return whether more may be sent."""
        from publisher.services import build as build_service  # noqa: PLC0415

        desk = self.desk
        infos = desk.store.issues.all()
        ids = to_send(infos, desk.clock())
        if not ids:
            return limit_until(infos, desk.clock()) is None
        reports = build_service.deliver(
            ids,
            settings,
            desk.store,
            lambda _step: None,
            now=desk.clock,
            stopping=desk.stopping,
        )
        for report in reports:
            if text := summary(report, desk.clock()):
                self._said.append(text)
            if report.stopped and not desk.stopping() and not _rests(report, desk.clock()):
                self._trouble.append(f"{report.issue_id}: stopped: {report.stopped}")
        return not any(report.stopped for report in reports)

    def _freeze_due(self, settings: Settings) -> list[str]:
        from publisher.services import publish  # noqa: PLC0415

        desk, frozen = self.desk, list[str]()
        if desk.collection is None or desk.stopping():
            return frozen  # the first build wakes us
        unwanted, self._unwanted = self._unwanted, set()
        for issue in publish.due(self._papers(settings), settings, desk.store, desk.clock()):
            # Drafted after the one before is frozen: who had that gets no paper of it again.
            made = publish.draft(issue, settings, desk.store)
            if not made.editions:
                self._unwanted.add(issue.id)
            elif self._is_ready(made, settings):
                self._freeze(made, settings)
                frozen.append(issue.id)
        self._said += [
            f"{one}: nobody is subscribed to its topics yet" for one in self._unwanted - unwanted
        ]
        return frozen

    def _papers(self, settings: Settings) -> Collection:
        """Return the papers, read after the newest issue fell due: a late push belongs to it."""
        from publisher.newsletter.periods import absolute, closed_period  # noqa: PLC0415

        desk, now = self.desk, self.desk.clock()
        fell_due = max(
            absolute(closed_period(now, settings, frequency).end)
            for frequency in settings.newsletter.frequencies
        )
        read_at = desk.read_at
        if desk.collection is None or read_at is None or not fell_due <= read_at <= now:
            return self.build(settings).collection
        return desk.collection

    def _is_ready(self, made: Draft, settings: Settings) -> bool:
        from publisher.services import preflight  # noqa: PLC0415

        found = preflight.check_draft(made, settings, self.desk.store)
        errors = [one for one in found if one.severity is Severity.ERROR]
        if errors:
            self._trouble.append(_refused(made.issue, errors))
        return not errors

    def _freeze(self, made: Draft, settings: Settings) -> None:
        """Freeze the issue; where another process was quicker, both send it and build anew."""
        from publisher.services import publish  # noqa: PLC0415

        desk, issue = self.desk, made.issue
        # Before the first message leaves: each has a link to it.
        publish.write_page(issue, settings)
        try:
            count = publish.freeze(made, settings, desk.store, desk.clock())
        except AlreadyFrozen:
            return
        self._said.append(
            f"{issue.id}: {len(issue.papers):,} papers in {len(made.editions):,} editions "
            f"for {count:,} subscribers"
        )


def to_send(infos: Iterable[FrozenIssue], now: datetime) -> list[str]:
    """Return the ids of the issues to send now, in the order given.

    None while a limit of the provider lasts, which holds for all; never one that the operator
    paused.
    """
    left = [info for info in infos if info.state != "done"]
    if limit_until(left, now) is not None:
        return []
    return [info.id for info in left if info.state == "open" or info.paused_until is not None]


def limit_until(infos: Iterable[FrozenIssue], now: datetime) -> datetime | None:
    """Return until when a limit lasts that paused an issue, None where there is none."""
    untils = [info.paused_until for info in infos if info.state == "paused"]
    return max((until for until in untils if until is not None and until > now), default=None)


def pause(
    infos: Iterable[FrozenIssue], next_tries: Iterable[datetime | None], *, in_vain: bool
) -> float:
    """Return for how many seconds to leave the issues alone, where nothing falls due.

    `next_tries` are those of open issues, None where no delivery waits: then another process has
    the rest, which may die.
    """
    if None in next_tries:
        return OTHERS_SECONDS
    # To look through all subscribers in vain is not for every minute.
    done = all(info.state == "done" for info in infos)
    return LONGEST_PAUSE if in_vain and done else LOOK_SECONDS


def next_moment(
    infos: Sequence[FrozenIssue],
    next_tries: Iterable[datetime | None],
    settings: Settings,
    now: datetime,
) -> datetime | None:
    """Return when there is something to do next: an issue due, a pause over, another try.

    `next_tries` are those of open issues; while a limit lasts they have to wait for its end.
    """
    from publisher.newsletter.periods import absolute, next_due  # noqa: PLC0415

    ends = [
        absolute(next_due(now, settings, frequency))
        for frequency in settings.newsletter.frequencies
    ]
    limit = limit_until(infos, now)
    return schedule.first([*ends, limit] if limit else [*ends, *next_tries])


def summary(report: Report, now: datetime) -> str:
    """Return what a run over an issue did, "" where it did nothing."""
    counts = (
        (report.sent, "sent"),
        (report.rejected, "rejected"),
        (report.skipped, "skipped"),
        (report.put_off, "put off"),
        (report.in_doubt, "in doubt"),
    )
    parts = [f"{number:,} {word}" for number, word in counts if number]
    if _rests(report, now):
        parts.append(f"paused until {report.paused_until:%Y-%m-%d %H:%M} UTC: {report.stopped}")
    return f"{report.issue_id}: {', '.join(parts)}" if parts else ""


def _rests(report: Report, now: datetime) -> bool:
    """Return whether a limit lasts, after which the issue goes on."""
    return report.paused_until is not None and report.paused_until > now


def _refused(issue: Issue, errors: Sequence[Finding]) -> str:
    more = f" and {len(errors) - 1:,} more" if len(errors) > 1 else ""
    first = f"{errors[0].code} {errors[0].message}"
    return (
        f"{issue.id}: not sent: {first}{more}; `publisher preflight` lists them, "
        "`publisher send --force` sends it as it is"
    )
