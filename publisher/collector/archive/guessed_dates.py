"""Dates of papers that nothing in their file dates: the month of the arXiv id, the venue's year.

A paper without either has the date of the paper before it: as a rule, lists are sorted by date.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from publisher.models import ParsedPaper

# https://info.arxiv.org/help/arxiv_identifier.html: year and month begin the number.
_ARXIV = re.compile(r"arxiv:(?:[a-z-]+/)?(?P<year>\d\d)(?P<month>0[1-9]|1[0-2])")
_FIRST_YEAR = 91  # arXiv's first is 1991


def with_guessed_dates(papers: Sequence[ParsedPaper], zone: ZoneInfo) -> list[ParsedPaper]:
    """Return `papers`, those without a date with the best guess, if there is any to go by."""
    dates = [
        paper.published or _of_identifier(paper, zone) or _of_venue(paper, zone) for paper in papers
    ]
    dates = _filled(dates)
    dates.reverse()
    dates = _filled(dates)
    dates.reverse()
    return [replace(paper, published=date) for paper, date in zip(papers, dates, strict=True)]


def _filled(dates: Iterable[datetime | None]) -> list[datetime | None]:
    """Return `dates` with the last one before each gap in it."""
    filled: list[datetime | None] = []
    for date in dates:
        filled.append(date or (filled[-1] if filled else None))
    return filled


def _of_identifier(paper: ParsedPaper, zone: ZoneInfo) -> datetime | None:
    match = _ARXIV.match(paper.id)
    if match is None:
        return None
    year = int(match["year"])
    return datetime(
        year + (1900 if year >= _FIRST_YEAR else 2000), int(match["month"]), 1, tzinfo=zone
    )


def _of_venue(paper: ParsedPaper, zone: ZoneInfo) -> datetime | None:
    year = paper.venue.year if paper.venue else 0
    return datetime(year, 1, 1, tzinfo=zone) if year else None
