"""The HTML pages, for people who follow along, and what goes with them.

Static and whole: no script, nothing from another host but the papers' figures, and a
Content-Security-Policy that says so. Each function returns files by their path in the output folder
and depends on its arguments alone: what shows one paper is made anew when that paper changes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from publisher.formatter.pages.archive import MonthCount, month_of, render_month, render_months
from publisher.formatter.pages.issues import IssueCount, render_issue, render_issues
from publisher.formatter.pages.overview import render_index, render_topic
from publisher.formatter.pages.paper import render_paper
from publisher.formatter.pages.shared_files import render_shared_files
from publisher.formatter.pages.sitemap import (
    render_robots,
    render_sitemap,
    render_sitemap_lists,
    render_sitemap_month,
)
from publisher.formatter.pages.view_models import FeedLink, TopicCount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.models import Collection, Paper
    from publisher.settings import Settings

__all__ = [
    "FeedLink",
    "IssueCount",
    "MonthCount",
    "TopicCount",
    "month_of",
    "render_index",
    "render_issue",
    "render_issues",
    "render_month",
    "render_months",
    "render_pages",
    "render_paper",
    "render_robots",
    "render_shared_files",
    "render_sitemap",
    "render_sitemap_lists",
    "render_sitemap_month",
    "render_topic",
]


def render_pages(
    collection: Collection, feeds: Sequence[FeedLink], settings: Settings
) -> dict[str, bytes]:
    """Return all pages of `collection` but those of issues.

    Raises `TemplateError`.
    """
    by_month: dict[str, list[Paper]] = {}
    files: dict[str, bytes] = {}
    for paper in collection.papers:
        by_month.setdefault(month_of(paper, settings), []).append(paper)
        files |= render_paper(paper, settings)
    months = sorted(by_month, reverse=True)
    counts = [MonthCount(month, len(by_month[month])) for month in months]
    lists = render_index(
        collection.papers,
        len(collection.papers),
        [TopicCount(topic, len(collection.by_topic[topic.slug])) for topic in collection.topics],
        feeds,
        settings,
        months=counts,
    )
    for topic in collection.topics:
        papers = collection.by_topic[topic.slug]
        lists |= render_topic(topic, papers, len(papers), collection.topics, feeds, settings)
    lists |= render_months(counts, settings)
    for newer, month, older in _with_neighbours(months):
        lists |= render_month(month, by_month[month], settings, older=older, newer=newer)
    sitemaps: list[tuple[str, datetime | None]] = []
    for month in months:
        made = render_sitemap_month(month, by_month[month], settings)
        sitemaps += [(path, max(paper.updated for paper in by_month[month])) for path in made]
        files |= made
    files |= render_sitemap_lists(lists, settings)
    sitemaps.append(("sitemap-lists.xml", None))
    files |= render_sitemap(sitemaps, settings) | render_robots(settings)
    return lists | files | render_shared_files(settings)


def _with_neighbours(months: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return each of `months`, newest first, between the newer and the older one ("": none)."""
    padded = ["", *months, ""]
    pairs = list(pairwise(padded))
    return [(newer, month, older) for (newer, month), (_, older) in pairwise(pairs)]
