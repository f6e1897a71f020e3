"""When a task runs next: functions of the clocks' readings that are handed in.

The clock on the wall says when an issue is due; it may be set, and it goes on while a machine
sleeps. The steady one (monotonic) says how long ago something was. A task is run when either says
so, and none waits for the wall alone: a clock that is set back puts nothing off for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# What another process did to the store is seen after so many seconds.
LOOK_SECONDS = 60.0
# A moment that has passed and changed nothing is no reason to run without a pause.
LEAST_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a run says at its end: run again after `seconds`, and at the moment `at` if sooner.

    `said` is for people, "" where there is nothing to tell; `trouble` is what did not succeed.
    """

    seconds: float = LOOK_SECONDS
    at: datetime | None = None
    said: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """When a task runs: not before `earliest`, at `latest` (both steady) or at `at` (wall)."""

    earliest: float
    latest: float
    at: datetime | None = None
    failures: int = 0


def at_once(steady: float) -> TaskPlan:
    """Return the plan of a task that has not run yet."""
    return TaskPlan(steady, steady)


def pause_after(failures: int) -> float:
    """Return how many seconds a task rests after so many failures in a row (1 for the first)."""
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 20), LONGEST_PAUSE)


def after(plan: TaskPlan, done: TaskResult, steady: float, wall: datetime) -> TaskPlan:
    """Return the plan after a run that ended now.

    After a failure only a moment that is still to come counts: what was due has just failed.
    """
    if not done.trouble:
        return TaskPlan(steady + LEAST_SECONDS, steady + max(done.seconds, LEAST_SECONDS), done.at)
    failures = plan.failures + 1
    pause = pause_after(failures)
    at = done.at if done.at is not None and done.at > wall else None
    return TaskPlan(steady + LEAST_SECONDS, steady + pause, at, failures)


def is_time(plan: TaskPlan, steady: float, wall: datetime, *, woken: bool) -> bool:
    """Return whether to run now; `woken`: something happened that concerns the task."""
    if steady < plan.earliest:
        return False
    return woken or steady >= plan.latest or (plan.at is not None and wall >= plan.at)


def first(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of `moments`, leaving out None; None where nothing is left."""
    return min((moment for moment in moments if moment is not None), default=None)
