"""All pages of a collection at once, for tests of pages; the build makes them one by one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from support.list_pages import paper_links, render_lists

from publisher.formatter.pages import (
    MonthCount,
    TopicCount,
    month_of,
    render_index,
    render_month,
    render_months,
    render_paper,
    render_robots,
    render_shared_files,
    render_sitemap,
    render_sitemap_lists,
    render_sitemap_papers,
    render_topic,
    render_topics,
)
from publisher.formatter.pages.search import render_search
from publisher.formatter.search.segments import quarter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.formatter.pages import FeedLink
    from publisher.models import Collection, Paper
    from publisher.settings import Settings


def render_pages(
    collection: Collection, feeds: Sequence[FeedLink], settings: Settings
) -> dict[str, bytes]:
    """Return all pages of `collection` but those of issues."""
    by_month: dict[str, list[Paper]] = {}
    files: dict[str, bytes] = {}
    for paper, links in zip(collection.papers, paper_links(collection.papers), strict=True):
        by_month.setdefault(month_of(paper, settings), []).append(paper)
        files |= render_paper(paper, settings, links)
    months = sorted(by_month, reverse=True)
    counts = [MonthCount(month, len(by_month[month])) for month in months]
    topics = [
        TopicCount(topic, len(collection.by_topic[topic.slug])) for topic in collection.topics
    ]
    lists = render_index(
        collection.papers,
        len(collection.papers),
        topics,
        feeds,
        settings,
        months=counts,
    )
    for topic in collection.topics:
        papers = collection.by_topic[topic.slug]
        lists |= render_topic(topic, papers, len(papers), collection.topics, feeds, settings)
    lists |= render_topics(topics, settings)
    lists |= render_lists(collection, settings)
    lists |= render_months(counts, settings)
    for newer, month, older in _with_neighbours(months):
        lists |= render_month(month, by_month[month], settings, older=older, newer=newer)
    sitemaps: list[tuple[str, datetime | None]] = []
    for name in sorted({quarter(month) for month in months}, reverse=True):
        papers = [
            (paper.id, paper.updated)
            for month in months
            if quarter(month) == name
            for paper in by_month[month]
        ]
        of_quarter = render_sitemap_papers(name, papers, settings)
        sitemaps += [(path, max(updated for _, updated in papers)) for path in of_quarter]
        files |= of_quarter
    files |= render_sitemap_lists(lists, settings)
    sitemaps.append(("sitemap-lists.xml", None))
    files |= render_sitemap(sitemaps, settings) | render_robots(settings)
    years = sorted({month[:4] for month in months}, reverse=True)
    files |= render_search(collection.topics, years, ("CVPR",), settings)
    return lists | files | render_shared_files(settings)


def _with_neighbours(months: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return each of `months`, newest first, between the newer and the older one ("": none)."""
    padded = ["", *months, ""]
    pairs = list(pairwise(padded))
    return [(newer, month, older) for (newer, month), (_, older) in pairwise(pairs)]
