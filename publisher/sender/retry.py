"""When a message that was put off goes again, and how long a limit of the provider holds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# After the first failure, the second ...: short for greylisting, then wider, over four days in
# all, as long as a mail server tries (RFC 5321, 4.5.4.1).
DELAYS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240, 480, 720, 1440, 1440, 1440)
)
_SPREAD = 0.2


def next_try(attempts: int, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again after `attempts` failures (1 for the first), None to give up.

    `jitter` in [0, 1) spreads the moment by a fifth to both sides, so that those who were refused
    together do not come back together.
    """
    if attempts > len(DELAYS):
        return None
    delay = DELAYS[max(attempts, 1) - 1]
    return now + delay * (1 - _SPREAD + 2 * _SPREAD * jitter)
