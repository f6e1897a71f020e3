"""The venues that have pages, as papers and lists link to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from publisher.formatter.pages import VenueLink
from publisher.formatter.paths import venue_slug

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_OF_VENUE = 2  # of a venue that has a page


class VenuePage(NamedTuple):
    """A venue, and the places of its papers, the oldest first."""

    name: str
    slug: str
    places: tuple[int, ...]

    @property
    def link(self) -> VenueLink:
        """The venue as pages name it."""
        return VenueLink(self.name, self.slug, len(self.places))


def find_venues(names: Sequence[str]) -> dict[str, VenuePage]:
    """Return the venues that have pages, by name; `names` has that of each paper or ""."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name:
            places.setdefault(name, []).append(place)
    by_name = sorted(places, key=lambda name: (name.casefold(), name))
    return {
        name: VenuePage(name, venue_slug(name), tuple(places[name]))
        for name in by_name
        if len(places[name]) >= LEAST_OF_VENUE
    }
