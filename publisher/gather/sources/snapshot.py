"""Batches of sources that announce nothing, but have entries of each day.

An entry may be added after its day's batch was read, so that the next days' batches have it too:
they reach back some days. Papers that a digest has are not taken again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.models.gathering import Batch, BatchState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from publisher.errors import RequestFailed
    from publisher.models.gathering import Announced

_TRY_AGAIN, _LONGEST_WAIT = timedelta(hours=1), 86_400.0


def days_since(since: date, now: datetime) -> list[date]:
    """Return the days in UTC from `since` to that of `now`."""
    return [since + timedelta(number) for number in range((now.date() - since).days + 1)]


def settled(
    source: str, channel: str, day: date, papers: Sequence[Announced], message: str = ""
) -> Batch:
    """Return a batch that is as complete as it gets, a closed one if it has no papers."""
    each_once = tuple({announced.paper.id: announced for announced in papers}.values())
    state = BatchState.COMPLETE if each_once else BatchState.CLOSED
    return Batch(source, channel, day, state, each_once, len(each_once), message)


def failed(source: str, channel: str, day: date, now: datetime, error: RequestFailed) -> Batch:
    """Return a batch that could not be read, to be tried again when the server likes."""
    again = now + max(_TRY_AGAIN, timedelta(seconds=min(error.wait_seconds, _LONGEST_WAIT)))
    message = f"{error} It is tried again from {again:%Y-%m-%d %H:%M} UTC."
    return Batch(source, channel, day, BatchState.FAILED, message=message, next_try=again)
