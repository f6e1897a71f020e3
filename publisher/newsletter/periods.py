"""Periods and due dates: pure functions of time and settings.

A period is `[start, end)` in the site's wall time, between two due moments: `newsletter.hour` of
every day, of each `newsletter.weekday`, or of each `newsletter.month_day`. Wall time means that a
week in which the clocks change has 167 or 169 hours. If the clocks skip a due hour, it is due when
they have moved on; if they show it twice, the first time.

A period is named after the day, the ISO week (ISO 8601, 5.2.2.3) or the month that contains its
middle, so that each of those names exactly one period, whatever the weekday and hour. The form of
the name tells the frequency: "2024-12-02", "2024-W49", "2024-12".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.models import Frequency

if TYPE_CHECKING:
    from publisher.settings import Settings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ID_FORMS = {
    Frequency.DAILY: re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"),
    Frequency.WEEKLY: re.compile(r"([0-9]{4})-W([0-9]{2})"),
    Frequency.MONTHLY: re.compile(r"([0-9]{4})-([0-9]{2})"),
}
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_NOON = 12
_MIDDLE_OF_MONTH = 15


@dataclass(frozen=True, slots=True)
class Period:
    """A period of the newsletter: `[start, end)`, both in the site's zone; `id` as "2024-W49".

    `due_day` is the calendar's day; where the clocks skip it, `end` is on the next.
    """

    id: str
    start: datetime
    end: datetime
    due_day: date

    @property
    def frequency(self) -> Frequency:
        """The frequency, which the form of the id tells."""
        return frequency_of(self.id)

    def holds(self, moment: datetime) -> bool:
        """Return whether `moment` (aware, any zone) lies in the period."""
        return absolute(self.start) <= absolute(moment) < absolute(self.end)


def frequency_of(issue_id: str) -> Frequency:
    """Return the frequency of the issue, which the form of its id tells.

    Raises `IssueError` for a text of no such form.
    """
    for frequency, form in ID_FORMS.items():
        if form.fullmatch(issue_id):
            return frequency
    raise IssueError(
        f"issue {issue_id!r}: must be a week, day or month, e.g. 2024-W49, 2024-12-02 or 2024-12"
    )


def closed_period(
    now: datetime, settings: Settings, frequency: Frequency = Frequency.WEEKLY
) -> Period:
    """Return the latest period whose end is not after `now` (aware)."""
    today = now.astimezone(settings.site.zone).date()
    # From one period ahead: near a change of the clocks the local date alone can't decide.
    day = _after(_due_day(today, settings, frequency), frequency)
    while absolute(_due(day, settings)) > absolute(now):
        day = _before(day, frequency)
    return _period(day, settings, frequency)


def period_of(
    moment: datetime, settings: Settings, frequency: Frequency = Frequency.WEEKLY
) -> Period:
    """Return the period that contains `moment` (aware)."""
    closed = closed_period(moment, settings, frequency)
    return _period(_after(closed.due_day, frequency), settings, frequency)


def period_by_id(issue_id: str, settings: Settings) -> Period:
    """Return the period called `issue_id`, e.g. "2024-W49".

    Raises `IssueError` where the text is no ISO week, day or month.
    """
    frequency = frequency_of(issue_id)
    match = ID_FORMS[frequency].fullmatch(issue_id)
    parts = [int(part) for part in match.groups()] if match else []
    try:
        if frequency is Frequency.DAILY:
            day = date(*parts) + _from_middle(settings)
        elif frequency is Frequency.MONTHLY:
            day = date(parts[0], parts[1], settings.newsletter.month_day)
            if settings.newsletter.month_day <= _MIDDLE_OF_MONTH:
                day = _after(day, frequency)
        else:
            weekday = WEEKDAYS.index(settings.newsletter.weekday)
            # The middle's weekday is the same in every period, so one day of the week fits.
            first = date.fromisocalendar(parts[0], parts[1], 1) + 3 * _DAY + _from_middle(settings)
            day = first + timedelta(days=(weekday - first.weekday()) % 7)
        return _period(day, settings, frequency)
    except (ValueError, OverflowError) as error:
        raise IssueError(f"issue {issue_id!r}: no such period: {error}") from error


def next_due(
    now: datetime, settings: Settings, frequency: Frequency = Frequency.WEEKLY
) -> datetime:
    """Return the first due moment after `now` (aware), in the site's zone."""
    return period_of(now, settings, frequency).end


def absolute(moment: datetime) -> datetime:
    """Return `moment` in UTC: two times of one zone compare by the wall clock otherwise."""
    return moment.astimezone(UTC)


def on_the_wall(wall: datetime, settings: Settings) -> datetime:
    """Return the moment at which the site's clocks show `wall`, after the gap if they skip it."""
    zone = settings.site.zone
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _period(due_day: date, settings: Settings, frequency: Frequency) -> Period:
    return Period(
        id=_name(due_day, settings, frequency),
        start=_due(_before(due_day, frequency), settings),
        end=_due(due_day, settings),
        due_day=due_day,
    )


def _name(due_day: date, settings: Settings, frequency: Frequency) -> str:
    if frequency is Frequency.DAILY:
        return (due_day - _from_middle(settings)).isoformat()
    if frequency is Frequency.MONTHLY:
        early = due_day.day <= _MIDDLE_OF_MONTH
        middle = _before(due_day, frequency) if early else due_day
        return f"{middle.year:04d}-{middle.month:02d}"
    year, week, _ = (due_day - 3 * _DAY - _from_middle(settings)).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _from_middle(settings: Settings) -> timedelta:
    """Return the days from the date that lies half a day before a due moment to the due day."""
    return 0 * _DAY if settings.newsletter.hour >= _NOON else _DAY


def _due_day(day: date, settings: Settings, frequency: Frequency) -> date:
    """Return the latest due day that is not after `day`."""
    if frequency is Frequency.DAILY:
        return day
    if frequency is Frequency.MONTHLY:
        due = day.replace(day=settings.newsletter.month_day)
        return due if due <= day else _before(due, frequency)
    weekday = WEEKDAYS.index(settings.newsletter.weekday)
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _after(due_day: date, frequency: Frequency) -> date:
    if frequency is Frequency.MONTHLY:
        # Every month has the day: it is 28 at most.
        year, month = divmod(due_day.year * 12 + due_day.month, 12)
        return due_day.replace(year=year, month=month + 1)
    return due_day + (_DAY if frequency is Frequency.DAILY else _WEEK)


def _before(due_day: date, frequency: Frequency) -> date:
    if frequency is Frequency.MONTHLY:
        year, month = divmod(due_day.year * 12 + due_day.month - 2, 12)
        return due_day.replace(year=year, month=month + 1)
    return due_day - (_DAY if frequency is Frequency.DAILY else _WEEK)


def _due(day: date, settings: Settings) -> datetime:
    return on_the_wall(datetime.combine(day, time(settings.newsletter.hour)), settings)
