from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from publisher.gather import plan
from publisher.gather.plan import ChannelState
from publisher.models.gathering import BatchRecord, BatchState

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TODAY = NOW.date()
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


def day(number: int) -> date:
    return date(2026, 11, number)


def record(number: int, state: BatchState, next_try: datetime | None = None) -> BatchRecord:
    return BatchRecord("arxiv", "cs.CV", day(number), state, next_try=next_try)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], None),
        ([record(20, BatchState.COMPLETE), record(23, BatchState.WAITING)], day(20)),
        ([replace(record(1, BatchState.COMPLETE), day=date(2026, 1, 5))], date(2026, 10, 28)),
    ],
    ids=["never read", "the first that is known", "a month at most"],
)
def test_first_day(records: list[BatchRecord], expected: date | None) -> None:
    assert plan.first_day(records, TODAY) == expected


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], [27, 26, 25]),
        ([record(25, BatchState.COMPLETE), record(26, BatchState.CLOSED)], [27]),
        ([record(27, BatchState.WAITING, LATER)], [26, 25]),
        ([record(27, BatchState.WAITING, EARLIER), record(26, BatchState.PARTIAL)], [27, 26, 25]),
        ([record(25, BatchState.FAILED, LATER)], [27, 26]),
        ([record(25, BatchState.CLOSED, LATER), record(26, BatchState.CLOSED, EARLIER)], [27, 26]),
    ],
    ids=[
        "all are new",
        "settled",
        "too early",
        "time to try",
        "failed a moment ago",
        "closed, to be looked at again",
    ],
)
def test_days_to_read(records: list[BatchRecord], expected: list[int]) -> None:
    channel = ChannelState([day(25), day(26), day(27)], records)

    assert plan.days_to_read(channel, NOW) == [day(number) for number in expected]


def test_a_day_that_somebody_asked_for_is_read_early() -> None:
    records = [record(26, BatchState.FAILED, LATER), record(27, BatchState.FAILED, LATER)]
    channel = ChannelState([day(26), day(27)], records)

    assert plan.days_to_read(channel, NOW, [day(26)]) == [day(26)]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([record(27, BatchState.COMPLETE)], [record(27, BatchState.COMPLETE)], [27]),
        ([record(27, BatchState.COMPLETE)], [record(27, BatchState.CLOSED)], [27]),
        ([record(27, BatchState.COMPLETE)], [record(27, BatchState.WAITING)], []),
        ([record(27, BatchState.COMPLETE)], [], []),
        ([record(27, BatchState.CLOSED)], [record(27, BatchState.CLOSED)], []),
        ([record(23, BatchState.PARTIAL)], [record(23, BatchState.FAILED)], [23]),
        ([record(23, BatchState.FAILED)], [record(23, BatchState.WAITING)], []),
    ],
    ids=["whole", "closed", "one waits", "one unread", "all closed", "past waiting", "nothing"],
)
def test_days_to_write(
    first: list[BatchRecord], second: list[BatchRecord], expected: list[int]
) -> None:
    due = [each.day for each in (*first, *second)]

    days = plan.days_to_write([ChannelState(due, first), ChannelState(due, second)], TODAY)

    assert days == [day(number) for number in expected]


def test_a_budget_serves_all_topics_in_turn() -> None:
    assert list(plan.in_turn(["abc", "", "xy"])) == ["a", "x", "b", "y", "c"]


def test_next_try_is_the_first_that_is_still_to_come() -> None:
    records = [
        record(25, BatchState.COMPLETE, EARLIER),
        record(26, BatchState.FAILED, NOW + timedelta(hours=2)),
        record(27, BatchState.WAITING, LATER),
    ]

    assert plan.next_try(records, NOW) == LATER
    assert plan.next_try([], NOW) is None


@pytest.mark.parametrize(
    ("announced", "written", "expected"),
    [
        ({27: "a", 26: "b"}, {27: "a", 26: "b"}, set()),
        ({27: "a", 26: "b"}, {27: "a", 26: "x"}, {26}),
        ({27: "a", 26: "b"}, {27: ""}, {26, 27}),
        ({27: "a", 21: "b", 19: "c"}, {}, {27, 21}),
        ({27: "a", 19: "c"}, {27: "a"}, {19}),
    ],
    ids=["as written", "more came", "failed", "a new topic", "a day that was missed"],
)
def test_days_that_changed(
    announced: dict[int, str], written: dict[int, str], expected: set[int]
) -> None:
    days = plan.days_that_changed(
        {day(number): content for number, content in announced.items()},
        {day(number): content for number, content in written.items()},
        TODAY,
    )

    assert days == {day(number) for number in expected}
