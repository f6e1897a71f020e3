"""The pages of papers and their citations: a part for each digest that was first to bring some."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.paths import PAPER_ENDINGS, paper_stem
from publisher.formatter.site.build_target import BuildTarget, mixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex


def paper_targets(plan: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the parts."""
    for digest, found in plan.by_digest.items():
        yield BuildTarget(
            name=f"papers of {digest}",
            fingerprint=mixed(one.head.fingerprint for one in found),
            paths=partial(_paths, found),
            render=partial(_render, plan, found),
            batch=f"papers of {digest}",
            stage=stage,
            shown=len(found),
        )


def _paths(found: Sequence[FeedItem]) -> list[str]:
    stems = [paper_stem(one.head.id) for one in found]
    return [stem + ending for stem in stems for ending in PAPER_ENDINGS]


def _render(plan: PaperIndex, found: Sequence[FeedItem]) -> dict[str, bytes]:
    from publisher.formatter.pages import render_paper  # noqa: PLC0415 - jinja2 takes its time

    files: dict[str, bytes] = {}
    for paper in plan.papers(found):
        files |= render_paper(paper, plan.settings)
    return files
