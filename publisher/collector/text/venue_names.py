"""The names of conferences and journals, read from venue_names.toml."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import msgspec

from publisher.collector.data_files import read_data_file, words_of


class VenueNames(NamedTuple):
    """All names; a key is a spelling as `folded` returns it."""

    shown: dict[str, str]  # the name that we show, by each of its spellings
    journals: frozenset[str]  # of the names that we show
    ambiguous: dict[str, str]  # the only spelling that counts, with blanks for hyphens


class _VenueFile(msgspec.Struct, forbid_unknown_fields=True):
    ambiguous: str
    conferences: str
    journals: str


@cache
def venue_names() -> VenueNames:
    """Return the names of venue_names.toml."""
    file = read_data_file(__file__, _VenueFile)
    conferences, journals = _shown(file.conferences), _shown(file.journals)
    ambiguous = {
        folded(spelling): without_hyphens(spelling) for spelling in words_of(file.ambiguous)
    }
    return VenueNames(conferences | journals, frozenset(journals.values()), ambiguous)


def _shown(table: str) -> dict[str, str]:
    """Return the name that we show for each spelling of `table`."""
    shown: dict[str, str] = {}
    for line in filter(str.strip, table.splitlines()):
        spellings = words_of(line)
        shown |= {folded(spelling): spellings[0] for spelling in spellings}
    return shown


def folded(name: str) -> str:
    """Return `name` as it is compared: small, with single blanks for blanks and hyphens."""
    return " ".join(without_hyphens(name).split()).casefold()


def without_hyphens(name: str) -> str:
    """Return `name` in its own case, with blanks for hyphens."""
    return name.replace("-", " ")
