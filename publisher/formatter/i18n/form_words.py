"""The words of the form that subscribes, on the site's pages and in the web app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """Every word of it in one language; `{...}` are for `str.format`."""

    lang: str  # as the app's addresses have it
    by_mail: str
    address: str
    address_help: str
    choose: str
    topics: str
    all_topics: str
    some_topics: str
    language: str
    languages: Mapping[str, str]
    length: str
    lengths: Mapping[str, str]
    frequency: str
    frequencies: Mapping[str, str]
    trap: str
    subscribe: str
    about: str


ENGLISH_FORM = FormWords(
    lang="en",
    by_mail="By mail",
    address="Email address",
    address_help="You get a mail to confirm it. You can leave at any time with one click.",
    choose="Topics, language, length",
    topics="Topics",
    all_topics="All topics",
    some_topics="Only these:",
    language="Language of the texts",
    languages={"en": "English", "zh": "Chinese (中文)", "both": "Both"},
    length="Length",
    lengths={
        "short": "Short: title and one line",
        "standard": "Standard: summary and key points",
        "long": "Long: abstract and notes too",
    },
    frequency="How often",
    frequencies={"daily": "Every day", "weekly": "Every week", "monthly": "Every month"},
    trap="Leave this empty",
    subscribe="Subscribe",
    about="Your address serves this newsletter alone. Nobody counts what you open or click.",
)

CHINESE_FORM = FormWords(
    lang="zh",
    by_mail="邮件订阅",
    address="邮箱地址",
    address_help="您会收到一封确认邮件。每期邮件都可以一键退订。",
    choose="主题、语言和篇幅",
    topics="主题",
    all_topics="全部主题",
    some_topics="只要这些：",
    language="正文语言",
    languages={"zh": "中文", "en": "英文（English）", "both": "中英对照"},
    length="篇幅",
    lengths={
        "short": "简短：标题和一句话",
        "standard": "标准：摘要和要点",
        "long": "详细：另附论文摘要和笔记",
    },
    frequency="频率",
    frequencies={"daily": "每天", "weekly": "每周", "monthly": "每月"},
    trap="此处请留空",
    subscribe="订阅",
    about="您的邮箱只用于发送本通讯，我们不统计打开和点击。",
)


def form_words(language: str) -> FormWords:
    """Return the words for "zh" or a tag of it, the English ones for any other language."""
    return CHINESE_FORM if language.lower().split("-")[0] == "zh" else ENGLISH_FORM
