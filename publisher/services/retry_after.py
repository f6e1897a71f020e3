"""The time that a busy service asks for, by the header Retry-After (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MOST_SECONDS = 1e9  # longer than anybody waits, and short enough to be added to a date


def retry_after(value: str, now: datetime) -> timedelta:
    """Return how long to wait from `now` on: zero for a malformed header or a time that is over.

    Seconds may have a fraction, as Discord's have.
    """
    try:
        return timedelta(seconds=min(max(0.0, float(value)), _MOST_SECONDS))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return timedelta()
    return max(date.replace(tzinfo=date.tzinfo or UTC) - now, timedelta())
