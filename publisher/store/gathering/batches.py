"""The rules by which what was read of an announcement joins what was known of it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.models.gathering import BatchState, Candidate

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models.gathering import Batch

# arXiv's pages were seen empty for ten hours, as a database was behind.
_DOUBT = timedelta(days=2)
_LEAST_READS = 4
_AGAIN_AFTER = timedelta(hours=8)
_FIELDS = [field.name for field in fields(Candidate)]


def next_state(before: BatchState, known: int, total: int, batch: Batch) -> BatchState:
    """Return the state of a batch after one more read of it.

    `known` is the number of its papers that earlier reads gave, `total` the number that the source
    stated. A complete batch stays so. An empty read changes nothing where papers are known, and one
    that has fewer papers, and states fewer, does not complete the batch.
    """
    if before is BatchState.COMPLETE:
        return before
    if not batch.papers:
        keeps = bool(known) or (before is BatchState.CLOSED and not batch.state.is_settled)
        return before if keeps else batch.state
    shorter = len(batch.papers) < known and batch.total < total
    return BatchState.PARTIAL if shorter or batch.state is not BatchState.COMPLETE else batch.state


def next_look(
    batch: Batch, state: BatchState, attempts: int, now: datetime, *, is_empty: bool
) -> datetime | None:
    """Return when to read a batch again whose state is now `state`, None if never.

    A day that gave no paper may be a fault of the source: it is looked at again for two days, and
    some times where it was read later than that.
    """
    if not state.is_settled:
        return batch.next_try
    is_young = now.date() - batch.day < _DOUBT or attempts < _LEAST_READS
    return now + _AGAIN_AFTER if is_empty and is_young else None


def join_versions(better: Candidate, other: Candidate) -> Candidate:
    """Return `better` with what it lacks from `other`, a read of the same version."""
    lacking = {name: getattr(other, name) for name in _FIELDS if not getattr(better, name)}
    return replace(better, **lacking)
