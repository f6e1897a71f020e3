"""The pages of papers: a target for each digest that first brought some."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.pages import render_paper
from publisher.formatter.pages.connections import PaperLinks
from publisher.formatter.paths import paper_stem, venue_path
from publisher.formatter.site.build_target import BuildTarget, mixed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex


def paper_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets, one for each digest."""
    for digest, items in index.by_digest.items():
        parts = _parts(index, items)
        yield BuildTarget(
            name=f"papers of {digest}",
            fingerprint=mixed(parts),
            paths=partial(_paths, items),
            render=partial(_render, index, items),
            batch=f"papers of {digest}",
            stage=stage,
            shown=len(items),
            parts=partial(tuple, parts),
            render_some=partial(_render, index, items),
        )


def _parts(index: PaperIndex, items: Sequence[FeedItem]) -> list[int]:
    """Return 63 bits for each page: its paper, and those that it links to."""
    papers = index.oldest_first
    shown = [0, *(item.summary.fingerprint for item in items), 0]
    parts: list[int] = []
    for at, item in enumerate(items):
        place = index.places[item.number]
        parts.append(
            mixed(
                (
                    *shown[at : at + 3],
                    index.authors.fingerprint(place),
                    index.facts[item.number].venue in index.venues,
                    *(papers[other].summary.fingerprint for other in index.related[place]),
                )
            )
        )
    return parts


def _paths(items: Sequence[FeedItem]) -> list[str]:
    return [_path(item) for item in items]


def _path(item: FeedItem) -> str:
    return f"{paper_stem(item.summary.id)}.html"


def _render(
    index: PaperIndex, items: Sequence[FeedItem], paths: Collection[str] | None = None
) -> dict[str, bytes]:
    """Return the pages of `items`, or those of `paths` alone."""
    files: dict[str, bytes] = {}
    listed = [index.listed(item) for item in items]
    neighbours = zip([None, *listed], [*listed[1:], None], strict=False)
    for item, (before, after) in zip(items, neighbours, strict=True):
        if paths is not None and _path(item) not in paths:
            continue
        place = index.places[item.number]
        venue = index.venues.get(index.facts[item.number].venue)
        links = PaperLinks(
            authors=index.authors.links(place),
            venue=venue_path(venue.slug) if venue else "",
            related=[index.listed(index.oldest_first[other]) for other in index.related[place]],
            previous=before,
            next=after,
        )
        (paper,) = index.papers((item,))
        files |= render_paper(paper, index.settings, links)
    return files
