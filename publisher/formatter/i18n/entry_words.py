"""The words of a feed entry's content, in English and Chinese: a literal table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWords:
    """Headings and labels. `lang` is the BCP 47 tag of these words; `{...}` is for `str.format`."""

    lang: str
    abstract: str
    summary: str
    takeaways: str
    by_machine: str  # after the heading of what a model wrote, and after its summary
    figure: str
    paper: str
    code: str
    project: str
    cut_off: str
    notes: dict[str, str]  # heading by the name of the field in models.Notes, in their order


ENGLISH = EntryWords(
    lang="en",
    abstract="Abstract",
    summary="Summary",
    takeaways="Key points",
    by_machine=" (AI-written)",
    figure="Figure of “{title}”",
    paper="Paper",
    code="Code: {name}",
    project="Project: {name}",
    cut_off="The model’s answer ends here in mid-sentence.",
    notes={
        "background": "Background",
        "past_methods": "Earlier methods",
        "method": "Method",
        "results": "Results",
        "conclusion": "Conclusion",
        "innovation": "Innovation",
        "performance": "Performance",
        "workload": "Workload",
    },
)

CHINESE = EntryWords(
    lang="zh-CN",
    abstract="摘要",
    summary="总结",
    takeaways="要点",
    by_machine="（AI 生成）",
    figure="《{title}》配图",
    paper="原文",
    code="代码：{name}",
    project="项目：{name}",
    cut_off="模型的回答在句中中断。",
    notes={
        "background": "研究背景",
        "past_methods": "已有方法",
        "method": "方法",
        "results": "结果",
        "conclusion": "结论",
        "innovation": "创新点",
        "performance": "性能",
        "workload": "工作量",
    },
)


def entry_words(settings: Settings) -> EntryWords:
    """Return the words in the site's language: Chinese for "zh...", English for any other."""
    return words_in(settings.site.language)


def words_in(language: str) -> EntryWords:
    """Return the words in `language`, a BCP 47 tag: Chinese for "zh...", English for any other."""
    return CHINESE if language.lower().split("-")[0] == "zh" else ENGLISH
