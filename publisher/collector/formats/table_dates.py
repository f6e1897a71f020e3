"""The dates of rows: of their own, or of the headings above them, with the year where it stands."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from publisher.collector.formats import table_words
from publisher.collector.frontmatter.dates import day_of_year, parse_date, range_start
from publisher.collector.text.markup import without_html

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.paper_id import ArxivId

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY = re.compile(r"\d{1,2}")
# A range of days without a year: "(August 14 - August 20)", and no "Set 3".
_RANGE = re.compile(
    r"(?:[A-Z][a-z]{2,8}\.?\s?\d{1,2}|\d月\d{1,2}日?)\s{0,3}[-–—~]|^\W*\d{1,2}[-/.月]\d{1,2}日?\W*$"
)
_DECEMBER = 12


def date_of_cell(
    cell: str, headings: Sequence[str], arxiv: ArxivId | None, zone: ZoneInfo
) -> datetime | None:
    """Return the date in `cell`, whose year and month may stand in `headings`, nearest first."""
    text = without_html(cell) if "<" in cell or "&" in cell else cell
    if named := parse_date(text, zone):
        return named
    if (day := day_of_year(text)) is not None:
        return _in_year(day, headings, arxiv, zone)
    text = text.strip("* ")
    if _DAY.fullmatch(text) and (month := date_of_headings(headings, None, zone)):
        return _date(month.year, month.month, int(text), zone)
    return None


def date_of_headings(
    headings: Sequence[str], arxiv: ArxivId | None, zone: ZoneInfo
) -> datetime | None:
    """Return the date in the nearest of `headings` that has one, else None."""
    dated = [heading for heading in headings if not table_words.is_update(heading)]
    for heading in dated:
        if named := range_start(heading, zone) or parse_date(heading, zone):
            return named
    for heading in filter(_RANGE.search, dated):
        day = day_of_year(heading)
        if day is not None and (named := _in_year(day, headings, arxiv, zone)):
            return named
    return None


def date_of_year(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the first day of the year that `text` names, else None."""
    year = _YEAR.search(text)
    return _date(int(year[0]), 1, 1, zone) if year else None


def _in_year(
    day: tuple[int, int], headings: Sequence[str], arxiv: ArxivId | None, zone: ZoneInfo
) -> datetime | None:
    """Return the date of `day`, its year being that of a heading, else next to that of the id."""
    submitted = _month_of(arxiv)
    if submitted and day == (submitted[0] % 100, submitted[1]) and day[0] > _DECEMBER:
        return _date(*submitted, 1, zone)
    years = (_YEAR.search(heading) for heading in headings)
    if year := next((int(match[0]) for match in years if match), 0):
        return _date(year, *day, zone)
    if submitted is None:
        return None
    # A paper of January was sent in December at the earliest, and is listed for a year at most.
    late = day[0] - submitted[1]
    return _date(submitted[0] + (late < -1) - (late == _DECEMBER - 1), *day, zone)


def _month_of(arxiv: ArxivId | None) -> tuple[int, int] | None:
    if arxiv is None or "/" in arxiv.number:
        return None
    return 2000 + int(arxiv.number[:2]), int(arxiv.number[2:4])


def _date(year: int, month: int, day: int, zone: ZoneInfo) -> datetime | None:
    try:
        return parse_date(date(year, month, day), zone)
    except ValueError:
        return None
