"""Pure rules for the next run of a task; the readings of both clocks are arguments.

The wall clock tells when an issue is due; it may be set, and it goes on while a machine sleeps. The
steady clock (`time.monotonic`) measures pauses. A task runs when either says so, and no task waits
for the wall clock alone: a clock that is set back delays nothing for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# How soon a task sees what another process wrote to the store.
LOOK_SECONDS = 60.0
# Keeps a due time that has passed without any change from being run again and again.
LEAST_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The end of a run: run again after `seconds`, or at the time `at` if that is sooner.

    `message` is for people, "" where there is nothing to report; `problem` is what failed.
    """

    seconds: float = LOOK_SECONDS
    at: datetime | None = None
    message: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """The time of the next run: from `earliest`, at `latest` (both steady) or at `at` (wall)."""

    earliest: float
    latest: float
    at: datetime | None = None
    failures: int = 0


def at_once(steady: float) -> TaskPlan:
    """Return the plan of a task that has not run yet."""
    return TaskPlan(steady, steady)


def pause_after(failures: int) -> float:
    """Return the seconds until the next try after `failures` in a row, which is 1 for the first."""
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 20), LONGEST_PAUSE)


def after(plan: TaskPlan, result: TaskResult, steady: float, wall: datetime) -> TaskPlan:
    """Return the plan after a run that ended now with `result`.

    After a failure only a time still to come counts: whatever was due has just failed.
    """
    if not result.problem:
        return TaskPlan(
            steady + LEAST_SECONDS, steady + max(result.seconds, LEAST_SECONDS), result.at
        )
    failures = plan.failures + 1
    pause = pause_after(failures)
    at = result.at if result.at is not None and result.at > wall else None
    return TaskPlan(steady + LEAST_SECONDS, steady + pause, at, failures)


def is_time(plan: TaskPlan, steady: float, wall: datetime, *, woken: bool) -> bool:
    """Return whether to run now; `woken`: something happened that the task waits for."""
    if steady < plan.earliest:
        return False
    return woken or steady >= plan.latest or (plan.at is not None and wall >= plan.at)


def first(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of `moments` that are not None, or None."""
    return min((moment for moment in moments if moment is not None), default=None)
