"""Tasks in their threads: who fails, who goes on, and what is said."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest
from support.program import PATIENCE, until

from publisher.automation import schedule
from publisher.automation.loop import Loop, ScheduledTask, TaskLogger
from publisher.automation.schedule import TaskResult
from publisher.errors import SourceError
from publisher.store.database import Store, open_store
from publisher.watcher.loop import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WALL = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/publisher.db") as opened:
        yield opened


@contextmanager
def looping(
    store: Store, *tasks: ScheduledTask, clock: Callable[[], datetime] = lambda: WALL
) -> Iterator[list[str]]:
    said: list[str] = []
    stop = Event()
    loop = Loop(store, clock, TaskLogger(said.append, clock), stop.is_set)
    threads = [loop.start(task) for task in tasks]
    try:
        yield said
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_a_failure_is_said_once_and_keeps_no_other_from_its_work(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(schedule, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(schedule, "LEAST_SECONDS", 0.0)
    fails = [SourceError("imap.example.org: no answer")] * 3 + [KeyError("a defect")] * 2
    left, others = list(fails), Event()

    def mailbox() -> TaskResult:
        if left:
            raise left.pop(0)
        return TaskResult(0.0)

    def other() -> TaskResult:
        others.set()
        return TaskResult(message="3 sent")

    with looping(store, ScheduledTask("inbox", mailbox), ScheduledTask("letters", other)) as said:
        assert others.wait(PATIENCE)
        until(lambda: any("works again" in line for line in said))
    inbox = [line.split(" ", 1)[1] for line in said if " inbox: " in line]
    assert inbox == [
        "inbox: error: imap.example.org: no answer; trying again",
        "inbox: error: KeyError: 'a defect'; trying again",
        "inbox: works again",
    ]
    assert (store.tasks.state("letters").result, store.tasks.state("letters").failed) == (
        "3 sent",
        False,
    )


def test_what_is_wanted_at_once_does_not_wait(store: Store) -> None:
    runs = []
    task = ScheduledTask("letters", lambda: runs.append(1) or TaskResult(3600.0))  # type: ignore[func-returns-value]
    with looping(store, task):
        until(lambda: len(runs) == 1)
        task.woken.set()
        until(lambda: len(runs) == 2)
    assert len(runs) == 2


def test_a_moment_on_the_wall_is_seen_when_the_clock_jumps(store: Store) -> None:
    hand = [WALL]
    seen: list[datetime] = []
    due = WALL + timedelta(days=3)

    def run() -> TaskResult:
        seen.append(hand[0])
        return TaskResult(3600.0, at=due)

    with looping(store, ScheduledTask("issues", run), clock=lambda: hand[0]):
        until(lambda: len(seen) == 1)
        hand[0] = due + timedelta(minutes=1)  # the machine has slept
        until(lambda: len(seen) == 2)
        hand[0] = WALL - timedelta(days=1)  # somebody has set the clock back
    assert seen[:2] == [WALL, due + timedelta(minutes=1)]


def test_a_task_that_waits_when_all_is_to_end_just_ends(store: Store) -> None:
    def run() -> TaskResult:
        raise Stopped

    with looping(store, ScheduledTask("issues", run)) as said:
        pass
    assert said == []
