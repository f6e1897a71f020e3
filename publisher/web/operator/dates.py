"""Days and times as the operator's pages show them, in the language that holds."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.formatter.i18n import dates
from publisher.formatter.i18n.words import PageWords, words_in
from publisher.translation import _, language

if TYPE_CHECKING:
    from datetime import date, datetime

_LETTERS = 3  # of a month's name, which columns of a table and axes have room for


def day_text(day: date, *, with_year: bool = True) -> str:
    """Return a day: "9 Dec 2024", "2024年12月9日"."""
    return dates.day_text(_patterns(language()), day, with_year=with_year)


def time_text(moment: datetime) -> str:
    """Return a moment in its own time zone: "9 Dec 2024, 08:00", "2024年12月9日 08:00"."""
    return _("{day}, {time}").format(day=day_text(moment), time=f"{moment:%H:%M}")


@cache
def _patterns(code: str) -> dates.DatePatterns:
    patterns = words_in(PageWords, code).dates
    return replace(patterns, months=tuple(month[:_LETTERS] for month in patterns.months))
