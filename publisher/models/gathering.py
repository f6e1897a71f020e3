"""Records of papers on their way from arXiv and other sources to a digest.

Money is counted in millionths of the currency of the prices (`..._micro`), so that sums are exact.
Texts are as the source has them, TeX included, with single blanks instead of line breaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from publisher.models.papers import PaperChange, SummaryText

__all__ = [
    "Announced",
    "AnnouncementKind",
    "Batch",
    "BatchRecord",
    "BatchState",
    "Candidate",
    "DigestEntry",
    "GatherCounts",
    "PaperChange",
    "Ranked",
    "SummaryText",
    "WrittenSummary",
]


class AnnouncementKind(StrEnum):
    """The part of an announcement that a paper stands in."""

    NEW = "new"
    CROSS = "cross"  # new, with another category first
    REPLACED = "replaced"


class BatchState(StrEnum):
    """The state of a day's announcement."""

    WAITING = "waiting"  # due, and not out yet
    PARTIAL = "partial"  # read in part, to be read again
    COMPLETE = "complete"
    CLOSED = "closed"  # no announcement on this day
    FAILED = "failed"  # could not be read; to be read again

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing more to read."""
        return self in (BatchState.COMPLETE, BatchState.CLOSED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version of a paper, as sources describe it.

    `id` is "arxiv:2411.19525" (without version), "doi:10.1101/2026.11.01.1" in lower case, or
    "url:" with an address. Of `categories` the first is the primary one.
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    version: int = 1
    categories: tuple[str, ...] = ()
    comment: str = ""
    doi: str = ""
    journal: str = ""
    abs_url: str = ""
    pdf_url: str = ""
    published: datetime | None = None  # its first version
    updated: datetime | None = None  # this version
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper in an announcement, and the part of it where it stands."""

    paper: Candidate
    kind: AnnouncementKind = AnnouncementKind.NEW


@dataclass(frozen=True, slots=True)
class Batch:
    """The announcement of a day in a channel: an arXiv category, or the address of a feed.

    `total` counts what the source says it announced, which may be more than was read. `message` is
    for people: the reason for the state. `next_try` is when it is worth asking again.
    """

    source: str  # its name in `gather.sources.SOURCES`
    channel: str
    day: date
    state: BatchState
    papers: tuple[Announced, ...] = ()
    total: int = 0
    message: str = ""
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch as the store knows it, without its papers."""

    source: str
    channel: str
    day: date
    state: BatchState
    new: int = 0
    cross: int = 0
    replaced: int = 0
    total: int = 0
    attempts: int = 0
    message: str = ""
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper's place in a topic: its score from 0 up, and the reasons for people."""

    paper: Candidate
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenSummary:
    """A model's summary of a version of a paper, and where it is from."""

    texts: tuple[SummaryText, ...]
    model: str
    prompt: str  # version of the prompt, such as "builtin-1" or 8 hexadecimal digits
    source: str  # "abstract" or "full text"


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """A paper as a digest is to have it."""

    paper: Candidate
    reasons: tuple[str, ...] = ()
    summary: WrittenSummary | None = None
    change: PaperChange | None = None


@dataclass(frozen=True, slots=True)
class GatherCounts:
    """The report of a day in a channel.

    A paper in several channels is announced in each; it is chosen, summarised and paid for in the
    first. `announced` is the number that the source states.
    """

    day: date
    channel: str
    state: BatchState
    announced: int = 0
    new: int = 0
    cross: int = 0
    replaced: int = 0
    filtered: int = 0  # new and cross-listed papers that no topic took
    chosen: int = 0
    summarised: int = 0  # by a call of this day's run
    from_cache: int = 0
    failed: int = 0  # chosen, and without a summary because the model gave none
    cost_micro: int = 0
    message: str = ""
