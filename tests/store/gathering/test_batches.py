"""What a further read of an announcement changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from publisher.models.gathering import Announced, Batch, BatchState, Candidate
from publisher.store.gathering.batches import join_versions, next_look, next_state

WAITING, PARTIAL, COMPLETE, CLOSED, FAILED = (
    BatchState.WAITING,
    BatchState.PARTIAL,
    BatchState.COMPLETE,
    BatchState.CLOSED,
    BatchState.FAILED,
)


def read(state: BatchState, papers: int = 0, total: int = 0) -> Batch:
    announced = tuple(Announced(Candidate(f"arxiv:{n}", "T")) for n in range(papers))
    return Batch("arxiv", "cs.CV", date(2026, 11, 25), state, announced, total or papers)


@pytest.mark.parametrize(
    ("before", "known", "total", "batch", "after"),
    [
        (WAITING, 0, 0, read(WAITING), WAITING),
        (WAITING, 0, 0, read(CLOSED), CLOSED),
        (WAITING, 0, 0, read(FAILED), FAILED),
        (FAILED, 0, 0, read(WAITING), WAITING),
        (FAILED, 0, 0, read(COMPLETE, 5), COMPLETE),
        (WAITING, 0, 0, read(COMPLETE), COMPLETE),  # a feed without news
        (WAITING, 0, 239, read(PARTIAL, 16, 239), PARTIAL),
        (PARTIAL, 16, 239, read(COMPLETE, 239), COMPLETE),
        (PARTIAL, 16, 239, read(FAILED), PARTIAL),
        (PARTIAL, 16, 239, read(CLOSED), PARTIAL),
        (PARTIAL, 16, 239, read(COMPLETE), PARTIAL),
        (PARTIAL, 16, 239, read(COMPLETE, 9), PARTIAL),  # of another day or another list
        (PARTIAL, 16, 239, read(COMPLETE, 17), COMPLETE),
        (PARTIAL, 16, 0, read(COMPLETE, 15), COMPLETE),  # the fallback states no number
        (PARTIAL, 16, 239, read(FAILED, 3), PARTIAL),
        (CLOSED, 0, 0, read(FAILED), CLOSED),
        (CLOSED, 0, 0, read(WAITING), CLOSED),
        (CLOSED, 0, 0, read(COMPLETE), COMPLETE),
        (CLOSED, 0, 0, read(COMPLETE, 5), COMPLETE),
        (CLOSED, 0, 0, read(PARTIAL, 5, 9), PARTIAL),
    ],
)
def test_state(before: BatchState, known: int, total: int, batch: Batch, after: BatchState) -> None:
    assert next_state(before, known, total, batch) is after


@pytest.mark.parametrize(("state", "papers"), list(product(BatchState, (0, 3, 9))))
def test_complete_is_final(state: BatchState, papers: int) -> None:
    assert next_state(COMPLETE, 5, 5, read(state, papers)) is COMPLETE


def test_what_a_read_lacks_comes_from_the_other() -> None:
    listing = Candidate("arxiv:1", "From the listing", authors=("A",), comment="12 pages")
    api = Candidate("arxiv:1", "From the API", abstract="We ...", withdrawn=True)
    assert join_versions(api, listing) == Candidate(
        "arxiv:1",
        "From the API",
        authors=("A",),
        abstract="We ...",
        comment="12 pages",
        withdrawn=True,
    )


NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
AGAIN = timedelta(hours=8)


@pytest.mark.parametrize(
    ("state", "is_empty", "days_later", "attempts", "wait"),
    [
        (COMPLETE, False, 0, 1, None),
        (CLOSED, True, 0, 9, AGAIN),
        (COMPLETE, True, 1, 9, AGAIN),
        (CLOSED, True, 2, 9, None),
        (CLOSED, True, 20, 1, AGAIN),  # a day that was missed, read late
        (CLOSED, True, 20, 4, None),
    ],
)
def test_a_day_without_papers_is_looked_at_again(
    state: BatchState, is_empty: bool, days_later: int, attempts: int, wait: timedelta | None
) -> None:
    now = NOON + timedelta(days=days_later)

    again = next_look(read(state), state, attempts, now, is_empty=is_empty)

    assert again == (wait and now + wait)


def test_a_day_that_is_not_settled_is_read_when_its_source_says() -> None:
    batch = replace(read(WAITING), next_try=NOON)

    assert next_look(batch, WAITING, 1, NOON, is_empty=True) == NOON
