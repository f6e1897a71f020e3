"""The days on which issues come, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.i18n.dates import weekday_text
from publisher.newsletter.periods import WEEKDAYS, next_due

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.i18n.words import ScheduleWords
    from publisher.models import Frequency
    from publisher.settings import Settings


def how_often(words: ScheduleWords, frequency: Frequency, settings: Settings) -> str:
    """Return the days of issues of a `frequency`: "Every week, on Monday"."""
    news = settings.newsletter
    weekday = words.dates.weekdays[WEEKDAYS.index(news.weekday)]
    return words.frequencies[frequency].format(weekday=weekday, day=news.month_day)


def next_day(words: ScheduleWords, frequency: Frequency, settings: Settings, now: datetime) -> str:
    """Return the day on which the first issue after `now` (aware) is due."""
    return weekday_text(words.dates, next_due(now, settings, frequency).date())


def first_due(words: ScheduleWords, frequency: Frequency, settings: Settings, now: datetime) -> str:
    """Return the sentences about how often issues come, and when the next one after `now` does."""
    return words.first_due.format(
        how_often=how_often(words, frequency, settings),
        day=next_day(words, frequency, settings, now),
    )
