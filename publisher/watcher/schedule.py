"""Pure rules for the time of the next build; the clock's readings are arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace

# A burst of files is one build, and a file that is being written is mostly complete by then.
QUIET_SECONDS = 0.15
# A program that writes without a pause can't put the build off for ever.
PATIENCE_SECONDS = 0.6
# A full disk or another build is over at some time, without a change in the source folders.
RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """The reasons to build: the times of the first and last change, and a date, all in seconds."""

    first: float | None = None
    last: float | None = None
    date: float | None = None


def noticed(plan: BuildPlan, now: float) -> BuildPlan:
    """Return `plan` with a change that was noticed `now`."""
    return replace(plan, first=now if plan.first is None else plan.first, last=now)


def built(now: float, *, well: bool, every: float | None) -> BuildPlan:
    """Return the plan after a build: again after `every` seconds, earlier if it failed."""
    seconds = every if well else min(RETRY_SECONDS, every or RETRY_SECONDS)
    return BuildPlan(date=None if seconds is None else now + seconds)


def is_time(plan: BuildPlan, now: float) -> bool:
    """Return whether to build now."""
    if plan.date is not None and now >= plan.date:
        return True
    if plan.first is None or plan.last is None:
        return False
    return now - plan.last >= QUIET_SECONDS or now - plan.first >= PATIENCE_SECONDS
