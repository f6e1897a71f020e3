"""When to build: functions of the clock's readings that are handed in."""

from __future__ import annotations

from dataclasses import dataclass, replace

# A burst of files is one build, and a file that is being written is mostly read when it is whole.
QUIET_SECONDS = 0.15
# Whoever writes without a pause does not put the build off for ever.
PATIENCE_SECONDS = 0.6
# The disk was full, another build went on: nothing in the source folders will change for that.
RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What speaks for a build: changes (the first and last of them), and a date to keep."""

    first: float | None = None
    last: float | None = None
    date: float | None = None


def noticed(plan: BuildPlan, now: float) -> BuildPlan:
    """Return `plan` with a change that was seen `now`."""
    return replace(plan, first=now if plan.first is None else plan.first, last=now)


def built(now: float, *, well: bool, every: float | None) -> BuildPlan:
    """Return the plan after a build: again after `every` seconds, sooner where it failed."""
    seconds = every if well else min(RETRY_SECONDS, every or RETRY_SECONDS)
    return BuildPlan(date=None if seconds is None else now + seconds)


def is_time(plan: BuildPlan, now: float) -> bool:
    """Return whether to build now."""
    if plan.date is not None and now >= plan.date:
        return True
    if plan.first is None or plan.last is None:
        return False
    return now - plan.last >= QUIET_SECONDS or now - plan.first >= PATIENCE_SECONDS
