"""The words of daily-arXiv lists: what columns are called, which headings name no topic, dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.collector.frontmatter import reader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

# Compared without case and everything but letters. "Paper" is a title where no other column is.
_COLUMNS: dict[str, frozenset[str]] = {
    role: frozenset(words.split())
    for role, words in {
        "date": (
            "date publishdate published publisheddate publishedon publicationdate pubdate "
            "submitted submitteddate submissiondate updated updateddate updatedate lastupdated "
            "day time "
            "日期 发布日期 发表日期 提交日期 更新日期 时间 发布时间 发表时间 更新时间 公開日 日付"
        ),
        "title": (
            "title papertitle titles name papername "
            "标题 题目 论文标题 论文题目 论文名 论文名称 文章标题 標題 論文標題 タイトル"
        ),
        "authors": "authors author authorlist firstauthor 作者 第一作者 论文作者 著者",
        "link": (
            "pdf link links url arxiv arxivid arxivlink id abs paperlink pdflink paperurl pdfurl "
            "链接 论文链接 地址 论文地址 原文 原文链接 编号 论文编号 鏈接 連結 リンク"
        ),
        "code": (
            "code codes codelink github githublink repo repository project projectpage "
            "代码 代码链接 代码地址 开源代码 源码 项目 项目地址 程式碼 コード"
        ),
        "abstract": "abstract abstracts 摘要 论文摘要 英文摘要 原文摘要 概要",
        "summary": (
            "summary tldr aisummary overview 总结 概述 简介 中文摘要 摘要总结 内容概述 论文总结 "
            "一句话总结 总结摘要 要約"
        ),
        "comment": "comment comments note notes venue 备注 评论 会议 注释 コメント",
    }.items()
}
_EITHER = frozenset("paper papers 论文 文章 論文".split())
_NOT_LETTERS = re.compile(r"[\W\d_]+")

# Headings that stand over tables and name no topic.
_NO_TOPIC = re.compile(
    r"(?:last )?updated?(?: (?:on|at|time))?|(?:最后|最近)?更新(?:于|时间|日期)?|"
    r"table of contents|contents?|toc|目录|most recent|recent|latest|new|today|archived?|"
    r"(?:all )?papers?|paper list|论文|论文列表|今日论文|最新论文|"
    r"show|hide|more|details|abstracts?|摘要|(?:click|tap)\b.*|(?:un)?fold|expand|collapse|"
    r"点击.*|展开.*|查看.*|readme|introduction|简介",
    re.IGNORECASE,
)
_UPDATE = re.compile(r"\W*(?:last\s+)?updat|\W*(?:最后|最近)?更新", re.IGNORECASE)
_COUNT = re.compile(r"\s*[(（\[][ \t]*\d+[^()（）\[\]]{0,20}[)）\]]\s*$")
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2})?[日月]?|\b\d{8}\b|"
    r"\b\d{1,2}[ -][A-Z][a-z]{2,8}[ -,]+\d{4}|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}"
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_EMPTY = re.compile(r"[(（\[]\s*[)）\]]")
_EDGES = " \t-–—:：|·,，.!*#"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAY_FIRST = re.compile(r"\b(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ ,-]+(\d{4})")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3})[a-z]*\.?[ ](\d{1,2})(?:st|nd|rd|th)?,?[ ]+(\d{4})")
_COMPACT = re.compile(r"\b((?:19|20)\d{2})(\d{2})(\d{2})\b")
_YEAR_AND_MONTH = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})月?(?![-/.月\d])")
_NOTHING = frozenset(
    ["", "null", "none", "n/a", "na", "nan", "-", "--", "—", "/", "无", "暂无", "x"]
)
_ET_AL = re.compile(r"(?:\bet\.?[ ]?al\b\.?|等人?|\.\.\.|…)[\s.]{0,9}$", re.IGNORECASE)


def columns(names: Sequence[str]) -> list[str]:
    """Return what each column means, "" where that is not known.

    [] where the table lists no papers: it needs a title, and a date or link.
    """
    plain = [_NOT_LETTERS.sub("", name).casefold() for name in names]
    roles: list[str] = []
    for name in plain:
        role = next((role for role, words in _COLUMNS.items() if name in words), "")
        roles.append(role if role not in roles else "")
    for index, name in enumerate(plain):
        if name in _EITHER:
            wanted = "link" if "title" in roles else "title"
            roles[index] = wanted if wanted not in roles else ""
    return roles if "title" in roles and {"date", "link"} & set(roles) else []


def topic(heading: str) -> str:
    """Return the topic that `heading` names, "" where it names none ("Updated on 2024.11.30")."""
    heading = _COUNT.sub("", heading)
    bare = _EMPTY.sub(" ", _YEAR.sub(" ", _DATE.sub(" ", heading))).strip(_EDGES)
    if not bare or _NO_TOPIC.fullmatch(" ".join(bare.split())):
        return ""
    shown = _EMPTY.sub(" ", _DATE.sub(" ", heading))  # "CVPR 2024" keeps its year
    return " ".join(shown.split()).strip(_EDGES)


def is_update(heading: str) -> bool:
    """Return whether `heading` says when the list was made, which is no date of its papers."""
    return _UPDATE.match(heading) is not None


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the date in `text` at midnight in `zone`, None where there is none.

    "2024-11-30" in the ways that `frontmatter.moment` knows, "30 Nov 2024", "Nov 30, 2024",
    "20241130", and "2024-11", which is the first of the month.
    """
    if found := reader.moment(text, zone):
        return found
    if match := _COMPACT.search(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.search(text):
        day, name, year = match.groups()
        month = _month(name)
    elif match := _MONTH_FIRST.search(text):
        name, day, year = match.groups()
        month = _month(name)
    elif match := _YEAR_AND_MONTH.search(text):
        (year, month), day = match.groups(), "1"
    else:
        return None
    return reader.moment(f"{year}-{month}-{day}", zone)


def _month(name: str) -> str:
    """Return the number of the English month, "0" where it is none."""
    name = name.lower()
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"


def is_nothing(cell: str) -> bool:
    """Return whether `cell` says that there is nothing: "null", "-"."""
    return cell.strip("* `").casefold() in _NOTHING


def without_et_al(text: str) -> str:
    """Return `text`, names of authors, without an "et.al." at its end."""
    return _ET_AL.sub("", text).strip(" \t,，.;；*")
