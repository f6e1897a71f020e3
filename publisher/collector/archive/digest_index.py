"""The index entry of a digest, which is read at every start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from publisher.models import ParsedDigest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DigestIndex(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The data of a digest for merging; `papers` and `versions` are in its order."""

    path: str
    moment: int  # of publication, in microseconds since 1970
    topic_names: tuple[str, ...]
    papers: tuple[str, ...]  # ids
    versions: tuple[int, ...]


def index_of(digest: ParsedDigest) -> DigestIndex:
    """Return the index of `digest`."""
    return DigestIndex(
        digest.path,
        moment_of(digest.published),
        digest.topic_names,
        tuple(paper.id for paper in digest.papers),
        tuple(paper.version for paper in digest.papers),
    )


def moment_of(time: datetime) -> int:
    """Return the microseconds from 1970 until `time` (aware)."""
    return (time - _EPOCH) // _MICROSECOND
