"""Detection of the labels of the parts of notes; plain words are in labels.toml."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

import msgspec

from publisher.collector.data_files import WordsByLanguage, read_data_file, words_of_all


class NoteSection(StrEnum):
    """The sections of notes; those of the prompt have a number."""

    START = "start"  # before the first section
    META = "meta"  # 1 to 5: title, authors and links
    SUMMARY = "summary"  # 6
    METHOD = "method"  # 7
    CONCLUSION = "conclusion"  # 8


# Names of sections, which consist entirely of these words.
_SECTION_NAMES = (
    (
        NoteSection.SUMMARY,
        (
            r"(?:summary|abstract)(?:摘要|总结)?|(?:论文|文章|内容|研究|详细|简要|主要|整体|中文)*+"
            r"(?:摘要|总结|概述|概括|概要|简介)(?:[及与和]?(?:summary|摘要|总结|概述|概括|回答|分析|解读|要点|部分|内容|如下))*+"
        ),
    ),
    (
        NoteSection.METHOD,
        (
            r"(?:methods?|methodology|approach)(?:方法论?)?|(?:论文|文章|具体|详细|核心|主要|技术|的)*+方法(?:论|学)?"
            r"(?:methods?|概述|部分|介绍|描述|详述|论述|总结|概括|思想|思路|步骤|流程|阐述|解读|详解|简介|说明|内容|详细|解释|如下)*+"
        ),
    ),
    (
        NoteSection.CONCLUSION,
        (
            r"conclusions?(?:结论|总结)?|(?:论文|文章|研究|本文|总体|最终|整体|的)*+(?:结论|总结性?[与和及]?(?:评价|评论|评述|结论)|"
            r"评价|评论)(?:[及与和]?(?:conclusions?|部分|总结|概述|展望|评价|评论|意义|如下|性))*+"
        ),
    ),
)
_SECTION_PATTERNS = tuple((section, re.compile(words)) for section, words in _SECTION_NAMES)
_NUMERALS = dict(zip("一二三四五六七八九十", map(str, range(1, 11)), strict=True))

# A numbered heading may have other words: its number and one of these are enough.
_NUMBERED = {
    "6": (NoteSection.SUMMARY, re.compile(r"摘要|总结|概述|概括|summar|abstract")),
    "7": (
        NoteSection.METHOD,
        re.compile(r"^(?!.*(?:过去|以往|现有|研究方法$)).*(?:方法|method|approach)"),
    ),
    "8": (NoteSection.CONCLUSION, re.compile(r"结论|总结|评价|conclu")),
}

# The first match decides.
_PARTS_OF_SUMMARY = tuple(
    (part, re.compile(words, re.IGNORECASE))
    for part, words in (
        ("background", r"背景|background"),
        (
            "past_methods",
            (
                r"过去|过往|以往|现有|先前|之前|前人|已有|相关|传统|早期|历史|既有|past|previous|existing|"
                r"prior|related"
            ),
        ),
        ("background", r"动机|现状|motivation"),
        (
            "results",
            r"任务|性能|结果|效果|成果|成就|实验|表现|评估|performance|result|task|achiev|experim",
        ),
        ("method", r"方法|方案|思路|技术|模型|架构|method|approach"),
    )
)
_SIGNIFICANCE = re.compile(
    r"(?:关于|该|本|这|此|一|项|篇|文章|论文|研究|工作|作品|的|主要|总结|及其?|与|和|价值|理论|实践|学术|概述|"
    r"xxx|the|of|this|piece|work|is|：|:|\s|（|）|\(|\))*+"
    r"(?:重要意义|意义|重要性|significance|importance)(?:与价值|和价值|及价值|概述|总结|阐述|和重要性|与重要性|"
    r"和意义|及重要性|of (?:this )?(?:the )?(?:piece of )?work|\s)*+",
    re.IGNORECASE,
)
QUALITIES = ("innovation", "performance", "workload")
_QUALITIES = (
    r"(?:(?P<innovation>创新点|创新性|创新之处|创新|新颖性|innovation(?: points?)?|innovations|"
    r"innovative points?|novelty)|(?P<performance>性能表现|性能优势|性能|绩效|表现|performances?)|"
    r"(?P<workload>工作量|工作负载|工作负荷|工作内容|work ?loads?))"
)
_GLOSS = r"(?:总结|评价|分析|概述|评估|评述|阐述|方面)?(?:\s?[（(\[][^（()）\[\]\n]{1,40}[)）\]])?"
_QUALITY = re.compile(
    rf"[*_\s]*{_QUALITIES}{_GLOSS}[*_\s]*(?:(?P<colon>[：:])[*_\s]*|$)", re.IGNORECASE
)
_QUALITY_INSIDE = re.compile(
    rf"(?:(?:(?<=[；;。.，,、！!）)：:\s])|(?<=(?<![*_])\*)|^)[*_]*+{_QUALITIES}{_GLOSS}[*_]*\s?[：:][*_]*|"
    rf"(?:(?<=[；;。])|^)\s?在?{_QUALITIES.replace('P<', 'P<on_')}(?:方面|上)[，,])",
    re.IGNORECASE,
)
# "从创新点、性能和工作量三个方面总结": the question of the prompt, not an answer.
_ALL_QUALITIES = re.compile(
    r"[*_\s]*+(?:从以下|从|文章|论文|本文|该文|的|对|在|关于|此|这篇|强度|作品|研究|绩效|总结|(?:[三几]个)?(?:方面|维度|角度)|创新点|创新性|创新|性能|"
    r"工作量|工作负载|优缺点|优点|优势|缺点|劣势|优劣|亮点|不足之处|不足|强项|弱项|强弱点|评价|综述|概述|概括|总体|分析|"
    r"评估|评述|评论|进行|如下|主要|及其?|与|和|以及|、|，|,|/|三个|上|来|看|述|我们|"
    r"innovation points?|performance|"
    r"workload|strengths|weaknesses|and|of|this|article|in|three|dimensions|summary|\s)*+"
    r"[：:。*_\s]*",
    re.IGNORECASE,
)


_HEADING = re.compile(
    r"(?P<marks>[#>*_\s《【\[「]*+(?:[-+•·●]\s*+)?[*_]*+)"
    r"(?:(?P<number>\d{1,2}|[一二三四五六七八九十])\s?[.．、)）:：]?)?[*_\s《【\[「]*+"
    r"(?P<name>[^*_：:\n。；;，,》】\]」>]{1,40})[》】\]」>*_\s]*+(?P<colon>[：:]?)[*_\s]*+"
)
_BRACKETS = re.compile(r"[（(\[][^（()）\[\]]{0,60}[)）\]]")
_NOISE = re.compile(r"[\s、.&/·_-]+")
# Characters of a heading without a colon, up to a colon, and of a lead-in.
_LONGEST, _FARTHEST, _LEAD = 60, 80, 40


class Header(NamedTuple):
    """The heading of a section."""

    section: NoteSection
    number: str  # "" without one
    bullet: bool  # with a list mark before it
    rest: str  # text after it on the line


class _NoteWordsFile(msgspec.Struct, forbid_unknown_fields=True):
    meta: WordsByLanguage
    lead_in: WordsByLanguage


class _NoteWords(NamedTuple):
    """The words of all languages."""

    meta: frozenset[str]
    lead_in: re.Pattern[str]


@cache
def _words() -> _NoteWords:
    file = read_data_file(__file__, _NoteWordsFile)
    # The longest first, since the repetition is possessive.
    lead_in = sorted(words_of_all(file.lead_in), key=len, reverse=True)
    return _NoteWords(
        frozenset(_bare(label) for label in words_of_all(file.meta)),
        re.compile(rf"(?:[*_ （()）]|{'|'.join(map(re.escape, lead_in))})*+", re.IGNORECASE),
    )


def _bare(name: str) -> str:
    """Return `name` in the form for comparison."""
    return _NOISE.sub("", name)


@lru_cache(maxsize=8)  # the walk needs each line several times
def header(text: str) -> Header | None:
    """Return the heading that is `text` or its beginning up to a colon, else None."""
    if text.startswith(("&lt;", "<")):  # the prompt writes <Methods>
        text = text[:60].replace("&lt;", "").replace("&gt;", "").strip("<") + text[60:]
    colon = _colon(text, _FARTHEST)
    if colon < 0 and len(text) > _LONGEST:
        return None
    headings = [(text[: colon + 1], text[colon + 1 :])] if colon >= 0 else []
    headings += [(text, "")] if len(text) <= _LONGEST else []
    for heading, rest in headings:
        if match := _HEADING.fullmatch(heading):
            number = match.group("number") or ""
            number = _NUMERALS.get(number, number)
            section = _section(match.group("name").casefold(), number)
            if section:
                bullet = any(mark in match.group("marks") for mark in "-+•·●")
                return Header(section, number, bullet, rest.strip("*_ \t"))
    return None


@lru_cache(maxsize=1024)  # digests share the same names
def _section(name: str, number: str) -> NoteSection | None:
    bare = _bare(_BRACKETS.sub("", name)) or _bare(name.strip("（()）[]"))
    if number in _NUMBERED:
        section, words = _NUMBERED[number]
        if words.search(bare):
            return section
    if bare in _words().meta:
        return NoteSection.META
    return next((section for section, words in _SECTION_PATTERNS if words.fullmatch(bare)), None)


def lead_in(text: str) -> tuple[str, str]:
    """Return the part of a summary that `text` names before its colon, and the text after it.

    Without a name, the part is "" and the text unchanged.
    """
    colon = _colon(text, _LEAD)
    for lead, rest in (
        (text[:colon], text[colon + 1 :]) if colon >= 0 else ("", ""),
        (text, ""),
    ):
        if lead and len(lead) <= _LEAD and (part := _part_of_summary(lead)):
            return part, rest.lstrip("*_ \t")
    return "", text


@lru_cache(maxsize=1024)
def _part_of_summary(lead: str) -> str:
    if not _words().lead_in.fullmatch(lead):
        return ""
    return next((part for part, words in _PARTS_OF_SUMMARY if words.search(lead)), "")


def without_significance(text: str) -> tuple[bool, str]:
    """Return whether `text` begins with a label such as "工作意义：", and the text after it."""
    colon = _colon(text, _LONGEST)
    if colon < 0 and len(text) >= _LONGEST:
        return False, text
    lead, rest = (text[:colon], text[colon + 1 :]) if colon >= 0 else (text, "")
    if _SIGNIFICANCE.fullmatch(lead.strip("*_ ")):
        return True, rest.lstrip("*_ \t")
    return False, text


def without_all_qualities(text: str) -> str:
    """Return `text` without the prompt's question for innovation, performance and workload."""
    colon = _colon(text, _FARTHEST)
    if colon >= 0 and _ALL_QUALITIES.fullmatch(text[: colon + 1]):
        return text[colon + 1 :].lstrip("*_ \t")
    return "" if len(text) < _FARTHEST and _ALL_QUALITIES.fullmatch(text) else text


def quality(text: str) -> tuple[str, str]:
    """Return the quality whose label `text` begins with, or "", and the text after it."""
    match = _QUALITY.match(text)
    return (_name(match), text[match.end() :]) if match else ("", text)


def qualities(text: str) -> list[tuple[str, str]]:
    """Return the pieces of `text`, each with its quality, or "" before the first label."""
    # Every label has one of these.
    if not ("：" in text or ":" in text or "方面" in text or "上，" in text or "上," in text):
        return [("", text)]
    pieces: list[tuple[str, str]] = []
    name, start = "", 0
    for match in _QUALITY_INSIDE.finditer(text):
        pieces.append((name, text[start : match.start()]))
        name, start = _name(match), match.end()
    return [*pieces, (name, text[start:])]


def _colon(text: str, end: int) -> int:
    """Return the index of the first colon of either width before `end`, else -1."""
    narrow, wide = text.find(":", 0, end), text.find("：", 0, end)
    return wide if narrow < 0 or 0 <= wide < narrow else narrow


def _name(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next(name for name in QUALITIES if groups[name] or groups.get(f"on_{name}"))
