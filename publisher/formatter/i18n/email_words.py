"""The words that only the mail has, beside those it shares with the pages.

To add a language, add a `MailTexts` and name it in `mail_texts`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from publisher.errors import SettingsError
from publisher.formatter.i18n.words import (
    CHINESE,
    ENGLISH,
    MONTHS,
    Texts,
    texts_for,
)
from publisher.models import Language

if TYPE_CHECKING:
    from datetime import date

    from publisher.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTexts(Texts):
    """Every word of a mail that no paper brings; `{...}` are for `str.format`."""

    week_short: str
    highlights: str
    in_highlights: str
    more_on_topic: str
    more_topics: str
    updated_papers: str
    version: str
    read_on_the_web: str
    preferences: str
    figure: str
    abstract: str
    machine_summary: str
    machine_short: str
    note_method: str
    note_results: str
    note_conclusion: str
    note_innovation: str
    note_performance: str


def _base(texts: Texts) -> dict[str, Any]:
    return {field.name: getattr(texts, field.name) for field in fields(Texts)}


ENGLISH_MAIL = MailTexts(
    **_base(ENGLISH),
    week_short="week {week}",
    highlights="Highlights",
    in_highlights="{count} of them in the highlights",
    more_on_topic="{count} more on this topic on the web",
    more_topics="and {count} more topics",
    updated_papers="Updated papers",
    version="version {number}",
    read_on_the_web="Read on the web",
    preferences="Change what you get",
    figure="Figure from “{title}”",
    abstract="Abstract",
    machine_summary="AI summary",
    machine_short="AI",
    note_method="AI notes: method",
    note_results="AI notes: results",
    note_conclusion="AI notes: conclusion",
    note_innovation="AI notes: what is new",
    note_performance="AI notes: performance",
)

CHINESE_MAIL = MailTexts(
    **_base(CHINESE),
    week_short="第 {week} 周",
    highlights="本期精选",
    in_highlights="其中 {count} 篇见本期精选",
    more_on_topic="本主题网站上还有 {count} 篇",
    more_topics="等 {count} 个主题",
    updated_papers="论文更新",
    version="第 {number} 版",
    read_on_the_web="在网页上阅读",
    preferences="修改订阅内容",
    figure="《{title}》配图",
    abstract="英文摘要",
    machine_summary="AI 摘要",
    machine_short="AI",
    note_method="AI 笔记：方法",
    note_results="AI 笔记：结果",
    note_conclusion="AI 笔记：结论",
    note_innovation="AI 笔记：创新",
    note_performance="AI 笔记：性能",
)


def mail_texts(settings: Settings, language: Language = Language.BOTH) -> MailTexts:
    """Return the words in `language`, as the theme changed them.

    "both" is of the papers' texts: the frame is in the site's language then, Chinese for "zh..."
    and English for any other.

    Raises `SettingsError` for words of the theme that are not known or can't be filled in.
    """
    chinese = language is Language.CHINESE
    if language is Language.BOTH:
        chinese = texts_for(settings) is CHINESE
    name, texts = ("texts_zh", CHINESE_MAIL) if chinese else ("texts_en", ENGLISH_MAIL)
    own = getattr(settings.theme, name).items
    return _changed(texts, own, f"theme.{name}") if own else texts


_NAMES = frozenset(field.name for field in fields(MailTexts))


@lru_cache(maxsize=16)
def _changed(texts: MailTexts, own: tuple[tuple[str, str], ...], where: str) -> MailTexts:
    for key, text in own:
        if key == "lang" or key not in _NAMES:
            raise SettingsError(f"{where}: no such text: {key!r}")
        unknown = _slots(text, where) - _slots(getattr(texts, key), where)
        if unknown:
            raise SettingsError(f"{where}: {key}: nothing to fill in for {', '.join(unknown)}")
    return replace(texts, **dict(own))


def _slots(text: str, where: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise SettingsError(f"{where}: {text!r}: {error}") from error


def day_of(texts: Texts, day: date, *, with_year: bool = False) -> str:
    """Return a day as people write it: "2 December", "12月2日"."""
    if texts.lang == CHINESE.lang:
        return (f"{day.year}年" if with_year else "") + f"{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


def month_of(texts: Texts, year: int, month: int) -> str:
    """Return a month as people write it: "December 2024", "2024年12月"."""
    return f"{year}年{month}月" if texts.lang == CHINESE.lang else f"{MONTHS[month - 1]} {year}"
