"""Segments of the index: years, quarters of the newest year, its newest month, and days of a week.

A new paper changes the segment of its day alone. The days of a week that is over join those of
their month, and a month that is over joins its quarter: one in seven digests has a paper of an
earlier month once more, and that writes a quarter anew instead of a year. All of that follows from
the dates of papers, not from a clock.
"""

from __future__ import annotations

from dataclasses import dataclass

INDEX_FILE = "search/index.json"
PAGE_PATH = "search/index.html"
SCRIPT_PATH = "search/search.js"
# A shard of so many papers has about 120 kB, a document of results 43 kB: of 20,000 papers come
# 315 files, and hosts limit the number of files.
PAPERS_PER_SHARD = 128
PAPERS_PER_DOCUMENT = 128
_WEEK = 7
_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the index with the number of its papers: "2023", "2024-q3", "2024-12", ..."""

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
    ['2023', '2024-q4', '2024-12']
    >>> segment_of("2024-12-22", "2024-12-24")
    '2024-12-22'
    """
    if day[:4] != newest[:4]:
        return day[:4]
    if day[:7] != newest[:7]:
        return quarter(day)
    return day if _week(day) == _week(newest) else day[:7]


def quarter(month: str) -> str:
    """Return the quarter of a month or day ("2024-12"): "2024-q4"."""
    return f"{month[:4]}-q{(int(month[5:7]) - 1) // _QUARTER + 1}"


def _week(day: str) -> int:
    """Return the number of its week in the month, from 1."""
    return (int(day[8:]) - 1) // _WEEK + 1
