"""The labels that a language model gives to summary and takeaways, as tables and one reader.

A label is known by its words, not by its mark-up: `**Summary**`, `### 2. 摘要：`,
`__總結__ (TL;DR)` and `📌 Key Takeaways (要点):` are all read. Where a word is also used in
running text it needs emphasis, or a line of its own.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class LabelKind(StrEnum):
    """What a label announces."""

    SUMMARY = "summary"
    TAKEAWAYS = "takeaways"
    UNKNOWN = "unknown"


class Label(NamedTuple):
    """A label and what follows it on its line."""

    kind: LabelKind
    name: str
    rest: str
    emphasised: bool  # by bold, a heading or brackets
    listed: bool  # a list mark or number stands before it
    strong: bool  # nothing else is ever called so


# Labels that need no emphasis to be one, even with text behind their colon.
_STRONG = frozenset(
    (
        "summary abstract tldr keytakeaways keytakeaway takeaways keypoints keyinsights "
        "keyfindings "
        "摘要 内容摘要 论文摘要 文章摘要 中文摘要 一句话总结 要点 关键要点 主要要点 "
        "重要要点 核心要点 要点总结 "
        "关键见解 主要见解 核心见解 关键点 核心观点 主要观点 关键观点 关键发现 主要发现 关键洞察"
    ).split()
)
_TRADITIONAL = str.maketrans(
    "關鍵點總結論見發現觀內簡貢獻啟讀譯導覽綜學術語話這個條創",
    "关键点总结论见发现观内简贡献启读译导览综学术语话这个条创",
)

_WHOSE = "以下|本文|论文|文章|文本|研究|全文|原文|该文|这篇|中文|英文|简体|的|翻译"
_WEIGHT = "关键|主要|重要|核心|重点|精华|精炼|首要|关注"
_COUNT = "[一二三四五六七八九十几两]{1,3}(?:个|条|点|大|项)?"
_CHINESE = (
    (
        LabelKind.TAKEAWAYS,
        (
            rf"(?:{_WHOSE}|{_WEIGHT}|{_COUNT}|内容|摘要|总结)*(?:要点|重点|亮点|看点|见解|洞察|洞见|知识点|关键点|"
            rf"(?:{_WEIGHT})(?:{_COUNT}|的)?(?:点|观点|发现|结论|贡献|论点|收获|启示|信息点?|内容|思想|结果|特点|"
            r"创新点?|论述|概念|事实|细节))"
            r"(?:总结|概括|归纳|提炼|列表|概述|如下|整理|汇总|摘要|分析|梳理|回顾|部分|翻译|和|与|及|见解|要点|观点|"
            r"结论|发现)*"
        ),
    ),
    (
        LabelKind.SUMMARY,
        (
            rf"(?:{_WHOSE}|{_COUNT}|内容|简要|简短|简明|精简|简洁|核心|学术|一句话|一段话|整体|总体|快速|主旨)*"
            r"(?:摘要|概述|总结|概要|简介|概括|小结|要約|梗概|综述|导读|速览|简述|大意|提要)"
            r"(?:如下|内容|部分|总结|翻译|版|摘要|概述|概括|和|与|及)*"
        ),
    ),
)
_MAIN = r"(?:main|key|core|major|important|primary|critical|top|essential|crucial|central)"
_ENGLISH = (
    (
        LabelKind.TAKEAWAYS,
        (
            rf"(?:the |a |few |paper |some )*(?:{_MAIN} )*(?:take ?aways?|highlights?|insights?|"
            rf"{_MAIN} (?:points?|findings?|messages?|ideas?|contributions?|conclusions?|facts?|"
            r"observations?|learnings?|lessons?|results?|elements?|information|aspects?|details?))"
            r"(?: (?:and|summary|list|from|of|the|this|paper|article|text|in|chinese|points?|"
            r"insights?|findings?|takeaways?|highlights?))*"
        ),
    ),
    (
        LabelKind.SUMMARY,
        (
            r"(?:the |a |brief |short |concise |executive |paper |article |abstract |chinese |"
            r"one |single |sentence |quick |overall |general |text |line )*(?:summary|abstract|"
            r"overview|synopsis|tl ?dr|gist)(?: (?:in|of|the|this|chinese|paper|article|text|"
            r"translation|abstract|summary))*"
        ),
    ),
)
_KINDS = tuple((kind, re.compile(words)) for kind, words in (*_CHINESE, *_ENGLISH))
_NEUTRAL = frozenset(
    ("zh", "cn", "en", "chinese", "中文", "英文", "中文版", "简体中文", "and", "条", "点")
)

_TAGS = r"</?(?:ul|ol|li|p|div|br|span)\b[^<>]{0,200}>"
_PICTURES = (
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3]"
)
_PREFIX = re.compile(rf"(?:[\s>#]|{_TAGS}|{_PICTURES})*+")
_NUMERALS = "一二三四五"
_LISTED = re.compile(
    r"(?:[-*+•·][ \t]+|[（(]?\d{1,2}(?:[.、．)）:：]|\ufe0f?\u20e3)[ \t]*|"
    r"[（(]?[一二三四五][、.)）][ \t]*|"
    r"[①②③④⑤][ \t]*)(?:" + _PICTURES + r"|[ \t])*+"
)
_MARK = r"(?:\*{1,3}|_{1,3}|</?(?:b|strong|em|i|u|h[1-6])\b[^<>]{0,100}>|[【】「」『』\[\]])"
_OPEN = re.compile(rf"(?:{_MARK}[ \t]*)++")
_CLOSE = re.compile(rf"(?:[ \t]*{_MARK})++")
_GLOSS = re.compile(r"[ \t]*[（(]([^（()）\n]{1,40})[)）]")
_COLON = re.compile(r"[ \t]*[：:][ \t]*")
_BRACKETS = re.compile(r"[（(\[【]([^（()）\[\]【】]{0,40})[)）\]】]")
_SENTENCE = re.compile(r"[.。!！?？,，]\s*$|[。！？，]")
_RUNS = re.compile(r"[a-z][a-z ]*|[\u3400-\u9fff]+")
_LONGEST = 40  # characters of a label


def find_label(line: str) -> Label | None:
    """Return the label that `line` begins with; `UNKNOWN` for a line that only looks like one."""
    if not line:
        return None
    start, heading, listed, emphasis = _marks(line)
    if emphasis:
        name, rest = _emphasised(line, emphasis)
    else:
        colon = _COLON.search(line, start, start + 2 * _LONGEST)
        name, rest = (
            (line[start : colon.start()], line[colon.end() :]) if colon else (line[start:], "")
        )
    rest = rest.strip()
    if not emphasis and _SENTENCE.search(name):
        return None
    if not name.strip() or len(name) > 2 * _LONGEST:
        return None
    kind, strong = _kind(name)
    emphasised = bool(emphasis) or heading
    if kind is LabelKind.UNKNOWN and (rest or not emphasised or len(name) > _LONGEST):
        return None
    if not emphasised and rest and not strong:
        return None
    return Label(kind, name.strip(), rest, emphasised, listed, strong)


def _marks(line: str) -> tuple[int, bool, bool, re.Match[str] | None]:
    """Return where the words of `line` begin; whether heading or list marks stand before; emphasis.

    The words begin where an emphasis does.
    """
    # Most lines begin with a letter, and of letters only the numerals are marks.
    if line[0].isalpha() and line[0] not in _NUMERALS:
        return 0, False, False, None
    prefix = _PREFIX.match(line)
    start = prefix.end() if prefix else 0
    heading = "#" in line[:start]
    listed = _LISTED.match(line, start)
    start = listed.end() if listed else start
    return start, heading, bool(listed), _OPEN.match(line, start)


def _emphasised(line: str, emphasis: re.Match[str]) -> tuple[str, str]:
    """Return the name inside an emphasis and what follows."""
    start = emphasis.end()
    close = _CLOSE.search(line, start, start + 2 * _LONGEST)
    inside = line[start : close.start()] if close else line[start : start + 2 * _LONGEST]
    colon = _COLON.search(inside)
    if colon and (colon.end() < len(inside) or close is None):
        # The emphasis goes on behind the label; it keeps its opening mark.
        return inside[: colon.start()], emphasis.group(0).strip() + line[start + colon.end() :]
    if close is None:
        return "", ""
    name, rest = inside, line[close.end() :]
    if (gloss := _GLOSS.match(rest)) and _kind(name)[0] is not LabelKind.UNKNOWN:
        rest = rest[gloss.end() :]
    if colon:
        name = inside[: colon.start()]
    elif behind := _COLON.match(rest):
        rest = rest[behind.end() :]
    return name, rest


@lru_cache(maxsize=1024)  # the same names stand in every digest
def _kind(name: str) -> tuple[LabelKind, bool]:
    """Return what the label `name` announces and whether it is a strong one."""
    name = unicodedata.normalize("NFKC", name).casefold().translate(_TRADITIONAL)
    name = name.replace("tl;dr", "tldr").replace("-", " ").replace("'", "")
    bare = _BRACKETS.sub(" ", name)
    runs = [run.strip() for run in _RUNS.findall(bare)] or [
        run.strip() for run in _RUNS.findall(name)
    ]
    runs = [run for run in (" ".join(run.split()) for run in runs) if run not in _NEUTRAL]
    # Every word has to belong to the label: "摘要生成" or "summary statistics" is none.
    kinds = [next((kind for kind, words in _KINDS if words.fullmatch(run)), None) for run in runs]
    if not kinds or None in kinds or len(set(kinds)) > 1:
        return LabelKind.UNKNOWN, False
    return kinds[0] or LabelKind.UNKNOWN, all(run.replace(" ", "") in _STRONG for run in runs)
