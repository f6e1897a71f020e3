"""Run each task in a thread of its own until the process is to stop.

A failure is logged once, in one line. The task is tried again after longer and longer pauses, and
the others run on.
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

# How soon a thread notices that it is to stop, or that the wall clock was set.
TICK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A function to run again and again; setting `woken` runs it at once."""

    name: str
    run: Callable[[], TaskResult]
    woken: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class TaskLogger:
    """Writes one line at a time: the time, the task and a message."""

    write: Callable[[str], None]
    clock: Callable[[], datetime]
    _lock: Lock = field(default_factory=Lock)

    def report(self, name: str, text: str) -> None:
        """Write `text` about the task `name`."""
        with self._lock:
            self.write(f"{self.clock().astimezone():%H:%M:%S} {name}: {' '.join(text.split())}")


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs tasks by `clock` (wall time) until `stopping`; their results are kept in `store`."""

    store: Store
    clock: Callable[[], datetime]
    logger: TaskLogger
    stopping: Callable[[], bool]
    verbose: bool = False

    def start(self, task: ScheduledTask) -> Thread:
        """Start the thread of `task`; it ends after the run in which `stopping` became true."""
        # A daemon: a second signal to stop does not wait for a server's answer.
        thread = Thread(target=self._run_until_stopped, args=(task,), name=task.name, daemon=True)
        thread.start()
        return thread

    def _run_until_stopped(self, task: ScheduledTask) -> None:
        plan = schedule.at_once(time.monotonic())
        problem = ""
        while not self.stopping():
            woken = task.woken.is_set()
            if not schedule.is_time(plan, time.monotonic(), self.clock(), woken=woken):
                (time.sleep if woken else task.woken.wait)(TICK_SECONDS)
                continue
            task.woken.clear()
            result = self._run(task)
            self._report(task.name, result, problem)
            problem = result.problem
            plan = schedule.after(plan, result, time.monotonic(), self.clock())

    def _run(self, task: ScheduledTask) -> TaskResult:
        try:
            return task.run()
        except Stopped:
            return TaskResult()
        except PublisherError as error:
            if self.verbose:
                traceback.print_exc()
            return TaskResult(problem=str(error))
        except Exception as error:  # noqa: BLE001 - a defect must not end what runs for months
            if self.verbose:
                traceback.print_exc()
            return TaskResult(problem=f"{type(error).__name__}: {error}")

    def _report(self, name: str, result: TaskResult, last_problem: str) -> None:
        """Log what is new, and keep it for those who look into the store."""
        if result.message:
            self.logger.report(name, result.message)
        if result.problem and result.problem != last_problem:
            self.logger.report(name, f"error: {result.problem}; trying again")
        elif last_problem and not result.problem and not result.message:
            self.logger.report(name, "works again")
        if result.message or result.problem != last_problem:
            # The store itself may be what failed.
            with suppress(StoreError):
                self.store.tasks.note_end(
                    name,
                    result.problem or result.message,
                    failed=bool(result.problem),
                    now=self.clock(),
                )
