"""Names of issues by frequency and language: no daily one is called weekly."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import IssueError
from publisher.formatter.email.subject import period_in_words
from publisher.formatter.feeds.issue_feed import make_issue_feed
from publisher.formatter.i18n.words import EmailWords, PageWords, languages, read_file, words_in
from publisher.formatter.issue_names import issue_name, period_title
from publisher.formatter.pages import IssueCount, render_issue, render_issues
from publisher.models import Frequency, Issue
from publisher.settings import Settings, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

UTC = Settings(site=Site(timezone="UTC")).site.zone
CASES = [
    # id, days, language, name, period in the subject
    ("2024-12-02", 1, "en", "Daily issue · 2 December 2024", "2 December"),
    ("2024-12-02", 1, "zh", "日报 · 2024年12月2日", "12月2日"),
    ("2024-W49", 7, "en", "Weekly issue · Week 49, 2024", "week 49"),
    ("2024-W49", 7, "zh", "周报 · 2024年第49周", "第49周"),
    ("2024-12", 31, "en", "Monthly issue · December 2024", "December 2024"),
    ("2024-12", 31, "zh", "月报 · 2024年12月", "2024年12月"),
]


@pytest.mark.parametrize(("issue_id", "days", "language", "name", "period"), CASES)
def test_an_issue_has_one_name_everywhere(
    issue_id: str, days: int, language: str, name: str, period: str
) -> None:
    settings = Settings(site=Site(title="Papers", language=language, timezone="UTC"))
    end = datetime(2024, 12, 3, tzinfo=UTC)
    issue = Issue(issue_id, end - timedelta(days=days), end, ())
    assert issue_name(issue_id, words_in(PageWords, language)) == name
    assert name.endswith(period_title(issue_id, words_in(EmailWords, language)))
    assert period_in_words(issue, words_in(EmailWords, language)) == period

    (page,) = render_issue(issue, settings).values()
    assert f"<h1>{name}</h1>" in page.decode()
    listed = render_issues([IssueCount(issue_id, issue.start, end, 0)], settings)
    assert f">{name}</a>" in listed["issues/index.html"].decode()
    (entry,) = make_issue_feed([issue], settings).entries
    assert entry.title.startswith(f"{name}: ")


def test_the_days_are_told_once() -> None:
    settings = Settings(site=Site(title="Papers", language="en", timezone="UTC"))
    end = datetime(2024, 12, 3, tzinfo=UTC)
    issue = Issue("2024-12-02", end - timedelta(days=1), end, ())
    (page,) = render_issue(issue, settings).values()
    assert page.decode().count("2 December 2024") == 4  # title (twice), description, heading


def texts_of(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for name, value in content.items():
            if name not in ("weekly", "week", "week_short", "pauses"):
                yield from texts_of(value)
    elif isinstance(content, str):
        yield content


@pytest.mark.parametrize("code", languages())
def test_no_other_word_names_a_frequency(code: str) -> None:
    named = re.compile(r"\bweek|周|週|日报|月报", re.IGNORECASE)
    allowed = {read_file(code)["shared"]["issue_names"][name] for name in Frequency}
    texts = [text for text in texts_of(read_file(code)) if text not in allowed]
    assert [text for text in texts if named.search(re.sub(r"{\w+}", "", text))] == []


def test_an_id_of_no_frequency_has_no_name() -> None:
    with pytest.raises(IssueError, match="2024-12-02"):
        issue_name("x", words_in(PageWords, "en"))
