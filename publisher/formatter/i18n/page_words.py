"""The words that only pages have, beside those of the newsletter.

To add a language, add a `PageTexts` and name it in `page_texts`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from publisher.formatter.i18n.words import CHINESE, ENGLISH, MONTHS, Texts

if TYPE_CHECKING:
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTexts(Texts):
    """Every word on a page that no paper brings; `{...}` are for `str.format`."""

    month: str  # "{name} {year}"
    skip_to_content: str
    site_parts: str
    archive: str
    archive_description: str
    month_description: str
    newer_month: str
    older_month: str
    earlier_papers: str
    page_of: str
    pages_of_list: str
    issues: str
    issues_description: str
    by_mail: str
    by_mail_help: str
    by_mail_link: str
    issue_description: str
    no_issues: str
    in_the_archive: str
    all_authors: str
    summary: str
    ai_written: str
    abstract: str
    figures: str
    figure: str
    notes: str
    background: str
    past_methods: str
    method: str
    results: str
    conclusion: str
    innovation: str
    performance: str
    workload: str
    cut_off: str
    project: str
    about_paper: str
    first_listed: str
    updated: str
    version: str
    authors_comment: str
    cite: str
    cite_help: str
    not_found: str
    not_found_help: str


def _base(texts: Texts) -> dict[str, Any]:
    """Return the words of `texts` but those that a page has another word for."""
    names = {field.name for field in fields(Texts)} - PageTexts.__annotations__.keys()
    return {name: getattr(texts, name) for name in names}


ENGLISH_PAGES = PageTexts(
    **_base(ENGLISH),
    month="{name} {year}",
    skip_to_content="Skip to the content",
    site_parts="Site",
    archive="Archive",
    archive_description="All papers by month",
    month_description="All papers of {month}, by topic",
    newer_month="Newer",
    older_month="Older",
    earlier_papers="Earlier papers are in the archive",
    page_of="Page {number} of {count}",
    pages_of_list="Pages",
    issues="Newsletter",
    issues_description="All issues of the newsletter",
    by_mail="By mail",
    by_mail_help="Send the mail that this link opens, and confirm by answering ours.",
    by_mail_link="Subscribe by mail",
    issue_description="{count}, {dates}",
    no_issues="No issue yet.",
    in_the_archive="All papers of the month are in the archive",
    all_authors="All {count} authors",
    summary="Summary",
    ai_written="AI-written",
    abstract="Abstract",
    figures="Figures",
    figure="Figure {number} of the digest",
    notes="Notes",
    background="Background",
    past_methods="Earlier methods",
    method="Method",
    results="Results",
    conclusion="Conclusion",
    innovation="Innovation",
    performance="Performance",
    workload="Workload",
    cut_off="The machine's text ends in mid-sentence.",
    project="Project page",
    about_paper="About this paper",
    first_listed="Listed",
    updated="Updated",
    version="Version",
    authors_comment="Comment",
    cite="Cite",
    cite_help="One click selects the whole entry.",
    not_found="This page does not exist",
    not_found_help="It may have moved, or the address has a mistake in it.",
)

CHINESE_PAGES = PageTexts(
    **_base(CHINESE),
    month="{year} 年 {number} 月",
    skip_to_content="跳到正文",
    site_parts="站点导航",
    archive="归档",
    archive_description="按月份浏览全部论文",
    month_description="{month}的全部论文，按主题排列",
    newer_month="后一月",
    older_month="前一月",
    earlier_papers="更早的论文见归档",
    page_of="第 {number} 页，共 {count} 页",
    pages_of_list="分页",
    issues="周报",
    issues_description="全部周报",
    by_mail="邮件订阅",
    by_mail_help="点开链接并发送其中的邮件，回复确认后即可收到，随时可以退订。",
    by_mail_link="用邮件订阅",
    issue_description="{dates}，{count}",
    no_issues="还没有周报。",
    in_the_archive="当月全部论文见归档",
    all_authors="全部 {count} 位作者",
    summary="摘要速览",
    ai_written="AI 生成",
    abstract="论文摘要",
    figures="图",
    figure="解读配图 {number}",
    notes="解读笔记",
    background="研究背景",
    past_methods="已有方法",
    method="方法",
    results="结果",
    conclusion="结论",
    innovation="创新点",
    performance="性能",
    workload="工作量",
    cut_off="机器生成的文字到此中断。",
    project="项目主页",
    about_paper="论文信息",
    first_listed="收录",
    updated="更新",
    version="版本",
    authors_comment="备注",
    cite="引用",
    cite_help="单击即可选中整条引用。",
    not_found="页面不存在",
    not_found_help="页面可能已经移动，或者地址有误。",
)


def page_texts(settings: Settings) -> PageTexts:
    """Return the words in the site's language: Chinese for "zh...", English for any other."""
    language = settings.site.language.lower().split("-")[0]
    return CHINESE_PAGES if language == "zh" else ENGLISH_PAGES


def month_name(month: str, texts: PageTexts) -> str:
    """Return "2024-12" as people write it: "December 2024", "2024 年 12 月"."""
    year, _, number = month.partition("-")
    return texts.month.format(name=MONTHS[int(number) - 1], year=year, number=int(number))
