"""The HTML pages of the site, and the files that go with them.

They work without scripts, have one script of their own for comfort, take nothing from another host
but the papers' figures, and have a Content-Security-Policy that says so. Each function returns
files by their path in the output folder and depends on its arguments alone: a page is made anew
only when something on it changes.
"""

from __future__ import annotations

from publisher.formatter.pages.archive import MonthCount, month_of, render_month, render_months
from publisher.formatter.pages.authors import (
    AUTHORS_PATH,
    AuthorLink,
    render_author,
    render_authors,
    render_names,
)
from publisher.formatter.pages.cover import render_cover
from publisher.formatter.pages.issues import IssueCount, issue_paths, render_issue, render_issues
from publisher.formatter.pages.overview import render_index, render_topic, render_topics
from publisher.formatter.pages.paper import render_paper
from publisher.formatter.pages.shared_files import render_shared_files
from publisher.formatter.pages.sitemap import (
    AUTHORS_SITEMAP_PATH,
    LISTS_PATH,
    render_robots,
    render_sitemap,
    render_sitemap_lists,
    render_sitemap_papers,
    sitemap_paths,
)
from publisher.formatter.pages.topic_archive import archive_pages, render_topic_archive
from publisher.formatter.pages.venues import VenueLink, render_venue, render_venues
from publisher.formatter.pages.view_models import FeedLink, TopicCount

__all__ = [
    "AUTHORS_PATH",
    "AUTHORS_SITEMAP_PATH",
    "LISTS_PATH",
    "AuthorLink",
    "FeedLink",
    "IssueCount",
    "MonthCount",
    "TopicCount",
    "VenueLink",
    "archive_pages",
    "issue_paths",
    "month_of",
    "render_author",
    "render_authors",
    "render_cover",
    "render_index",
    "render_issue",
    "render_issues",
    "render_month",
    "render_months",
    "render_names",
    "render_paper",
    "render_robots",
    "render_shared_files",
    "render_sitemap",
    "render_sitemap_lists",
    "render_sitemap_papers",
    "render_topic",
    "render_topic_archive",
    "render_topics",
    "render_venue",
    "render_venues",
    "sitemap_paths",
]
