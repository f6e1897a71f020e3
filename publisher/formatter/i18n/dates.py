"""Days, months and ranges of days as people write them, by the patterns of a language's file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from datetime import date, datetime


class DatePatterns(msgspec.Struct, frozen=True, kw_only=True):
    """Patterns with `{day}`, `{month}` (its name), `{year}`; `{first_...}` begin a range."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]  # from Monday on
    day: str
    day_and_year: str
    month: str
    within_month: str
    within_year: str
    across_years: str
    with_weekday: str


def day_text(patterns: DatePatterns, day: date, *, with_year: bool = False) -> str:
    """Return a day: "2 December", "12月2日"."""
    pattern = patterns.day_and_year if with_year else patterns.day
    return pattern.format(day=day.day, month=patterns.months[day.month - 1], year=day.year)


def weekday_text(patterns: DatePatterns, day: date) -> str:
    """Return a day with its weekday: "Monday, 2 December 2024", "2024年12月2日（周一）"."""
    return patterns.with_weekday.format(
        weekday=patterns.weekdays[day.weekday()],
        day=day.day,
        month=patterns.months[day.month - 1],
        year=day.year,
    )


def month_text(patterns: DatePatterns, month: str) -> str:
    """Return a `month` such as "2024-12": "December 2024", "2024年12月"."""
    year, _, number = month.partition("-")
    return patterns.month.format(month=patterns.months[int(number) - 1], year=year)


def date_range(patterns: DatePatterns, start: datetime, end: datetime) -> str:
    """Return the days that `[start, end)` touches: "2–8 December 2024"."""
    first, last = start.date(), (end - timedelta(microseconds=1)).date()
    if first == last:
        return day_text(patterns, first, with_year=True)
    if first.year != last.year:
        pattern = patterns.across_years
    else:
        pattern = patterns.within_month if first.month == last.month else patterns.within_year
    return pattern.format(
        first_day=first.day,
        first_month=patterns.months[first.month - 1],
        first_year=first.year,
        day=last.day,
        month=patterns.months[last.month - 1],
        year=last.year,
    )
