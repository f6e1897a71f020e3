from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

pytestmark = pytest.mark.both_databases

NOON = datetime(2024, 12, 9, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=15)
WEEK = NOON + timedelta(days=7)


def test_a_link_logs_in_once(store: Store) -> None:
    store.operators.open_link("link", "ada", now=NOON, expires=LATER)

    assert store.operators.log_in("other", "s0", now=NOON, expires=WEEK) is None
    assert store.operators.log_in("link", "s1", now=NOON, expires=WEEK) == "ada"
    assert store.operators.log_in("link", "s2", now=NOON, expires=WEEK) is None
    assert store.operators.session("s1", now=NOON) == "ada"
    assert store.operators.session("s2", now=NOON) is None
    assert store.operators.session("s1", now=WEEK) is None


def test_a_link_is_over_at_its_time(store: Store) -> None:
    store.operators.open_link("link", "ada", now=NOON, expires=LATER)
    assert store.operators.log_in("link", "s", now=LATER, expires=WEEK) is None


def test_of_many_at_once_one_gets_in(store: Store) -> None:
    store.operators.open_link("link", "ada", now=NOON, expires=LATER)

    def enter(number: int) -> str | None:
        return store.operators.log_in("link", f"s{number}", now=NOON, expires=WEEK)

    with ThreadPoolExecutor(8) as pool:
        entered = [operator for operator in pool.map(enter, range(8)) if operator]
    assert entered == ["ada"]


def test_links_are_counted_for_each_operator(store: Store) -> None:
    for number in range(3):
        store.operators.open_link(f"l{number}", "ada", now=NOON, expires=LATER)
    assert store.operators.links_since(NOON - timedelta(hours=1), "ada") == 3
    assert store.operators.links_since(NOON - timedelta(hours=1), "bob") == 0
    # Those that are over are forgotten with the next.
    store.operators.open_link("l9", "ada", now=LATER, expires=LATER + timedelta(minutes=15))
    assert store.operators.links_since(NOON - timedelta(hours=1), "ada") == 1


def test_logging_out_ends_this_session_or_all(store: Store) -> None:
    for number in range(3):
        store.operators.open_link(f"l{number}", "ada", now=NOON, expires=LATER)
        store.operators.log_in(f"l{number}", f"s{number}", now=NOON, expires=WEEK)
    store.operators.open_link("waiting", "ada", now=NOON, expires=LATER)
    store.operators.open_link("of bob", "bob", now=NOON, expires=LATER)

    store.operators.log_out("s0", now=NOON)
    assert store.operators.session("s0", now=NOON) is None
    assert store.operators.session("s1", now=NOON) == "ada"
    store.operators.log_out("s1", everywhere=True, now=NOON)
    assert store.operators.session("s2", now=NOON) is None
    assert store.operators.log_in("waiting", "s", now=NOON, expires=WEEK) is None
    assert store.operators.log_in("of bob", "s", now=NOON, expires=WEEK) == "bob"
    # Nobody was there to log out.
    store.operators.log_out("s1", everywhere=True, now=NOON)

    done = [(row.operator, row.action) for row in store.audit_log.recent_actions(limit=3)]
    assert done == [
        ("bob", "logged in"),
        ("ada", "logged out everywhere"),
        ("ada", "logged out"),
    ]
