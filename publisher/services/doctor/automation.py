"""Checks of what runs by itself: the processes, their tasks, and the issues."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from publisher.errors import SourceError
from publisher.models import SubscriberStatus
from publisher.models.health import HealthCheck, HealthStatus
from publisher.models.ledger import IssueState
from publisher.newsletter.editing import HOLDS
from publisher.newsletter.periods import next_due
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.models.ledger import FrozenIssue
    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.store.operations.tasks import TaskState

AREA = "automation"
_COMMANDS = ("run", "serve")
_RECENT = 12


class RunningProgram(NamedTuple):
    """A process of this program: its number, and the command that it runs."""

    pid: int
    command: str


def processes(examination: Examination) -> Iterator[HealthCheck]:
    """Look for `publisher run` and `publisher serve` on this machine."""
    running = tuple(running_programs(examination.settings))
    if running:
        for pid, command in running:
            text = _("`publisher {command}` runs (process {pid})").format(command=command, pid=pid)
            yield HealthCheck(AREA, HealthStatus.OK, text)
        return
    text = _("neither `publisher run` nor `publisher serve` runs here")
    advice = _("fine where cron or CI builds and sends; docs/how-to/run-as-a-service.md")
    yield HealthCheck(AREA, HealthStatus.SKIPPED, text, advice)


def running_programs(settings: Settings) -> Iterator[RunningProgram]:
    """Yield the processes of this user that publish the same site, as far as can be seen."""
    import psutil  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - few commands look

    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            command = command_in(words)
            if command and is_for(words, Path(process.cwd()), settings):
                yield RunningProgram(process.pid, command)
        except (psutil.Error, OSError):
            continue


def command_in(words: Sequence[str]) -> str:
    """Return "run" or "serve" where `words` start that command of this program, else ""."""
    for before, word in pairwise(words):
        if word in _COMMANDS and Path(before).name.removesuffix(".exe") == "publisher":
            return word
    return ""


def is_for(words: Sequence[str], folder: Path, settings: Settings) -> bool:
    """Return whether a process, started in `folder`, reads the settings of this site."""
    named = [after for word, after in pairwise(words) if word == "--config"]
    named += [word.partition("=")[2] for word in words if word.startswith("--config=")]
    file = folder / (named[-1] if named else "publisher.toml")
    own = settings.file or settings.base / "publisher.toml"
    return os.path.realpath(file) == os.path.realpath(own)


def tasks(examination: Examination) -> Iterator[HealthCheck]:
    """Check the tasks of `publisher run`, the issues and the subscribers in the store."""
    settings = examination.settings
    with examination.store() as store:
        if store is None:
            text = _("nothing has run yet: there is no store")
            yield HealthCheck(AREA, HealthStatus.SKIPPED, text)
            return
        yield from judge_tasks(store.tasks.all())
        infos = store.issues.all()[-_RECENT:]
        yield from judge_issues(infos, store.statistics.doubts_of([info.id for info in infos]))
        people = store.subscribers.count()
        waiting = store.outgoing_queue.waiting()
    yield from judge_people(people, waiting)
    for frequency in dict.fromkeys(settings.newsletter.frequencies):
        due = next_due(examination.now, settings, frequency)
        text = _("the next {frequency} issue is due {time}").format(
            frequency=frequency, time=f"{due:%Y-%m-%d %H:%M}"
        )
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="newsletter.frequencies")


def judge_tasks(states: Iterable[TaskState]) -> Iterator[HealthCheck]:
    """Yield the tasks whose last run failed, else the time of the newest run."""
    states = tuple(states)
    failed = [state for state in states if state.failed]
    for state in failed:
        text = _("the task “{name}” failed: {result}").format(name=state.name, result=state.result)
        advice = _("it is tried again while `publisher run` or `publisher serve` runs")
        yield HealthCheck(AREA, HealthStatus.WARNING, text, advice)
    newest = max((state.ended_at for state in states if state.ended_at), default=None)
    if newest is not None and not failed:
        text = _("the last task ended {time} UTC, without a failure").format(
            time=f"{newest:%Y-%m-%d %H:%M}"
        )
        yield HealthCheck(AREA, HealthStatus.OK, text)


def judge_issues(infos: Iterable[FrozenIssue], doubts: Mapping[str, int]) -> Iterator[HealthCheck]:
    """Yield the issues that are paused, and those with deliveries in doubt."""
    for info in infos:
        if info.state is IssueState.PAUSED:
            text = _("{issue} is paused: {reason}").format(issue=info.id, reason=info.pause_reason)
            advice = f"publisher send --issue {info.id}"
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice)
        if number := doubts.get(info.id, 0):
            text = ngettext(
                "{issue}: 1 delivery in doubt; it may have arrived",
                "{issue}: {count:,} deliveries in doubt; they may have arrived",
                number,
            ).format(issue=info.id, count=number)
            advice = _("`publisher deliveries` shows them; docs/how-to/deliveries-in-doubt.md")
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice)


def judge_people(people: Mapping[SubscriberStatus, int], waiting: int) -> Iterator[HealthCheck]:
    """Yield the number of subscribers, and of single mails that wait."""
    active = people.get(SubscriberStatus.ACTIVE, 0)
    if active:
        text = ngettext("1 active subscriber", "{count:,} active subscribers", active)
        yield HealthCheck(AREA, HealthStatus.OK, text.format(count=active))
    else:
        text = _("nobody is subscribed yet")
        advice = "publisher subscribers add you@example.org --confirmed"
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, advice)
    if waiting:
        text = ngettext("1 single mail waits", "{count:,} single mails wait", waiting)
        advice = _("`publisher run` or `publisher serve` sends them, and so does `publisher inbox`")
        yield HealthCheck(AREA, HealthStatus.WARNING, text.format(count=waiting), advice)


def overdue_issues(examination: Examination) -> Iterator[HealthCheck]:
    """Check whether an issue is due that nobody has sent."""
    with examination.store() as store:
        if store is None or not store.subscribers.count()[SubscriberStatus.ACTIVE]:
            return
        yield from _overdue(examination, store)


def _overdue(examination: Examination, store: Store) -> Iterator[HealthCheck]:
    from publisher.services import drafts, editing  # noqa: PLC0415 - reads the digests

    settings = examination.settings
    try:
        collection = examination.collection()
    except SourceError:
        return  # the area of the digests says so
    for issue in drafts.due_issues(collection, settings, store, examination.now):
        if why := editing.hold(issue, store.plans.get(issue.id), settings, examination.now):
            text = _("{issue} is held: {reason}").format(issue=issue.id, reason=_(HOLDS[why]))
            advice = f"publisher issue show {issue.id}"
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice)
        elif drafts.has_recipients(issue, settings, store):
            text = _("{issue} was due {time} and is not sent").format(
                issue=issue.id, time=f"{issue.end:%Y-%m-%d %H:%M}"
            )
            advice = _("`publisher publish` sends it; `publisher run` does it by itself")
            yield HealthCheck(AREA, HealthStatus.WARNING, text, advice)
