"""The words of the newsletter and the pages, in English and Chinese: a literal table.

`{...}` are for `str.format`. To add a language, add a `Texts` and name it in `texts_for`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.settings import Settings

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every word that no paper brings. `lang` is the BCP 47 tag of these words."""

    lang: str
    new_paper: str
    new_papers: str
    paper: str
    papers: str
    subject: str
    list_comma: str  # between topics or titles
    list_more: str  # after the last topic that still fits
    week: str
    contents: str
    et_al: str
    other_topics: str
    takeaways: str
    code: str
    details: str
    more_paper: str
    more_papers: str
    more_titles: str
    why: str
    your_topics: str
    unsubscribe: str
    unsubscribe_how: str
    all_feeds: str
    on_the_web: str
    machine_written: str
    machine_written_mark: str
    sent_by: str
    topics: str
    newest: str
    feeds: str
    feeds_help: str
    everything: str
    opml: str
    topic_feeds: str
    no_papers: str
    topic_description: str


ENGLISH = Texts(
    lang="en",
    new_paper="1 new paper",
    new_papers="{count} new papers",
    paper="1 paper",
    papers="{count} papers",
    subject="{papers}: {topics} – {period}",
    list_comma=", ",
    list_more=" …",
    week="Week {week}, {year}",
    contents="In this issue",
    et_al="{names} et al.",
    other_topics="Other papers",
    takeaways="Key points",
    code="Code",
    details="Paper",
    more_paper="1 more paper on the web",
    more_papers="{count} more papers on the web",
    more_titles="and {count} more",
    why="You get this mail because you subscribed to {title}.",
    your_topics="Your topics: {topics}.",
    unsubscribe="Unsubscribe",
    unsubscribe_how="To unsubscribe, send the mail that this link opens:",
    all_feeds="All feeds",
    on_the_web="All papers and feeds:",
    machine_written=(
        "Summaries and key points are machine-written: "
        "good for choosing what to read, not for quoting."
    ),
    machine_written_mark="Written by a machine",
    sent_by="Sent by {name}",
    topics="Topics",
    newest="Newest papers",
    feeds="Follow along",
    feeds_help="Copy an address into any feed reader: new papers then come to you.",
    everything="All topics",
    opml="Every feed in one OPML file",
    topic_feeds="Feeds by topic",
    no_papers="No papers yet.",
    topic_description="New papers on {topic}, summarised",
)

CHINESE = Texts(
    lang="zh-CN",
    new_paper="1 篇新论文",
    new_papers="{count} 篇新论文",
    paper="1 篇论文",
    papers="{count} 篇论文",
    subject="{papers}：{topics}（{period}）",
    list_comma="、",
    list_more="…",
    week="{year} 年第 {week} 周",
    contents="本期内容",
    et_al="{names} 等",
    other_topics="其他论文",
    takeaways="要点",
    code="代码",
    details="原文",
    more_paper="网站上还有 1 篇论文",
    more_papers="网站上还有 {count} 篇论文",
    more_titles="另有 {count} 篇",
    why="您收到这封邮件，是因为您订阅了「{title}」。",
    your_topics="您选择的主题：{topics}。",
    unsubscribe="退订",
    unsubscribe_how="如需退订，请点开下面的链接并发送邮件：",
    all_feeds="全部订阅源",
    on_the_web="全部论文与订阅源：",
    machine_written="摘要与要点由机器生成，仅供筛选论文时参考，引用前请核对原文。",
    machine_written_mark="由机器生成",
    sent_by="发件人：{name}",
    topics="主题",
    newest="最新论文",
    feeds="订阅",
    feeds_help="把下面的地址复制到任意阅读器，即可收到新论文。",
    everything="全部主题",
    opml="用一个 OPML 文件导入全部订阅源",
    topic_feeds="按主题订阅",
    no_papers="还没有论文。",
    topic_description="{topic} 方向的新论文与摘要",
)


def texts_for(settings: Settings) -> Texts:
    """Return the words in the site's language: Chinese for "zh...", English for any other."""
    return CHINESE if settings.site.language.lower().split("-")[0] == "zh" else ENGLISH


def counted(count: int, one: str, many: str) -> str:
    """Return `one` where `count` is 1, else `many` with the count in it."""
    return one if count == 1 else many.format(count=count)


def date_range(texts: Texts, start: datetime, end: datetime) -> str:
    """Return the days that `[start, end)` touches, as people write them in that language."""
    first, last = start.date(), (end - timedelta(microseconds=1)).date()
    if texts.lang == CHINESE.lang:
        left = f"{first.year}年{first.month}月{first.day}日"
        year = f"{last.year}年" if last.year != first.year else ""
        month = f"{last.month}月" if year or last.month != first.month else ""
        return f"{left}–{year}{month}{last.day}日"
    right = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    year = f" {first.year}" if last.year != first.year else ""
    month = f" {MONTHS[first.month - 1]}" if year or last.month != first.month else ""
    # Long dates on both sides want air around the dash, bare numbers do not.
    dash = " – " if month else "–"
    return f"{first.day}{month}{year}{dash}{right}"
