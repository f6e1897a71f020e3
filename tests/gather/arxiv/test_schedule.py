"""arXiv's schedule, over weekends and the change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from publisher.gather.arxiv import schedule


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 12, 1), datetime(2026, 12, 1, 1, tzinfo=UTC)),  # winter: 20:00 is 01:00 UTC
        (date(2026, 7, 1), datetime(2026, 7, 1, 0, tzinfo=UTC)),
        (date(2026, 3, 9), datetime(2026, 3, 9, 0, tzinfo=UTC)),  # summer time began that Sunday
        (date(2026, 11, 2), datetime(2026, 11, 2, 1, tzinfo=UTC)),  # and ended that Sunday
    ],
)
def test_releases(day: date, moment: datetime) -> None:
    assert schedule.release(day) == moment


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (datetime(2026, 12, 1, 0, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 12, 1, 1, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 5, 12, 0, tzinfo=UTC), date(2026, 12, 4)),  # a Saturday
        (datetime(2026, 12, 6, 23, 0, tzinfo=UTC), date(2026, 12, 4)),  # Sunday before 20:00
        (datetime(2026, 12, 7, 1, 0, tzinfo=UTC), date(2026, 12, 7)),
    ],
)
def test_due_days(now: datetime, newest: date) -> None:
    since = now.date() - timedelta(days=30)
    days = schedule.due_days(now, since)
    assert days[-1] == newest
    assert days == sorted(set(days))
    assert all(day.weekday() < 5 and day >= since for day in days)
    assert len(days) >= 20
    assert schedule.due_days(now, newest) == [newest]
    assert schedule.due_days(now, newest + timedelta(days=1)) == []


def test_every_release_of_a_year_makes_a_day_due() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(260):
        coming = schedule.next_release(now)
        assert coming > now
        before = schedule.due_days(coming - timedelta(seconds=1), date(2025, 12, 1))
        after = schedule.due_days(coming, date(2025, 12, 1))
        assert after[:-1] == before
        assert schedule.release(after[-1]) == coming
        now = coming


@pytest.mark.parametrize(
    ("now", "note"),
    [
        (datetime(2026, 12, 1, 15, tzinfo=UTC), ""),
        (
            datetime(2026, 12, 5, 15, tzinfo=UTC),
            "Monday 2026-12-07, is expected at 2026-12-07 01:00",
        ),
        (
            datetime(2026, 12, 6, 15, tzinfo=UTC),
            "Monday 2026-12-07, is expected at 2026-12-07 01:00",
        ),
        (datetime(2026, 12, 7, 2, tzinfo=UTC), ""),
    ],
)
def test_weekends_are_named(now: datetime, note: str) -> None:
    line = schedule.closed_note(now)
    assert note in line
    assert bool(note) == line.startswith("arXiv is closed today; the next batch, of ")


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 12, 7), date(2026, 12, 3), date(2026, 12, 4)),
        (date(2026, 12, 8), date(2026, 12, 4), date(2026, 12, 7)),
        (date(2026, 12, 9), date(2026, 12, 7), date(2026, 12, 8)),
        (date(2026, 12, 11), date(2026, 12, 9), date(2026, 12, 10)),
    ],
)
def test_submission_windows(day: date, first: date, last: date) -> None:
    deadline = time(19, tzinfo=UTC)  # 14:00 in New York
    window = datetime.combine(first, deadline), datetime.combine(last, deadline)
    assert schedule.submission_window(day) == window


def test_late_announcements_are_looked_for_less_often() -> None:
    due = schedule.release(date(2026, 12, 1))
    gaps = [
        schedule.next_look(date(2026, 12, 1), due + timedelta(hours=hours))
        - (due + timedelta(hours=hours))
        for hours in (0, 1, 3, 13, 40)
    ]
    assert gaps == [timedelta(minutes=minutes) for minutes in (10, 10, 30, 120, 120)]
