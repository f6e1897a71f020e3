from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.models.gathering import SummaryText, WrittenSummary

if TYPE_CHECKING:
    from publisher.store.database import Store
    from publisher.store.gathering.summaries import StoredSummaries

pytestmark = pytest.mark.both_databases

DAY = date(2026, 11, 25)
KEY = "0" * 64
SUMMARY = WrittenSummary(
    (SummaryText("en", "It is fast.", ("Fast.",)), SummaryText("zh", "很快。")),
    "gpt-5-mini",
    "builtin-1",
    "abstract",
)


@pytest.fixture
def summaries(store: Store) -> StoredSummaries:
    return store.gathering.summaries


def test_a_summary_is_kept(summaries: StoredSummaries) -> None:
    assert summaries.get(KEY) is None
    summaries.put(KEY, "arxiv:1", SUMMARY)
    assert summaries.get(KEY) == SUMMARY
    shorter = WrittenSummary(SUMMARY.texts[:1], "other", "builtin-2", "full text")
    summaries.put(KEY, "arxiv:1", shorter)
    assert summaries.get(KEY) == shorter
    assert summaries.get("1" * 64) is None


def test_a_refusal_is_kept(summaries: StoredSummaries) -> None:
    assert summaries.refusal(KEY) == ""
    summaries.note_refusal(KEY, "the model refused")
    summaries.note_refusal(KEY, "the content filter refused")
    assert summaries.refusal(KEY) == "the content filter refused"
    assert summaries.refusal("1" * 64) == ""


@pytest.mark.parametrize(
    ("limit_micro", "limit_tokens", "reservations"),
    [(0, 0, 8), (1000, 0, 3), (1200, 0, 4), (0, 45, 4), (1000, 20, 2), (299, 0, 0), (0, 9, 0)],
)
def test_a_day_has_its_limits(
    store: Store, limit_micro: int, limit_tokens: int, reservations: int
) -> None:
    summaries = store.gathering.summaries
    calls = [
        summaries.reserve(DAY, KEY, 300, 10, limit_micro=limit_micro, limit_tokens=limit_tokens)
        for _ in range(8)
    ]
    ids = [call for call in calls if call is not None]
    assert len(set(ids)) == len(ids) == reservations
    assert calls[reservations:] == [None] * (8 - reservations)
    assert summaries.spent(DAY) == (300 * reservations, 10 * reservations)
    assert summaries.spent(DAY + timedelta(days=1)) == (0, 0)


def test_what_a_call_did_not_take_is_free_again(store: Store) -> None:
    summaries = store.gathering.summaries

    def reserve() -> int | None:
        return summaries.reserve(DAY, KEY, 300, 10, limit_micro=500, limit_tokens=0)

    first = reserve()
    assert first is not None
    assert reserve() is None
    summaries.settle(first, 120, 4, "answered")
    summaries.settle(first, 0, 0, "twice")  # does not count
    assert summaries.spent(DAY) == (120, 4)
    second = reserve()
    assert second is not None
    summaries.settle(second, 450, 20, "answered")  # more than the estimate
    assert summaries.spent(DAY) == (570, 24)
    assert reserve() is None
    summaries.settle(999, 1, 1, "unknown")
    assert summaries.spent(DAY) == (570, 24)


def test_many_processes_keep_to_the_limit(url: str, store: Store) -> None:
    program = f"""
import sys
from datetime import date
from threading import Thread
from publisher.store.database import open_store
store = open_store({url!r})
calls = []
def work():
    for number in range(25):
        call = store.gathering.summaries.reserve(
            date(2026, 11, 25), "0" * 64, 70, 3, limit_micro=5000, limit_tokens=0)
        if call is not None:
            if number % 2:
                store.gathering.summaries.settle(call, 50, 2, "answered")
            calls.append(call)
sys.stdin.readline()
threads = [Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(calls))
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    calls = sum(int(process.communicate(timeout=120)[0]) for process in processes)
    cost, _ = store.gathering.summaries.spent(DAY)
    assert 4930 < cost <= 5000
    # Each cost 50 or 70: no reservation was lost or counted twice.
    assert 5000 // 70 <= calls <= 5000 // 50
