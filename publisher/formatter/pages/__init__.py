"""The HTML pages of the site, and the files that go with them.

They have no script and nothing from another host but the papers' figures, and a
Content-Security-Policy that says so. Each function returns files by their path in the output folder
and depends on its arguments alone: a page is made anew only when something on it changes.
"""

from __future__ import annotations

from publisher.formatter.pages.archive import MonthCount, month_of, render_month, render_months
from publisher.formatter.pages.issues import IssueCount, issue_paths, render_issue, render_issues
from publisher.formatter.pages.overview import render_index, render_topic, render_topics
from publisher.formatter.pages.paper import render_paper
from publisher.formatter.pages.shared_files import render_shared_files
from publisher.formatter.pages.sitemap import (
    render_robots,
    render_sitemap,
    render_sitemap_lists,
    render_sitemap_month,
)
from publisher.formatter.pages.view_models import FeedLink, TopicCount

__all__ = [
    "FeedLink",
    "IssueCount",
    "MonthCount",
    "TopicCount",
    "issue_paths",
    "month_of",
    "render_index",
    "render_issue",
    "render_issues",
    "render_month",
    "render_months",
    "render_paper",
    "render_robots",
    "render_shared_files",
    "render_sitemap",
    "render_sitemap_lists",
    "render_sitemap_month",
    "render_topic",
    "render_topics",
]
