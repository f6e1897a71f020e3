"""The names of conferences and journals, read from venue_names.toml."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import msgspec

from publisher.collector.data_files import read_data_file, words_of


class VenueNames(NamedTuple):
    """All names; keys are spellings in the form of `folded`."""

    shown: dict[str, str]  # the displayed name, by spelling
    journals: frozenset[str]  # displayed names
    ambiguous: dict[str, str]  # the only valid spelling, with blanks for hyphens


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
    """Return the displayed name for each spelling of `table`."""
    shown: dict[str, str] = {}
    for line in filter(str.strip, table.splitlines()):
        spellings = words_of(line)
        shown |= {folded(spelling): spellings[0] for spelling in spellings}
    return shown


def folded(name: str) -> str:
    """Return `name` for comparison: in lower case, with single blanks for blanks and hyphens."""
    return " ".join(without_hyphens(name).split()).casefold()


def without_hyphens(name: str) -> str:
    """Return `name` with blanks for hyphens."""
    return name.replace("-", " ")
