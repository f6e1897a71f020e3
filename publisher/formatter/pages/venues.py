"""The page of a conference or journal, and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.pages.authors import CountedLink
from publisher.formatter.pages.layout import render_page, way_up, words
from publisher.formatter.pages.listing import ListingHead, render_listing
from publisher.formatter.pages.size_limit import Detail, limited
from publisher.formatter.paths import (
    LISTED_ON_A_PAGE,
    VENUES_ON_A_PAGE,
    pages_of,
    venue_path,
    venues_paths,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.pages.connections import ListedPaper
    from publisher.settings import Settings

VENUES_PATH = "venues/index.html"


class VenueLink(NamedTuple):
    """A venue with the name of its page, and its number of papers."""

    name: str
    slug: str
    papers: int


def render_venue(
    venue: VenueLink, papers: Sequence[ListedPaper], settings: Settings
) -> dict[str, bytes]:
    """Return the pages of `venue`: `venues/<slug>.html`, `venues/<slug>/2.html`, ...

    `papers` are all of its, the newest first. Raises `TemplateError`.
    """
    texts = words(settings)
    numbers = range(1, pages_of(len(papers)) + 1)
    pages: dict[str, bytes] = {}
    for number in numbers:
        start = (number - 1) * LISTED_ON_A_PAGE
        pages |= render_listing(
            venue_path(venue.slug, number),
            ListingHead(
                name=venue.name,
                description=texts.venue_description.format(venue=venue.name),
                total=len(papers),
                above=(VENUES_PATH, texts.venues),
            ),
            papers[start : start + LISTED_ON_A_PAGE],
            settings,
            leaves=[(leaf, venue_path(venue.slug, leaf)) for leaf in numbers],
            number=number,
        )
    return pages


def render_venues(venues: Sequence[VenueLink], settings: Settings) -> dict[str, bytes]:
    """Return the list of `venues`, `venues/index.html`, `venues/2.html`, ...

    Raises `TemplateError`.
    """
    texts, paths = words(settings), venues_paths(len(venues))
    pages: dict[str, bytes] = {}
    for number, path in enumerate(paths, start=1):
        of_page = venues[(number - 1) * VENUES_ON_A_PAGE : number * VENUES_ON_A_PAGE]

        def render(
            detail: Detail,
            number: int = number,
            path: str = path,
            of_page: Sequence[VenueLink] = of_page,
        ) -> bytes:
            up = way_up(path)
            return render_page(
                "pages/venues.html.j2",
                path,
                settings,
                title=texts.venues if number == 1 else f"{texts.venues} ({number})",
                description=texts.venues_description,
                venues=tuple(
                    CountedLink(
                        shortened(name, detail.columns) if detail.columns else name,
                        up + venue_path(slug),
                        count,
                    )
                    for name, slug, count in of_page
                ),
                number=number,
                leaves=tuple((n, up + leaf) for n, leaf in enumerate(paths, start=1)),
            )

        pages[path] = limited(render)
    return pages
