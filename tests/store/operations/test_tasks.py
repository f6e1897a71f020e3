"""Leases of tasks, and requests to run them."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from publisher.store.database import Store, open_store

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.both_databases

MINUTE = timedelta(minutes=1)


def take(store: Store, owner: str, now: datetime, *, dead: bool = False) -> bool:
    return store.tasks.acquire(
        "inbox", owner, until=now + MINUTE, now=now, is_dead=lambda _owner: dead
    )


def test_one_has_it_until_the_lease_is_over(store: Store, now: datetime) -> None:
    assert take(store, "a", now)
    assert take(store, "a", now + MINUTE / 2)  # again, and longer
    assert not take(store, "b", now + MINUTE)
    assert take(store, "b", now + 2 * MINUTE)
    assert not take(store, "a", now + 2 * MINUTE)
    store.tasks.release("inbox", "a")  # it is not a's any more
    assert not take(store, "a", now + 2 * MINUTE)
    store.tasks.release("inbox", "b")
    assert take(store, "a", now + 2 * MINUTE)


def test_the_dead_have_nothing(store: Store, now: datetime) -> None:
    assert take(store, "a", now)
    assert take(store, "b", now, dead=True)


def test_of_many_at_the_same_moment_one_gets_it(url: str, store: Store, now: datetime) -> None:
    del store  # it has made the tables
    together, got = Barrier(6), []

    def insert(name: str) -> None:
        with open_store(url) as own:
            together.wait()
            if take(own, name, now):
                got.append(name)

    threads = [Thread(target=insert, args=(str(number),)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_request_waits_until_a_run_has_taken_it_up(store: Store, now: datetime) -> None:
    tasks = store.tasks
    assert not tasks.state("build").waits
    tasks.request_run("build", now=now)
    first = tasks.newest_request("build")
    assert tasks.state("build").waits
    tasks.note_start("build", serving=first, now=now)
    assert (tasks.state("build").waits, tasks.state("build").runs) == (False, True)
    tasks.request_run("build", now=now)  # at the same moment, but after the run has begun
    assert tasks.newest_request("build") > first
    assert tasks.state("build").waits
    tasks.note_end("build", "3 files written", failed=False, now=now + MINUTE)
    state = tasks.state("build")
    assert (state.waits, state.runs, state.failed, state.result) == (
        True,
        False,
        False,
        "3 files written",
    )
    assert [state.name for state in tasks.all()] == ["build"]
