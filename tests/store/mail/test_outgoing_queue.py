from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
WHO = "jane@example.org"


def test_one_of_a_kind_for_an_address(store: Store) -> None:
    assert store.outgoing_queue.put("confirm", WHO, "{}", now=NOW)
    assert not store.outgoing_queue.put("confirm", WHO, "{}", now=NOW)
    assert store.outgoing_queue.put("help", WHO, "{}", now=NOW)
    assert store.outgoing_queue.waiting() == 2


def test_a_letter_is_taken_once_and_gone_when_it_left(store: Store) -> None:
    store.outgoing_queue.put("help", WHO, '{"a": 1}', now=NOW)
    letter = store.outgoing_queue.take(now=NOW)
    assert letter is not None
    assert (letter.kind, letter.email, letter.payload, letter.attempts) == (
        "help",
        WHO,
        '{"a": 1}',
        1,
    )
    assert store.outgoing_queue.take(now=NOW) is None
    store.outgoing_queue.remove(letter.id)
    assert store.outgoing_queue.waiting() == 0


def test_a_letter_that_is_put_off_waits(store: Store) -> None:
    store.outgoing_queue.put("help", WHO, "{}", now=NOW)
    first = store.outgoing_queue.take(now=NOW)
    assert first is not None
    later = NOW + timedelta(minutes=15)
    store.outgoing_queue.put_off(first.id, later)
    assert store.outgoing_queue.take(now=NOW) is None
    again = store.outgoing_queue.take(now=later)
    assert again is not None
    assert again.attempts == 2


def test_one_whose_sender_died_is_not_sent_again(store: Store) -> None:
    store.outgoing_queue.put("help", WHO, "{}", now=NOW)
    store.outgoing_queue.take(now=NOW)
    assert store.outgoing_queue.drop_doubtful(now=NOW) == 0
    assert store.outgoing_queue.drop_doubtful(now=NOW + timedelta(hours=1)) == 1
    assert store.outgoing_queue.waiting() == 0


def test_what_has_left_counts_against_the_pace_with_the_issues(store: Store) -> None:
    for name, left in (("a", NOW), ("b", None), ("c", NOW + timedelta(minutes=1))):
        store.outgoing_queue.put("help", f"{name}@{name}.example.org", "{}", now=NOW)
        letter = store.outgoing_queue.take(now=NOW)
        assert letter is not None
        store.outgoing_queue.remove(letter.id, left=left)
    assert list(store.deliveries.left_since(NOW - timedelta(hours=1))) == [
        (NOW, "a.example.org"),
        (NOW + timedelta(minutes=1), "c.example.org"),
    ]
    assert len(list(store.deliveries.left_since(NOW))) == 1
    assert store.retention.delete_expired(now=NOW + timedelta(days=2), mail_days=1) == {
        "single mails": 2
    }
