"""One row of the tables of leaks, and the words that several rows use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LeakKind(StrEnum):
    """What a leak is; the words are those of the findings."""

    GREETING = "greeting"
    PLACEHOLDER = "placeholder"
    INSTRUCTION = "instruction"
    REFUSAL = "refusal"
    UNPLACED = "unplaced"  # text of the notes that belongs to no part


class LeakScope(StrEnum):
    """Where a pattern is looked for."""

    SENTENCE = "sentence"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Leak:
    """One row: `pattern` finds `example` and leaves `look_alike`.

    `sign` is what every match holds, as alternatives that each begin with a character: most lines
    hold no row's, and are not looked at further. It is "" where only a line of a word or two
    matches.
    """

    name: str
    kind: LeakKind
    scope: LeakScope
    pattern: str
    sign: str
    example: str
    look_alike: str


# What the model calls its own text.
ANSWER = (
    r"(?:回答|总结|摘要|概括|概述|解读|答案|整理|翻译|回复|答复|内容|信息|评价|分析|描述|解释|"
    r"介绍|阐述|结论|梳理|评述|说明|论述|详述|叙述)"
)
SOURCE = r"(?:原文|论文|文章|文献|全文|资料|原始|正文)"
