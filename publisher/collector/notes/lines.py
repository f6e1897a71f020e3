"""Conversion of the source of notes, Markdown or HTML, to one line for each paragraph."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Ten times the longest notes seen; a model that repeats itself without end is cut off here.
MAX_CHARACTERS = 200_000
MAX_LINES = 5_000

_BLOCK_TAG = re.compile(
    r"</?(?:p|li|ol|ul|dl|dt|dd|div|section|article|pre|br|hr|tr|table|tbody|thead|blockquote|"
    r"h[1-6])\b[^<>]*>",
    re.IGNORECASE,
)
_STRONG_TAG = re.compile(r"</?(?:b|strong|h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
# A line break written as two characters; "\nu" and "\nabla" are TeX.
_WRITTEN_BREAK = re.compile(r"\\n(?![a-zA-Z])|\\r\\n")
# Models also indent with zero-width spaces.
_BLANKS = " \t\r\u00a0\u200b\u3000\ufeff"
_RULE = re.compile(r"[\s>]*+(?:[-*_=~]{3,}+|`{3,}+\w*+|~{3,}+\w*+|</?\w{1,12}>)?\s*+")


class Line(NamedTuple):
    """A paragraph; `at` is the index of its source line."""

    at: int
    text: str  # with list, heading and inline marks


def to_lines(source: Sequence[str]) -> Iterator[Line]:
    """Yield the paragraphs of `source`, without rules and fences.

    At most `MAX_CHARACTERS` and `MAX_LINES` of the source are read.
    """
    left = MAX_CHARACTERS
    source = source[:MAX_LINES]
    closes = [
        index for index, line in enumerate(source) if "<" in line and "</details" in line.lower()
    ]
    hidden_to = -1
    for index, line in enumerate(source):
        if left <= 0:
            return
        marked = "<" in line
        if marked and index > hidden_to and "<details" in line.lower():  # a block of screenshots
            hidden_to = closes[at] if (at := bisect_left(closes, index)) < len(closes) else index
        if index <= hidden_to:
            continue
        text = line[:left]
        left -= len(text)
        if marked:
            text = _STRONG_TAG.sub("**", _BLOCK_TAG.sub(_replace_tag, text))
        if "\\n" in text:
            text = _WRITTEN_BREAK.sub("\n", text)
        for part in text.split("\n"):
            if part and (part[0].isalnum() or not _RULE.fullmatch(part)):
                yield Line(index, part.strip(_BLANKS))


def _replace_tag(match: re.Match[str]) -> str:
    return _line_break(match[0])


@lru_cache(maxsize=256)  # every line has the same tags
def _line_break(tag: str) -> str:
    # A heading is also emphasised.
    heading = tag.lstrip("</").lower().startswith("h") and tag[-2] in "123456"
    return ("**\n" if tag.startswith("</") else "\n**") if heading else "\n"
