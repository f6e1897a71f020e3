"""Times as the database holds them: whole milliseconds since 1970 in UTC.

Integers compare and sort alike in every database; a text with an offset does not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return the aware `moment` in milliseconds since 1970, rounded down.

    Raises `TypeError` for a naive time.
    """
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(value: int) -> datetime:
    """Return the aware UTC time `value` milliseconds after 1970."""
    return _EPOCH + value * _MILLISECOND


def optional_ms(moment: datetime | None) -> int | None:
    """Return `to_ms(moment)`, None for None."""
    return None if moment is None else to_ms(moment)


def optional_time(value: int | None) -> datetime | None:
    """Return `from_ms(value)`, None for None."""
    return None if value is None else from_ms(value)
