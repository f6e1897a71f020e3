"""Everything since the first day: a page, a sitemap and the documents of each feed by month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.formatter.feeds.feed_catalog import FeedPlan
    from publisher.formatter.feeds.formats import FeedFormat
    from publisher.formatter.site.paper_index import PaperIndex

PAPERS_ON_A_PAGE = 250  # as pages/archive.py has it


def month_targets(plan: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the page of each month, and the sitemap of its papers."""
    for at, month in enumerate(plan.months):
        found = plan.by_month[month]
        newer = plan.months[at - 1] if at else ""
        older = plan.months[at + 1] if at + 1 < len(plan.months) else ""
        yield BuildTarget(
            name=f"month {month}",
            fingerprint=mixed(
                (stable_hash(older, newer), *(one.head.fingerprint for one in found))
            ),
            paths=partial(_month_paths, month, len(found)),
            render=partial(_render_month, plan, month, older, newer),
            batch=f"pages of {month}",
            stage=stage,
            shown=len(found),
        )
        yield BuildTarget(
            name=f"sitemap {month}",
            fingerprint=mixed(one.head.fingerprint for one in found),
            paths=partial(_sitemap_paths, month),
            render=partial(_render_sitemap, plan, month),
            batch=f"pages of {month}",
            stage=stage,
            shown=len(found),
        )


def archive_targets(plan: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the archive documents, each of one feed and month; they may be large."""
    for feed in plan.feeds:
        for month, found in feed.by_month.items():
            facts = (feed.fingerprint, stable_hash(*feed.neighbours[month]))
            fingerprint = mixed((*facts, *(one.key for one in found)))
            for feed_format in formats.FORMATS:
                path = f"archive/{month}/{feed.folder}{feed_format.file_name}"
                yield BuildTarget(
                    name=path,
                    fingerprint=fingerprint,
                    paths=partial(tuple, (path,)),
                    render=partial(_render_archive, plan, feed, month, feed_format),
                    batch=month,
                    stage=stage,
                    shown=len(found),
                )


def _month_paths(month: str, count: int) -> list[str]:
    pages = max(1, -(-count // PAPERS_ON_A_PAGE))
    numbers = ("index", *map(str, range(2, pages + 1)))
    return [f"archive/{month}/{number}.html" for number in numbers]


def _render_month(plan: PaperIndex, month: str, older: str, newer: str) -> dict[str, bytes]:
    from publisher.formatter.pages import render_month  # noqa: PLC0415 - jinja2 takes its time

    papers = plan.papers(plan.by_month[month])
    return render_month(month, papers, plan.settings, older=older, newer=newer)


def _sitemap_paths(month: str) -> tuple[str, ...]:
    return (f"sitemap-{month}.xml",)


def _render_sitemap(plan: PaperIndex, month: str) -> dict[str, bytes]:
    from publisher.formatter.pages import render_sitemap_month  # noqa: PLC0415

    return render_sitemap_month(month, plan.papers(plan.by_month[month]), plan.settings)


def _render_archive(
    plan: PaperIndex, feed: FeedPlan, month: str, feed_format: FeedFormat
) -> dict[str, bytes]:
    made = feed.archive(month, plan.maker, plan.settings)
    return {made.path(feed_format.file_name): feed_format.render(made)}
