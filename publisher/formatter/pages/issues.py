"""The newsletter on the web: a page for each issue, and a list of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.i18n.dates import date_range, month_text
from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import counted
from publisher.formatter.pages.archive import TopicGroup
from publisher.formatter.pages.layout import (
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.size_limit import Detail, limited
from publisher.formatter.pages.view_models import (
    MOST_PAPERS,
    compact_rows,
    full_rows,
)
from publisher.formatter.paths import (
    ISSUES_ON_A_PAGE,
    PAPERS_ON_A_MONTH_PAGE,
    issues_paths,
    month_path,
)
from publisher.newsletter.ranking import TopicSection, sections

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
    by_topic = sections(issue.papers)
    compact = len(issue.papers) > MOST_PAPERS
    title, dates, count = issue_words(issue.id, issue.start, issue.end, len(issue.papers), settings)
    month = issue.end.strftime("%Y-%m")

    def render(detail: Detail) -> bytes:
        left = MOST_COMPACT
        groups = []
        for section in by_topic:
            groups.append(_group(section, left, up, settings, compact=compact, detail=detail))
            left -= min(left, len(section.papers))
        return render_page(
            "pages/issue.html.j2",
            path,
            settings,
            title=title,
            description=texts.issue_description.format(dates=dates, count=count),
            heading=title,
            dates=dates,
            count=count,
            compact=compact,
            contents=detail.extras,
            groups=tuple(group for group in groups if group.papers),
            more=len(issue.papers) > MOST_COMPACT,
            month_name=month_text(texts.dates, month),
            month_href=up + month_path(month),
        )

    return {path: limited(render)}


def _group(
    section: TopicSection,
    most: int,
    up: str,
    settings: Settings,
    *,
    compact: bool,
    detail: Detail,
) -> TopicGroup:
    """Return the papers of `section`, `most` of them, as an issue's page shows them."""
    topic, columns = section.topic, detail.columns
    name = topic.name if topic else words(settings).other_topics
    shown = section.papers[:most]
    return TopicGroup(
        anchor=f"t-{topic.slug}" if topic else "t--other",
        name=shortened(name, columns) if columns else name,
        lang=part_language(name, settings),
        count=len(section.papers),
        papers=compact_rows(shown, up, settings, columns)
        if compact
        else full_rows(shown, up, settings, topic.slug if topic else None, columns),
    )


def render_issues(issues: Sequence[IssueCount], settings: Settings) -> dict[str, bytes]:
    """Return `issues/index.html`, `issues/2.html`, ...: `issues` in their order, newest first.

    Raises `TemplateError`.
    """
    texts, paths, up = words(settings), issues_paths(len(issues)), way_up(ISSUES_PATH)
    return {
        path: render_page(
            "pages/issues.html.j2",
            path,
            settings,
            title=texts.issues if number == 1 else f"{texts.issues} ({number})",
            description=texts.issues_description,
            lead=texts.issues_description,
            issues=tuple(
                (
                    up + issue_path(issue.id),
                    *issue_words(issue.id, issue.start, issue.end, issue.count, settings),
                )
                for issue in issues[(number - 1) * ISSUES_ON_A_PAGE : number * ISSUES_ON_A_PAGE]
            ),
            number=number,
            leaves=tuple((n, up + leaf) for n, leaf in enumerate(paths, start=1)),
        )
        for number, path in enumerate(paths, start=1)
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
