"""The name of an issue by its frequency, on pages, in feeds and in mails."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from publisher.formatter.i18n.dates import day_text, month_text
from publisher.models import Frequency
from publisher.newsletter.periods import frequency_of

if TYPE_CHECKING:
    from publisher.formatter.i18n.words import CommonWords


def issue_name(issue_id: str, texts: CommonWords) -> str:
    """Return e.g. "Weekly issue · Week 49, 2024", "日报 · 2024年12月2日".

    Raises `IssueError` for an id of no frequency.
    """
    pattern = texts.issue_names[frequency_of(issue_id)]
    return pattern.format(period=period_title(issue_id, texts))


def period_title(issue_id: str, texts: CommonWords) -> str:
    """Return the period with its year: "Week 49, 2024", "2 December 2024", "December 2024".

    Raises `IssueError` for an id of no frequency.
    """
    frequency = frequency_of(issue_id)
    if frequency is Frequency.WEEKLY:
        year, _, week = issue_id.partition("-W")
        return texts.week.format(week=week.lstrip("0"), year=year)
    if frequency is Frequency.DAILY:
        return day_text(texts.dates, date.fromisoformat(issue_id), with_year=True)
    return month_text(texts.dates, issue_id)
