"""Segments of the index: a year, or less of the newest year, month and week.

A paper that comes changes the segment of its day alone; the days of a week that is over become one
segment, and so do weeks and months. All of that follows from the dates of papers, not from a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

INDEX_FILE = "search/index.json"
PAGE_PATH = "search/index.html"
SCRIPT_PATH = "search/search.js"
# A shard of so many papers has about 17 kB, a document of results 8 kB.
PAPERS_PER_SHARD = 8
PAPERS_PER_DOCUMENT = 24
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the index with the number of its papers: "2023", "2024-11", "2024-12-w2", ..."""

    name: str
    papers: int

    @property
    def shards(self) -> int:
        """The number of its shards."""
        return -(-self.papers // PAPERS_PER_SHARD)

    @property
    def paths(self) -> list[str]:
        """Its files: the shards, and the documents of results."""
        documents = -(-self.papers // PAPERS_PER_DOCUMENT)
        return [
            *(shard_path(self.name, number) for number in range(self.shards)),
            *(document_path(self.name, number) for number in range(documents)),
        ]


def shard_path(segment: str, number: int) -> str:
    """Return the path of a shard."""
    return f"search/{segment}/{number}.bin"


def document_path(segment: str, number: int) -> str:
    """Return the path of a document of results."""
    return f"search/{segment}/{number}.json"


def segment_of(day: str, newest: str) -> str:
    """Return the segment of a paper of `day`; `newest` is that of the newest paper ("2024-12-24").

    >>> [segment_of(day, "2024-12-24") for day in ("2023-12-24", "2024-11-24", "2024-12-21")]
    ['2023', '2024-11', '2024-12-w3']
    >>> segment_of("2024-12-22", "2024-12-24")
    '2024-12-22'
    """
    if day[:4] != newest[:4]:
        return day[:4]
    if day[:7] != newest[:7]:
        return day[:7]
    week = _week(day)
    return day if week == _week(newest) else f"{day[:7]}-w{week}"


def _week(day: str) -> int:
    """Return the number of its week in the month, from 1."""
    return (int(day[8:]) - 1) // _WEEK + 1
