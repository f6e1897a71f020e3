"""Delays between the tries of a message that was put off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# After the first failure, the second and so on: short for greylisting, then longer, over some days
# in all, as long as a mail server tries (RFC 5321, 4.5.4.1).
DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240, 480, 720, 1440, 1440, 1440)
)
_SPREAD = 0.2
GIVE_UP = timedelta(hours=72)


def next_try(
    attempts: int, now: datetime, jitter: float, give_up: timedelta = GIVE_UP
) -> datetime | None:
    """Return when to try again after `attempts` failures (1 for the first), None to give up.

    Counted is the time that the tries are due at, not the time that has passed: a program that runs
    once a week must not give up at its second try.

    `jitter` in [0, 1) shifts the time by up to a fifth to both sides, so that messages that were
    refused together are not tried again together.
    """
    if attempts > len(DELAYS) or sum(DELAYS[:attempts], timedelta()) > give_up:
        return None
    delay = DELAYS[max(attempts, 1) - 1]
    return now + delay * (1 - _SPREAD + 2 * _SPREAD * jitter)
