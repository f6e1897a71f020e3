"""Runs each task in a thread of its own, until it is asked to stop.

A task that fails is said once, in one line, rests longer and longer, and keeps no other from its
work.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable  # noqa: TC003 - the dataclasses below read it
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - see above
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from publisher.automation import schedule
from publisher.automation.schedule import TaskResult
from publisher.errors import PublisherError, StoreError
from publisher.watcher.loop import Stopped

if TYPE_CHECKING:
    from publisher.store.database import Store

# How soon a thread hears that it is to stop, and that the clock on the wall has moved.
TICK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """Something that is done again and again; `woken` is set where it is wanted at once."""

    name: str
    run: Callable[[], TaskResult]
    woken: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class TaskLogger:
    """Says one line at a time, with the time on the clock and what it is about."""

    write: Callable[[str], None]
    clock: Callable[[], datetime]
    _lock: Lock = field(default_factory=Lock)

    def say(self, name: str, text: str) -> None:
        """Say `text` about the task `name`."""
        with self._lock:
            self.write(f"{self.clock().astimezone():%H:%M:%S} {name}: {' '.join(text.split())}")


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs tasks by `clock` (the wall's) until `stopping`; `store` keeps what came of them."""

    store: Store
    clock: Callable[[], datetime]
    speaker: TaskLogger
    stopping: Callable[[], bool]
    verbose: bool = False

    def start(self, task: ScheduledTask) -> Thread:
        """Start the thread of `task`; it ends when a run ends after `stopping`."""
        # A daemon: whoever asks twice to stop does not wait for a server's answer.
        thread = Thread(target=self._go, args=(task,), name=task.name, daemon=True)
        thread.start()
        return thread

    def _go(self, task: ScheduledTask) -> None:
        plan = schedule.at_once(time.monotonic())
        trouble = ""
        while not self.stopping():
            woken = task.woken.is_set()
            if not schedule.is_time(plan, time.monotonic(), self.clock(), woken=woken):
                (time.sleep if woken else task.woken.wait)(TICK_SECONDS)
                continue
            task.woken.clear()
            done = self._run(task)
            self._tell(task.name, done, trouble)
            trouble = done.trouble
            plan = schedule.after(plan, done, time.monotonic(), self.clock())

    def _run(self, task: ScheduledTask) -> TaskResult:
        try:
            return task.run()
        except Stopped:
            return TaskResult()
        except PublisherError as error:
            if self.verbose:
                traceback.print_exc()
            return TaskResult(trouble=str(error))
        except Exception as error:  # noqa: BLE001 - a defect must not end what runs for months
            if self.verbose:
                traceback.print_exc()
            return TaskResult(trouble=f"{type(error).__name__}: {error}")

    def _tell(self, name: str, done: TaskResult, before: str) -> None:
        """Say what is new, and keep it for those who look into the store."""
        if done.said:
            self.speaker.say(name, done.said)
        if done.trouble and done.trouble != before:
            self.speaker.say(name, f"error: {done.trouble}; trying again")
        elif before and not done.trouble and not done.said:
            self.speaker.say(name, "goes on")
        if done.said or done.trouble != before:
            # The store itself may be what is in trouble.
            with suppress(StoreError):
                said = done.trouble or done.said
                self.store.tasks.note_end(name, said, failed=bool(done.trouble), now=self.clock())
