"""Rests of connections that a server turned away because it has enough of them.

Such an answer says nothing about messages: those of other connections go on, and where there is no
other, the next try is soon.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

# While others work: after the first refusal in a row, the second ...; the last one repeats.
BESIDE_OTHERS = tuple(timedelta(seconds=seconds) for seconds in (60, 120, 240, 480, 600))
# With no other at work; after the last one the issue pauses.
ALONE = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 15, 30, 60))
PAUSE = timedelta(minutes=5)
_SPREAD = 0.2

WorkerT = TypeVar("WorkerT")


def rest_after(refusals: int, jitter: float, *, alone: bool) -> timedelta | None:
    """Return the rest after `refusals` in a row (from 1), None where trying on is of no use.

    `jitter` in [0, 1) shifts it by up to a fifth to both sides: what was refused together should
    not come back together.
    """
    if alone and refusals > len(ALONE):
        return None
    rests = ALONE if alone else BESIDE_OTHERS
    return rests[min(refusals, len(rests)) - 1] * (1 - _SPREAD + 2 * _SPREAD * jitter)


@dataclass(slots=True)
class RestingConnections(Generic[WorkerT]):
    """The workers whose connections rest, and how often they were refused since they worked."""

    _until: dict[WorkerT, datetime] = field(default_factory=dict)
    _refusals: dict[WorkerT, int] = field(default_factory=dict)
    _alone: int = 0

    def __len__(self) -> int:
        """Return how many rest."""
        return len(self._until)

    def rest(self, worker: WorkerT, now: datetime, jitter: float, *, alone: bool) -> bool:
        """Have `worker` rest; return False where it has been refused too often.

        `alone`: no other connection is at work.
        """
        refusals = self._refusals[worker] = self._refusals.get(worker, 0) + 1
        if alone:
            self._alone += 1
            refusals = self._alone
        rest = rest_after(refusals, jitter, alone=alone)
        if rest is None:
            return False
        self._until[worker] = now + rest
        return True

    def works(self, worker: WorkerT) -> None:
        """Forget the refusals: the server has answered a message of `worker`."""
        self._refusals.pop(worker, None)
        self._alone = 0

    def wake(self, now: datetime) -> list[WorkerT]:
        """Return the workers that have rested enough; they rest no more."""
        rested = [worker for worker, until in self._until.items() if until <= now]
        for worker in rested:
            del self._until[worker]
        return rested

    def next_end(self) -> datetime | None:
        """Return when the first of them has rested enough, None where none rests."""
        return min(self._until.values(), default=None)

    def remove(self, worker: WorkerT) -> None:
        """Forget `worker`, which has ended."""
        self._until.pop(worker, None)
