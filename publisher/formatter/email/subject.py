"""The lines that an inbox shows: subject and preheader, with the name of the period."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from publisher.formatter.i18n.dates import day_text, month_text
from publisher.formatter.i18n.text_width import shortened, text_width
from publisher.formatter.i18n.words import EmailWords, counted
from publisher.models import Frequency
from publisher.newsletter.periods import frequency_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Issue

SUBJECT_COLUMNS = 78  # RFC 5322, 2.1.1: the line length that fits everywhere
PREHEADER_COLUMNS = 140  # what the widest inbox list shows


def subject(
    issue: Issue, names: Sequence[str], count: int, texts: EmailWords, *, title: str, form: str = ""
) -> str:
    """Return a subject of about 78 columns: the number of papers, and as many topics as fit.

    `names` are the topics. `form` replaces the usual words (setting `newsletter.subject`):
    {papers} "23 new papers", {count} "23", {topics}, {period} "week 49", {title} of the newsletter.
    """
    topics = [" ".join(name.split()) for name in names]
    papers = counted(count, texts.new_paper, texts.new_papers)
    period = period_in_words(issue, texts)

    def line(named: Sequence[str], more: str) -> str:
        listed = texts.list_comma.join(named) + more
        values = {"papers": papers, "count": count, "topics": listed}
        text = (form or texts.subject).format(**values, period=period, title=title)
        return " ".join(text.split())

    # A name takes a column at least: more than there are columns need not be tried.
    for named in range(min(len(topics), SUBJECT_COLUMNS), 0, -1):
        candidate = line(topics[:named], texts.list_more if named < len(topics) else "")
        if text_width(candidate) <= SUBJECT_COLUMNS:
            return candidate
    room = SUBJECT_COLUMNS - text_width(line([], texts.list_more))
    return line([shortened(topics[0], max(room, 8)).rstrip("… ")], texts.list_more)


def preheader(titles: Sequence[str], count: int, texts: EmailWords) -> str:
    """Return the line that inboxes show after the subject: the first titles of `count`."""
    line, shown = shortened(" ".join(titles[0].split()), PREHEADER_COLUMNS), 1
    for title in titles[1:]:
        if text_width(line) + text_width(title) > PREHEADER_COLUMNS:
            break
        line, shown = f"{line} · {title}", shown + 1
    rest = texts.more_titles.format(count=count - shown)
    return f"{line} · {rest}" if count > shown else line


def period_in_words(issue: Issue, texts: EmailWords) -> str:
    """Return e.g. "week 49", "2 December" or "December 2024"."""
    frequency = frequency_of(issue.id)
    if frequency is Frequency.WEEKLY:
        return texts.week_short.format(week=issue.id.partition("-W")[2].lstrip("0"))
    if frequency is Frequency.DAILY:
        return day_text(texts.dates, date.fromisoformat(issue.id))
    return month_text(texts.dates, issue.id)
