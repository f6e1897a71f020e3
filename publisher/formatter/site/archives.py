"""Everything since the first day: pages by month, sitemaps by quarter, documents of each feed.

The archives of a quarter are one batch, as they show the same entries.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.timeline import moment
from publisher.formatter.pages import render_month, render_sitemap_papers, sitemap_paths
from publisher.formatter.paths import LINES_ON_A_PAGE, month_path
from publisher.formatter.search.segments import quarter
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.formatter.feeds.feed_catalog import FeedPlan
    from publisher.formatter.feeds.formats import FeedFormat
    from publisher.formatter.site.paper_index import PaperIndex


def month_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the page of each month, and the sitemaps of the papers of each quarter."""
    for at, month in enumerate(index.months):
        items = index.by_month[month]
        # Under each of its topics, or under none.
        lines = sum(max(1, len(item.summary.topics)) for item in items)
        newer = index.months[at - 1] if at else ""
        older = index.months[at + 1] if at + 1 < len(index.months) else ""
        yield BuildTarget(
            name=f"month {month}",
            fingerprint=mixed(
                (stable_hash(older, newer), *(item.summary.fingerprint for item in items))
            ),
            paths=partial(_month_paths, month, lines),
            render=partial(_render_month, index, month, older, newer),
            batch=f"pages of {month}",
            stage=stage,
            shown=len(items),
        )
    for name, items in index.by_quarter.items():
        yield BuildTarget(
            name=f"sitemap {name}",
            fingerprint=mixed(item.summary.fingerprint for item in items),
            paths=partial(sitemap_paths, name, len(items)),
            render=partial(_render_sitemap, index, name),
            stage=stage,
        )


def archive_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the archive documents, each of one feed and one or more months; they may be large."""
    archived = formats.archived_formats(index.settings)
    for feed in index.feeds if archived else ():
        if not feed.archived:
            continue
        for month, items in feed.by_month.items():
            facts = (feed.fingerprint, stable_hash(*feed.neighbours[month]))
            fingerprint = mixed((*facts, *(item.key for item in items)))
            for feed_format in archived:
                path = f"archive/{month}/{feed.folder}{feed_format.file_name}"
                yield BuildTarget(
                    name=path,
                    fingerprint=fingerprint,
                    paths=partial(tuple, (path,)),
                    render=partial(_render_archive, index, feed, month, feed_format),
                    batch=f"archives of {quarter(month)}",
                    stage=stage,
                    shown=len(items),
                )


def _month_paths(month: str, lines: int) -> list[str]:
    pages = max(1, -(-lines // LINES_ON_A_PAGE))
    return [month_path(month, number) for number in range(1, pages + 1)]


def _render_month(index: PaperIndex, month: str, older: str, newer: str) -> dict[str, bytes]:
    papers = index.papers(index.by_month[month])
    return render_month(month, papers, index.settings, older=older, newer=newer)


def _render_sitemap(index: PaperIndex, name: str) -> dict[str, bytes]:
    zone = index.settings.site.zone
    papers = [
        (item.summary.id, moment(item.summary.updated).astimezone(zone))
        for item in index.by_quarter[name]
    ]
    return render_sitemap_papers(name, papers, index.settings)


def _render_archive(
    index: PaperIndex, feed: FeedPlan, month: str, feed_format: FeedFormat
) -> dict[str, bytes]:
    document = feed.archive(month, index.archive_maker, index.settings)
    return {document.path(feed_format.file_name): feed_format.render(document)}
