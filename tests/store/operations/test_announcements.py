"""Announcements in the store: each item once, and the states of what leaves."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.models import DeliveryState
from publisher.models.announcements import AnnouncementLimits, AnnouncementText

if TYPE_CHECKING:
    from collections.abc import Collection

    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

LIMITS = AnnouncementLimits(per_hour=100, per_day=100)
MINUTE = timedelta(minutes=1)


def compose(keys: Collection[str]) -> AnnouncementText:
    return AnnouncementText(" ".join(sorted(keys)), "body")


def freeze(
    store: Store, items: list[str], now: datetime, limits: AnnouncementLimits = LIMITS
) -> int:
    return store.announcements.freeze("chat", "digests", items, compose, limits=limits, now=now)


def test_what_was_there_first_is_never_announced_and_all_else_once(
    store: Store, now: datetime
) -> None:
    stored = store.announcements
    assert stored.first_seen("chat") is None
    assert stored.begin("chat", ["a", "a", "b"], now=now)
    assert not stored.begin("chat", ["c"], now=now)
    assert stored.first_seen("chat") == now
    assert stored.unannounced("chat", ["c", "b", "d"]) == ["c", "d"]
    assert freeze(store, ["a", "b"], now) == 0
    assert freeze(store, ["a", "b", "c", "d", "c"], now) == 2
    assert freeze(store, ["a", "b", "c", "d", "e"], now) == 1
    stored.begin("phone", [], now=now)
    assert stored.unannounced("phone", ["c"]) == ["c"]
    assert [row.text.title for row in stored.newest(9)] == ["e", "c d"]
    assert [row.text.title for row in stored.newest(1, target="chat")] == ["e"]
    assert stored.newest(9, target="phone") == []


def test_more_items_than_a_statement_holds(store: Store, now: datetime) -> None:
    items = [str(number) for number in range(40_000)]
    store.announcements.begin("chat", items, now=now)
    assert freeze(store, [*items, "new"], now) == 1


def test_the_limits_hold(store: Store, now: datetime) -> None:
    stored = store.announcements
    stored.begin("chat", [], now=now)
    limits = AnnouncementLimits(per_hour=2, per_day=3)
    moments = [now + number * timedelta(minutes=20) for number in range(10)]
    sent = [freeze(store, [str(moment)], moment, limits) for moment in moments]
    assert sent == [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]
    assert stored.is_full("chat", limits, now=now + timedelta(hours=23))
    assert not stored.is_full("chat", limits, now=now + timedelta(hours=24))


def test_a_failure_while_composing_takes_nothing(store: Store, now: datetime) -> None:
    def fail(_keys: Collection[str]) -> AnnouncementText:
        raise ValueError("no words")

    store.announcements.begin("chat", [], now=now)
    with pytest.raises(ValueError, match="no words"):
        store.announcements.freeze("chat", "digests", ["a"], fail, limits=LIMITS, now=now)
    assert freeze(store, ["a"], now) == 1


def test_of_those_who_announce_at_once_one_does(store: Store, now: datetime) -> None:
    stored = store.announcements
    stored.begin("chat", [], now=now)
    counts: list[int] = []
    marks: list[object] = []
    start = threading.Barrier(6)

    def run() -> None:
        start.wait()
        counts.append(freeze(store, ["a", "b"], now))
        start.wait()
        (number,) = stored.due(["chat"], now=now) or [1]
        marks.append(stored.mark(number, "me", lease=now + MINUTE, now=now))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 0, 0, 2]
    assert sum(mark is not None for mark in marks) == 1


@pytest.mark.parametrize(
    ("state", "is_due"),
    [(DeliveryState.SENT, False), (DeliveryState.READY, True), (DeliveryState.REJECTED, False)],
)
def test_outcomes(store: Store, now: datetime, state: DeliveryState, is_due: bool) -> None:
    stored = store.announcements
    stored.begin("chat", [], now=now)
    freeze(store, ["a"], now)
    assert stored.due(["other"], now=now) == []
    (number,) = stored.due(["chat"], now=now)
    marked = stored.mark(number, "me", lease=now + MINUTE, now=now)
    assert marked is not None
    row, token = marked
    assert (row.state, row.attempts, row.items) == (DeliveryState.SENDING, 1, 1)
    assert stored.mark(number, "me", lease=now + MINUTE, now=now) is None
    assert not stored.settle(number, "wrong", state, reason="", next_at=None, now=now)
    later = now + MINUTE if is_due else None
    assert stored.settle(number, token, state, reason="why", next_at=later, now=now)
    assert stored.next_due(["chat"]) == later
    assert stored.due(["chat"], now=now) == []
    assert bool(stored.due(["chat"], now=now + MINUTE)) == is_due
    (row,) = stored.newest(1)
    assert (row.state, row.reason) == (state, "why")


def test_what_was_interrupted_is_in_doubt_until_somebody_decides(
    store: Store, now: datetime
) -> None:
    stored = store.announcements
    stored.begin("chat", [], now=now)
    freeze(store, ["a"], now)
    freeze(store, ["b"], now)
    first, second = stored.due(["chat"], now=now)
    token = (stored.mark(first, "dead", lease=now + MINUTE, now=now) or ("", ""))[1]
    stored.mark(second, "alive", lease=now + MINUTE, now=now)
    assert stored.doubt_interrupted(lambda owner: owner == "dead", now=now) == 1
    assert stored.in_doubt() == {"chat": 1}
    # Its lease is over: whether it lives is not known.
    assert stored.doubt_interrupted(lambda _: False, now=now + MINUTE) == 1
    assert stored.due(["chat"], now=now + timedelta(days=9)) == []
    # The slow answer that does come is the best evidence there is.
    assert stored.settle(first, token, DeliveryState.SENT, reason="", next_at=None, now=now)
    assert stored.resolve(["other"], DeliveryState.READY, by="me", now=now) == 0
    assert stored.resolve(["chat"], DeliveryState.READY, by="me", now=now) == 1
    assert stored.due(["chat"], now=now) == [second]
    stored.mark(second, "dead", lease=now + MINUTE, now=now)
    stored.doubt_interrupted(lambda _: True, now=now)
    assert stored.resolve(["chat"], DeliveryState.ABANDONED, by="me", now=now) == 1
    assert stored.due(["chat"], now=now + timedelta(days=9)) == []
    assert [row.state.value for row in stored.newest(9)] == ["abandoned", "sent"]
    assert stored.in_doubt() == {}
