"""The pages of papers: a target for each digest that first brought some."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.pages import render_paper
from publisher.formatter.paths import paper_stem
from publisher.formatter.site.build_target import BuildTarget, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex


def paper_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets, one for each digest."""
    for digest, items in index.by_digest.items():
        yield BuildTarget(
            name=f"papers of {digest}",
            fingerprint=mixed(item.summary.fingerprint for item in items),
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
    for paper in index.papers(items):
        files |= render_paper(paper, index.settings)
    return files
