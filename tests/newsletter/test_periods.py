from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import IssueError
from publisher.models import Frequency
from publisher.newsletter.periods import (
    closed_period,
    frequency_of,
    next_due,
    period_by_id,
    period_of,
)
from publisher.settings import Newsletter, Settings, Site

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAILY, WEEKLY, MONTHLY = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY


def make_settings(timezone: str = "Asia/Shanghai", **newsletter: Any) -> Settings:
    return Settings(site=Site(timezone=timezone), newsletter=Newsletter(**newsletter))


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("now", "options", "issue_id", "start", "end"),
    [
        # the default: Monday 08:00
        (
            "2024-12-09T08:00+08:00",
            {},
            "2024-W49",
            "2024-12-02T08:00+08:00",
            "2024-12-09T08:00+08:00",
        ),
        (
            "2024-12-09T07:59+08:00",
            {},
            "2024-W48",
            "2024-11-25T08:00+08:00",
            "2024-12-02T08:00+08:00",
        ),
        (
            "2024-12-09T00:00+00:00",
            {},
            "2024-W49",
            "2024-12-02T08:00+08:00",
            "2024-12-09T08:00+08:00",
        ),
        # the end of the year: 2024-12-30 is in 2025-W01, 2020 and 2026 have 53 weeks
        (
            "2025-01-06T09:00+08:00",
            {},
            "2025-W01",
            "2024-12-30T08:00+08:00",
            "2025-01-06T08:00+08:00",
        ),
        (
            "2024-12-30T09:00+08:00",
            {},
            "2024-W52",
            "2024-12-23T08:00+08:00",
            "2024-12-30T08:00+08:00",
        ),
        (
            "2021-01-04T09:00+08:00",
            {},
            "2020-W53",
            "2020-12-28T08:00+08:00",
            "2021-01-04T08:00+08:00",
        ),
        (
            "2027-01-04T09:00+08:00",
            {},
            "2026-W53",
            "2026-12-28T08:00+08:00",
            "2027-01-04T08:00+08:00",
        ),
        # other days and hours: the id is the ISO week of the middle
        (
            "2024-12-06T18:00+08:00",
            {"weekday": "friday", "hour": 18},
            "2024-W49",
            "2024-11-29T18:00+08:00",
            "2024-12-06T18:00+08:00",
        ),
        (
            "2024-12-05T11:00+08:00",
            {"weekday": "thursday", "hour": 11},
            "2024-W48",
            "2024-11-28T11:00+08:00",
            "2024-12-05T11:00+08:00",
        ),
        (
            "2024-12-05T12:00+08:00",
            {"weekday": "thursday", "hour": 12},
            "2024-W49",
            "2024-11-28T12:00+08:00",
            "2024-12-05T12:00+08:00",
        ),
        # clocks go forward: a week of 167 hours; back: of 169
        (
            "2024-04-01T08:00+02:00",
            {"timezone": "Europe/Berlin"},
            "2024-W13",
            "2024-03-25T08:00+01:00",
            "2024-04-01T08:00+02:00",
        ),
        (
            "2024-10-28T08:00+01:00",
            {"timezone": "Europe/Berlin"},
            "2024-W43",
            "2024-10-21T08:00+02:00",
            "2024-10-28T08:00+01:00",
        ),
        # a due hour that the clocks skip, and one that comes twice
        (
            "2024-03-31T03:00+02:00",
            {"timezone": "Europe/Berlin", "weekday": "sunday", "hour": 2},
            "2024-W13",
            "2024-03-24T02:00+01:00",
            "2024-03-31T03:00+02:00",
        ),
        (
            "2024-10-27T02:00+02:00",
            {"timezone": "Europe/Berlin", "weekday": "sunday", "hour": 2},
            "2024-W43",
            "2024-10-20T02:00+02:00",
            "2024-10-27T02:00+02:00",
        ),
        # a day that the clocks skip: Samoa had no 30 December 2011
        (
            "2011-12-31T00:00+14:00",
            {"timezone": "Pacific/Apia", "weekday": "friday", "hour": 0},
            "2011-W52",
            "2011-12-23T00:00-10:00",
            "2011-12-31T00:00+14:00",
        ),
    ],
)
def test_closed_period(
    now: str, options: dict[str, Any], issue_id: str, start: str, end: str
) -> None:
    settings = make_settings(**options)
    moment = datetime.fromisoformat(now)

    period = closed_period(moment, settings)

    assert (period.id, iso(period.start), iso(period.end)) == (issue_id, start, end)
    assert period_by_id(issue_id, settings) == period
    before = closed_period(period.end.astimezone(UTC) - timedelta(microseconds=1), settings)
    assert before.end == period.start
    assert period_of(period.start, settings) == period


