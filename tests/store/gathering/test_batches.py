"""What a further read of an announcement changes."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from publisher.models.gathering import Announced, Batch, BatchState, Candidate
from publisher.store.gathering.batches import join_versions, next_state

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
