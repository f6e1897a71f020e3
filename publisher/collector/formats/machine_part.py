"""What a language model wrote about a paper: summary and takeaways under varying labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.collector.text import from_machine

if TYPE_CHECKING:
    from collections.abc import Sequence

# Compared without case, blanks, numbers and colons.
SUMMARY_LABELS = frozenset(
    (
        "summary abstractsummary tldr tl;dr overview 摘要 概述 总结 概要 简介 "
        "内容摘要 摘要内容 论文摘要 中文摘要 文章摘要 要約 摘要总结 总结摘要 简要总结 一句话总结"
    ).split()
)
TAKEAWAY_LABELS = frozenset(
    (
        "keytakeaways takeaways keytakeaway keypoints keyinsights "
        "keyfindings highlights mainpoints 要点 关键要点 主要要点 重要要点 核心要点 "
        "关键见解 主要见解 关键点 关键信息 主要结论 主要内容 主要观点 关键观点 关键发现 主要发现 "
        "核心观点 核心内容 重点 要点总结 关键总结 主要贡献 关键内容 关键结论 主要亮点 关键亮点 "
        "亮点 要点如下 关键论点 重要观点 重要见解 关键洞察 核心见解"
    ).split()
)

_LABEL = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+)?(?:\*\*|__)[ \t]*([^*\n]{1,40}?)[ \t]*[:：]?[ \t]*(?:\*\*|__)"
    r"[ \t]*[:：]?[ \t]*(.*)"
)
_PLAIN_LABEL = re.compile(r"[ \t]*(?:#{1,6}[ \t]+)([^*\n:：]{1,40}?)[ \t]*[:：]?[ \t]*()$")
# The job's own link line, or the screenshots: the end of summary and takeaways.
_END = re.compile(
    r"[ \t]*(?:\*\*[ \t]*\[[^\]\n]{1,60}\]\([^)\n]*\)[ \t]*\*\*|<details\b)", re.IGNORECASE
)
_ITEM = re.compile(
    r"([ \t]*)(?:[-*+•·‧▪●–—][ \t]+|\(?\d{1,2}[.)、．)）][ \t]*|[（]\d{1,2}[）][ \t]*)(.*)"
)
_HTML_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MachinePart:
    """Both are plain text; `summary` is empty and `takeaways` is () where there is none."""

    summary: str
    takeaways: tuple[str, ...]


def machine_part_start(lines: Sequence[str], start: int) -> int:
    """Return the index from `start` on of the first line that a model wrote, else the end."""
    for index in range(start, len(lines)):
        if _END.match(lines[index]) or _label(lines[index], (), expects_takeaways=False)[0]:
            return index
    return len(lines)


def read_machine_part(lines: Sequence[str]) -> MachinePart:
    """Return summary and takeaways from the lines after the PDF line."""
    end = next((i for i, line in enumerate(lines) if _END.match(line)), None)
    block = lines if end is None else lines[:end]
    summary: list[str] | None = None
    takeaways: list[str] | None = None
    part: list[str] = []
    for index, line in enumerate(block):
        kind, rest = _label(line, block[index + 1 :], expects_takeaways=summary is not None)
        if kind == "summary" and summary is None:
            part = summary = [rest]
        elif kind == "takeaways" and takeaways is None:
            part = takeaways = [rest]
        else:
            part.append(line)
    return MachinePart(
        summary=from_machine("\n".join(_before_notes(summary or [], bounded=end is not None))),
        takeaways=tuple(filter(None, map(from_machine, _items(takeaways or [])))),
    )


def _label(line: str, following: Sequence[str], *, expects_takeaways: bool) -> tuple[str, str]:
    match = _LABEL.fullmatch(line) or _PLAIN_LABEL.fullmatch(line)
    if match is None:
        return "", ""
    name = re.sub(r"[\s\d.、:：]+", "", match.group(1)).casefold()
    if name in SUMMARY_LABELS:
        return "summary", match.group(2)
    if name in TAKEAWAY_LABELS:
        return "takeaways", match.group(2)
    # A label nobody has seen yet: alone on its line, after the summary, with a list under it.
    first = next((text for text in following if text.strip()), "")
    if expects_takeaways and not match.group(2) and _ITEM.match(first):
        return "takeaways", ""
    return "", ""


def _before_notes(lines: list[str], *, bounded: bool) -> list[str]:
    """Return a summary's lines; where no link line ends it, only its first paragraph."""
    if bounded:
        return lines
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    stop = next((i for i in range(start, len(lines)) if not lines[i].strip()), len(lines))
    return lines[start:stop]


def _items(lines: list[str]) -> list[str]:
    """Return the takeaways: the items of the first list, else each line of text.

    Sentences around the list ("以下是..." before, "希望..." after) are the model talking.
    """
    text = "\n".join(lines)
    if _HTML_ITEM.search(text):
        parts = _HTML_ITEM.split(text)[1:]
        return [
            re.split(r"</[ou]l\s*>", part, maxsplit=1, flags=re.IGNORECASE)[0] for part in parts
        ]
    items: list[str] = []
    blank_before = False
    for line in lines:
        match = _ITEM.match(line)
        if not line.strip():
            blank_before = True
            continue
        if match:
            items.append(match.group(2))
        elif items and (line.startswith((" ", "\t")) or not blank_before):
            items[-1] += "\n" + line
        elif items:
            break
        blank_before = False
    return items or [line for line in lines if line.strip()]
