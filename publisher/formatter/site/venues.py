"""The pages of venues with two papers or more, and the list of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.pages import render_venue, render_venues
from publisher.formatter.paths import pages_of, venue_path, venues_paths
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.formatter.site.paper_index import PaperIndex
    from publisher.formatter.site.venue_pages import VenuePage


def venue_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets, one for each venue."""
    papers = index.oldest_first
    for venue in index.venues.values():
        yield BuildTarget(
            name=f"venue {venue.slug}",
            fingerprint=mixed(papers[place].summary.fingerprint for place in venue.places),
            paths=partial(_venue_paths, venue),
            render=partial(_render_venue, index, venue),
            batch="venues",
            stage=stage,
        )


def venue_list_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the target of the list, where there are venues."""
    venues = index.venues
    if venues:
        facts = (f"{venue.name} {len(venue.places)}" for venue in venues.values())
        yield BuildTarget(
            name="venues",
            fingerprint=stable_hash(*facts),
            paths=partial(venues_paths, len(venues)),
            render=partial(_render_list, index),
            stage=stage,
        )


def _venue_paths(venue: VenuePage) -> list[str]:
    pages = pages_of(len(venue.places))
    return [venue_path(venue.slug, number) for number in range(1, pages + 1)]


def _render_venue(index: PaperIndex, venue: VenuePage) -> dict[str, bytes]:
    papers = [index.listed(index.oldest_first[place]) for place in reversed(venue.places)]
    return render_venue(venue.link, papers, index.settings)


def _render_list(index: PaperIndex) -> dict[str, bytes]:
    return render_venues([venue.link for venue in index.venues.values()], index.settings)
