"""The newsletter on the web: a page for each issue, and a list of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.i18n.dates import date_range, month_text
from publisher.formatter.i18n.words import counted
from publisher.formatter.pages.archive import TopicGroup
from publisher.formatter.pages.layout import (
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.view_models import (
    MOST_PAPERS,
    compact_rows,
    full_rows,
)
from publisher.formatter.paths import PAPERS_ON_A_MONTH_PAGE, month_path
from publisher.newsletter.ranking import sections

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.models import Issue
    from publisher.settings import Settings

ISSUES_PATH = "issues/index.html"
MOST_COMPACT = PAPERS_ON_A_MONTH_PAGE  # the same lines


@dataclass(frozen=True, slots=True)
class IssueCount:
    """An issue in a list: `[start, end)` is its period, `count` the number of its papers."""

    id: str
    start: datetime
    end: datetime
    count: int


def issue_path(issue_id: str) -> str:
    """Return the path of the page of an issue ("2024-W49")."""
    return f"issues/{issue_id}.html"


def render_issue(issue: Issue, settings: Settings) -> dict[str, bytes]:
    """Return the web view of `issue`, `issues/<id>.html`: its papers by topic.

    Up to 50 papers are shown with summaries, more as a compact list of at most 250; the archive has
    the rest. Raises `TemplateError`.
    """
    texts, path = words(settings), issue_path(issue.id)
    up = way_up(path)
    compact = len(issue.papers) > MOST_PAPERS
    left = MOST_COMPACT
    groups = []
    for section in sections(issue.papers):
        topic = section.topic
        name = topic.name if topic else texts.other_topics
        shown = section.papers[:left]
        groups.append(
            TopicGroup(
                anchor=f"t-{topic.slug}" if topic else "t--other",
                name=name,
                lang=part_language(name, settings),
                count=len(section.papers),
                papers=compact_rows(shown, up, settings)
                if compact
                else full_rows(shown, up, settings, topic.slug if topic else None),
            )
        )
        left -= min(left, len(section.papers))
    title, dates, count = issue_words(issue.id, issue.start, issue.end, len(issue.papers), settings)
    month = issue.end.strftime("%Y-%m")
    return {
        path: render_page(
            "pages/issue.html.j2",
            path,
            settings,
            title=title,
            description=texts.issue_description.format(dates=dates, count=count),
            heading=title,
            dates=dates,
            count=count,
            compact=compact,
            groups=tuple(group for group in groups if group.papers),
            more=len(issue.papers) > MOST_COMPACT,
            month_name=month_text(texts.dates, month),
            month_href=up + month_path(month),
        )
    }


def render_issues(issues: Sequence[IssueCount], settings: Settings) -> dict[str, bytes]:
    """Return `issues/index.html`: `issues` in their order, newest first.

    Raises `TemplateError`.
    """
    texts, up = words(settings), way_up(ISSUES_PATH)
    return {
        ISSUES_PATH: render_page(
            "pages/issues.html.j2",
            ISSUES_PATH,
            settings,
            title=texts.issues,
            description=texts.issues_description,
            lead=texts.issues_description,
            issues=tuple(
                (
                    up + issue_path(issue.id),
                    *issue_words(issue.id, issue.start, issue.end, issue.count, settings),
                )
                for issue in issues
            ),
        )
    }


def issue_words(
    issue_id: str, start: datetime, end: datetime, count: int, settings: Settings
) -> tuple[str, str, str]:
    """Return an issue's name, its days and the number of its papers, in the site's language."""
    texts = words(settings)
    year, _, week = issue_id.partition("-W")
    dates = date_range(texts.dates, start, end)
    # Only weeks have a number that people know.
    name = texts.week.format(week=week.lstrip("0"), year=year) if week else dates
    return name, dates, counted(count, texts.paper, texts.papers)
