"""The next run of a task, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.automation import schedule
from publisher.automation.schedule import TaskPlan, TaskResult

WALL = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

RUNS = [
    # plan, steady, wall, woken, whether it runs
    (schedule.at_once(100.0), 100.0, WALL, False, True),
    (TaskPlan(101, 160), 159.0, WALL, False, False),
    (TaskPlan(101, 160), 160.0, WALL, False, True),
    (TaskPlan(101, 160), 120.0, WALL, True, True),
    (TaskPlan(101, 160), 100.5, WALL, True, False),  # not without a pause
    (TaskPlan(101, 160, WALL), 120.0, WALL - SECOND, False, False),
    (TaskPlan(101, 160, WALL), 120.0, WALL, False, True),
    # The clock was set forward, or the machine slept: what was due meanwhile is due now.
    (TaskPlan(101, 160, WALL), 120.0, WALL + 10_000 * SECOND, False, True),
    # It was set back: the steady clock says when to look again.
    (TaskPlan(101, 160, WALL), 160.0, WALL - 10_000 * SECOND, False, True),
]


@pytest.mark.parametrize(("plan", "steady", "wall", "woken", "expected"), RUNS)
def test_whether_to_run(
    plan: TaskPlan, steady: float, wall: datetime, *, woken: bool, expected: bool
) -> None:
    assert schedule.is_time(plan, steady, wall, woken=woken) == expected


def test_a_run_that_went_well_says_when_to_run_again() -> None:
    failed = TaskPlan(0, 0, None, failures=7)
    plan = schedule.after(failed, TaskResult(30.0, WALL), 1000.0, WALL)
    assert plan == TaskPlan(1001.0, 1030.0, WALL, failures=0)


def test_failures_rest_longer_and_longer() -> None:
    pauses, plan = [], schedule.at_once(0.0)
    for _ in range(12):
        plan = schedule.after(plan, TaskResult(problem="no"), 0.0, WALL)
        pauses.append(plan.latest)
    assert pauses[:4] == [5.0, 10.0, 20.0, 40.0]
    assert pauses[-1] == pauses[-2] == 900.0
    assert schedule.pause_after(10**9) == 900.0


def test_after_a_failure_only_what_is_still_to_come_counts() -> None:
    plan = schedule.at_once(0.0)
    past = schedule.after(plan, TaskResult(at=WALL, problem="no"), 0.0, WALL)
    to_come = schedule.after(plan, TaskResult(at=WALL + SECOND, problem="no"), 0.0, WALL)
    assert (past.at, to_come.at) == (None, WALL + SECOND)


def test_the_first_of_moments() -> None:
    assert schedule.first([None, WALL + SECOND, WALL]) == WALL
    assert schedule.first([None]) is None