@pytest.mark.parametrize(
    ("frequency", "now", "options", "issue_id", "start", "end"),
    [
        # a digest of the evening of 2 December is in the issue of that day, due in the morning
        (DAILY, "2024-12-03T08:00+08:00", {}, "2024-12-02", "2024-12-02T08:00+08:00",
         "2024-12-03T08:00+08:00"),
        (DAILY, "2024-12-03T07:59+08:00", {}, "2024-12-01", "2024-12-01T08:00+08:00",
         "2024-12-02T08:00+08:00"),
        (DAILY, "2024-12-02T23:30+08:00", {"hour": 22}, "2024-12-02", "2024-12-01T22:00+08:00",
         "2024-12-02T22:00+08:00"),
        (DAILY, "2024-03-31T12:00+02:00", {"timezone": "Europe/Berlin", "hour": 2}, "2024-03-30",
         "2024-03-30T02:00+01:00", "2024-03-31T03:00+02:00"),
        (MONTHLY, "2024-12-01T08:00+08:00", {}, "2024-11", "2024-11-01T08:00+08:00",
         "2024-12-01T08:00+08:00"),
        (MONTHLY, "2024-12-01T07:00+08:00", {}, "2024-10", "2024-10-01T08:00+08:00",
         "2024-11-01T08:00+08:00"),
        (MONTHLY, "2025-01-20T07:00+08:00", {}, "2024-12", "2024-12-01T08:00+08:00",
         "2025-01-01T08:00+08:00"),
        (MONTHLY, "2025-01-20T07:00+08:00", {"month_day": 15}, "2024-12", "2024-12-15T08:00+08:00",
         "2025-01-15T08:00+08:00"),
        (MONTHLY, "2025-01-20T07:00+08:00", {"month_day": 16}, "2025-01", "2024-12-16T08:00+08:00",
         "2025-01-16T08:00+08:00"),
        (MONTHLY, "2024-02-29T07:00+08:00", {"month_day": 28}, "2024-02", "2024-01-28T08:00+08:00",
         "2024-02-28T08:00+08:00"),
    ],
)  # fmt: skip
def test_closed_days_and_months(
    frequency: Frequency, now: str, options: dict[str, Any], issue_id: str, start: str, end: str
) -> None:
    settings = make_settings(**options)

    period = closed_period(datetime.fromisoformat(now), settings, frequency)

    assert (period.id, iso(period.start), iso(period.end)) == (issue_id, start, end)
    assert period_by_id(issue_id, settings) == period
    assert period_of(period.start, settings, frequency) == period
    assert period.frequency is frequency


@pytest.mark.parametrize("frequency", [DAILY, MONTHLY])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
def test_days_and_months_follow_each_other(zone: str, frequency: Frequency) -> None:
    random = Random(zone)  # noqa: S311 - dice
    for month_day in (1, 15, 16, 28):
        settings = make_settings(zone, month_day=month_day, hour=random.randrange(24))
        moment = datetime(2011, 1, 10, tzinfo=UTC)
        seen: list[str] = []
        for _ in range(500 if frequency is DAILY else 40):
            period = period_of(moment, settings, frequency)
            assert period.holds(moment)
            seen.append(period.id)
            moment = period.end.astimezone(UTC)
        assert len(set(seen)) == len(seen)
        assert seen == sorted(seen)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"])
def test_periods_follow_each_other_and_names_lead_back(zone: str) -> None:
    random = Random(zone)  # noqa: S311 - dice
    for weekday in ("monday", "wednesday", "sunday"):
        settings = make_settings(zone, weekday=weekday, hour=random.randrange(24))
        moment = datetime(2011, 11, 1, tzinfo=UTC)
        seen: list[str] = []
        for _ in range(120):
            period = period_of(moment, settings)
            assert period.holds(moment)
            assert not period.holds(period.end)
            assert period_by_id(period.id, settings) == period
            assert next_due(moment, settings) == period.end
            seen.append(period.id)
            moment = period.end.astimezone(UTC)
        assert len(set(seen)) == len(seen)
        assert seen == sorted(seen)


@pytest.mark.parametrize(
    "issue_id",
    ["", "2024", "2024-49", "2024-W49-1", "2024-W5", "2024-W00", "2024-W54", "2023-W53",
     "0000-W01", "9999-W52", "2024-W49 ", "２０２４-W49", "../W49", "2024-13", "2024-02-30",
     "0000-01", "2024-1-1"],
)  # fmt: skip
def test_malformed_issue_id(issue_id: str) -> None:
    with pytest.raises(IssueError, match="issue"):
        period_by_id(issue_id, make_settings())


def test_next_due_is_after_now() -> None:
    settings = make_settings()
    due = datetime(2024, 12, 9, 8, tzinfo=SHANGHAI)

    assert next_due(due - timedelta(microseconds=1), settings) == due
    assert next_due(due, settings) == due + timedelta(days=7)


@pytest.mark.parametrize(
    ("issue_id", "frequency"), [("2024-W49", WEEKLY), ("2024-12-02", DAILY), ("2024-12", MONTHLY)]
)
def test_the_id_tells_the_frequency(issue_id: str, frequency: Frequency) -> None:
    assert frequency_of(issue_id) is frequency
