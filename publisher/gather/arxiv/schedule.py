"""arXiv's schedule (https://info.arxiv.org/help/availability.html), in the time of New York.

Announcements are released at 20:00 from Sunday to Thursday, each dated the next day: from Monday to
Friday. There are a few holidays a year, which arXiv moves at will; they show when the next
announcement is out.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("America/New_York")
_RELEASE, _DEADLINE = time(20), time(14)
_DAY = timedelta(days=1)
_MONDAY, _TUESDAY, _SATURDAY = 0, 1, 5


def release(day: date) -> datetime:
    """Return the moment when the announcement dated `day` is due."""
    return datetime.combine(day - _DAY, _RELEASE, _ZONE).astimezone(UTC)


def due_days(now: datetime, since: date) -> list[date]:
    """Return the days from `since` whose announcements are due, in order."""
    newest = now.astimezone(_ZONE).date() + _DAY
    days = (since + _DAY * number for number in range((newest - since).days + 1))
    return [day for day in days if day.weekday() < _SATURDAY and release(day) <= now]


def next_release(now: datetime) -> datetime:
    """Return the moment of the next release after `now`."""
    day = now.astimezone(_ZONE).date()
    while day.weekday() >= _SATURDAY or release(day) <= now:
        day += _DAY
    return release(day)


def closed_note(now: datetime) -> str:
    """Return a line for people where no announcement is dated today, "" where there is one."""
    coming = next_release(now)
    day = (coming.astimezone(_ZONE) + _DAY).date()
    today = due_days(now, now.date() - timedelta(days=7))[-1]
    if today >= now.astimezone(_ZONE).date():
        return ""
    return (
        f"arXiv is closed today; the next batch, of {day:%A} {day}, is expected at "
        f"{coming:%Y-%m-%d %H:%M} UTC."
    )


def submission_window(day: date) -> tuple[datetime, datetime]:
    """Return when the papers were submitted that are announced on `day`."""
    back = {_MONDAY: (4, 3), _TUESDAY: (4, 1)}.get(day.weekday(), (2, 1))
    first, last = (datetime.combine(day - _DAY * days, _DEADLINE, _ZONE) for days in back)
    return first, last


def next_look(day: date, now: datetime) -> datetime:
    """Return when to look again for an announcement of `day` that is not out yet.

    Most are out within minutes, late ones within hours; on holidays nothing comes at all.
    """
    late = now - release(day)
    minutes = 10 if late < timedelta(hours=2) else 30 if late < timedelta(hours=12) else 120
    return now + timedelta(minutes=minutes)
