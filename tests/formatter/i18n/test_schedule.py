"""The days on which issues come, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from publisher.formatter.i18n.schedule import first_due, how_often
from publisher.formatter.i18n.words import FormWords, words_in
from publisher.models import Frequency
from publisher.settings import Newsletter, Settings, Site

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)  # a Monday, at 16:00 in Shanghai
CASES = [
    ("en", "daily", "Every day", "Tuesday, 10 December 2024"),
    ("en", "weekly", "Every week, on Friday", "Friday, 13 December 2024"),
    ("en", "monthly", "Every month, on day 3", "Friday, 3 January 2025"),
    ("zh-CN", "daily", "每天", "2024年12月10日（周二）"),
    ("zh-CN", "weekly", "每周五", "2024年12月13日（周五）"),
    ("zh-CN", "monthly", "每月 3 日", "2025年1月3日（周五）"),
]


@pytest.mark.parametrize(("language", "frequency", "often", "day"), CASES)
def test_schedule(language: str, frequency: str, often: str, day: str) -> None:
    settings = Settings(
        site=Site(timezone="Asia/Shanghai"), newsletter=Newsletter(weekday="friday", month_day=3)
    )
    words = words_in(FormWords, language)
    assert how_often(words, Frequency(frequency), settings) == often
    sentence = first_due(words, Frequency(frequency), settings, NOW)
    assert sentence.startswith(often)
    assert day in sentence
