"""The pages of papers: a target for each digest that first brought some."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.pages import render_paper
from publisher.formatter.pages.connections import PaperLinks
from publisher.formatter.paths import paper_stem, venue_path
from publisher.formatter.site.build_target import BuildTarget, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex


def paper_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets, one for each digest."""
    papers = index.oldest_first
    for digest, items in index.by_digest.items():
        facts: list[int] = []
        for item in items:
            place = index.places[item.number]
            facts += (
                item.summary.fingerprint,
                index.authors.fingerprint(place),
                index.facts[item.number].venue in index.venues,
                *(papers[other].summary.fingerprint for other in index.related[place]),
            )
        yield BuildTarget(
            name=f"papers of {digest}",
            fingerprint=mixed(facts),
            paths=partial(_paths, items),
            render=partial(_render, index, items),
            batch=f"papers of {digest}",
            stage=stage,
            shown=len(items),
        )


def _paths(items: Sequence[FeedItem]) -> list[str]:
    return [f"{paper_stem(item.summary.id)}.html" for item in items]


def _render(index: PaperIndex, items: Sequence[FeedItem]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    listed = [index.listed(item) for item in items]
    neighbours = zip([None, *listed], [*listed[1:], None], strict=False)
    for item, paper, (before, after) in zip(items, index.papers(items), neighbours, strict=True):
        place = index.places[item.number]
        venue = index.venues.get(index.facts[item.number].venue)
        links = PaperLinks(
            authors=index.authors.links(place),
            venue=venue_path(venue.slug) if venue else "",
            related=[index.listed(index.oldest_first[other]) for other in index.related[place]],
            previous=before,
            next=after,
        )
        files |= render_paper(paper, index.settings, links)
    return files
