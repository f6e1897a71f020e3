"""Takeaways: the items of a list that a language model wrote, in any shape of list.

An item is its source without list marks. Lines in which the model talks to its reader (the one that
announces the list, the courtesy after it) are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from publisher.collector.notes.leaks import LeakKind, without_leaks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARK = (
    r"(?:[-*+•·‧▪●◦○■□◆◇►▶▸➤➢✓✔→★☆✦–—][ \t]+|[-•·‧▪●◦○■□◆◇►▶▸➤➢✓✔→★☆✦](?=[\u3400-\u9fff])|"
    r"[（(]\d{1,2}[)）][.、：:]?[ \t]*|\d{1,2}(?:[)）、]|[.．](?!\d)|[:：](?!\d)|"
    r"\ufe0f?\u20e3)[ \t]*|"
    r"[①-⑳⑴-⒇⒈-⒛][ \t]*|[（(][一二三四五六七八九十]{1,2}[)）][ \t]*|"
    r"[一二三四五六七八九十]{1,2}、[ \t]*|"
    r"[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff]\ufe0f?[ \t]+)"
)
_ITEM = re.compile(rf"([ \t]*){_MARK}{{1,2}}+(.*)")
_BOLD_NUMBER = re.compile(r"([ \t]*)(?:[-*+•][ \t]+)?(\*\*|__)[ \t]*\d{1,2}[.、．)）][ \t]*(.*)")
_HTML = re.compile(r"<(/?)(ul|ol|li|p|br)\b[^<>]{0,200}>", re.IGNORECASE)
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_BOLD = re.compile(r"[ \t]*(\*\*|__)(?:(?!\1).)+\1[ \t]*[:：]?[ \t]*")
# A paragraph after the list that is about the list, or speaks to the reader.
_CLOSING = re.compile(
    r"[*_（(\s]*(?:希望|以上|上述|如需|如有|如果(?:您|你|需要)|若需|若有|感谢|谢谢|欢迎|注[：:]|请|"
    r"(?:这些|这份|这个|该|本|此)(?:关键|主要|核心)?(?:要点|见解|点|观点|信息|摘要|总结|概括|整理)|"
    r"(?i:note:|let me know|i hope|hope this|these (?:points|takeaways|insights)))"
)
_SENTENCE_END = re.compile(r"[。！？!?.;；][*_ \t]*$")
NESTED = 2  # spaces of indentation
LONGEST_COURTESY = 300  # characters


@dataclass(frozen=True, slots=True)
class Takeaways:
    """Items as source text, and the indices of the lines that were left out."""

    items: tuple[str, ...]
    courtesy: tuple[int, ...]


@dataclass(slots=True)
class _Line:
    index: int
    indent: int
    text: str  # without list mark
    listed: bool
    after_blank: bool


DEEPEST = 8  # lists in lists
MOST_PIECES = 2000  # lines of a list, or items of a line of HTML: bounds the cost of an attack


def is_item(line: str) -> bool:
    """Return whether `line` begins an item of a list."""
    return bool(_ITEM.match(line) or _BOLD_NUMBER.match(line) or "<li" in line.lower())


def is_courtesy(line: str) -> bool:
    """Return whether `line` is nothing but the model talking to its user."""
    if len(line) > LONGEST_COURTESY or not line.strip():
        return False
    rest, kinds = without_leaks(line.strip(" \t*_>-"))
    return not rest.strip(" *_。！!：:") and bool(kinds) and LeakKind.PLACEHOLDER not in kinds


def read_takeaways(lines: Sequence[str], *, bounded: bool) -> Takeaways:
    """Return the takeaways in `lines`, which begin after the label.

    Where they are not `bounded`, nothing marks their end: the first text after the list ends them.
    """
    entries = list(islice(_lines(lines), MOST_PIECES))
    last_item = max((n for n, line in enumerate(entries) if line.listed), default=-1)
    items: list[str] = []
    courtesy: list[int] = []
    top = 0  # indentation of the item that nested items belong to
    for n, line in enumerate(entries):
        edge = not line.listed or n == last_item
        closing = n > last_item >= 0 and line.after_blank and _CLOSING.match(line.text)
        if closing or (edge and is_courtesy(line.text)):
            courtesy.append(line.index)
        elif line.listed:
            nested = bool(items) and line.indent >= top + NESTED and _is_lead_in(items[-1])
            if nested or (items and line.indent >= top + NESTED and "\n" in items[-1]):
                items[-1] += "\n" + line.text
            else:
                items.append(line.text)
                top = line.indent if line.indent < top + NESTED else top
        elif n < last_item and not items:
            if line.text.rstrip("*_ ").endswith((":", "：")):
                courtesy.append(line.index)  # it announces the list
            else:
                items.append(line.text)
        elif (
            items
            and (not line.after_blank or line.indent or n < last_item or _is_lead_in(items[-1]))
            and last_item >= 0
        ):
            items[-1] += "\n" + line.text
        elif last_item >= 0 and not bounded:
            break
        elif items and last_item < 0 and _is_lead_in(items[-1]):
            items[-1] += "\n" + line.text
        else:
            items.append(line.text)
    return Takeaways(tuple(items), tuple(courtesy))


def _lines(lines: Sequence[str]) -> Iterator[_Line]:
    """Yield the lines that are not blank, with HTML lists as Markdown lists."""
    after_blank, depth = False, 0
    for index, line in enumerate(lines):
        if "<" in line:
            text, depth = _from_html(line, depth)
        else:
            text = line
        for piece in text.split("\n"):
            if not piece.strip():
                after_blank = after_blank or not line.strip() or "</" in line
                continue
            heading = _HEADING.match(piece) if "#" in piece else None
            part = piece[heading.end() :] if heading else piece
            bold = _BOLD_NUMBER.match(part) if "**" in part or "__" in part else None
            plain = None if bold else _ITEM.match(part)
            if bold:
                body, listed = bold.group(2) + bold.group(3), True
            else:
                body, listed = (plain.group(2), True) if plain else (part.strip(), False)
            yield _Line(index, _indent(part), body, listed, after_blank)
            after_blank = False


def _indent(text: str) -> int:
    if not text[:1].isspace():
        return 0
    text = text.expandtabs(4)
    return len(text) - len(text.lstrip())


def _from_html(line: str, depth: int) -> tuple[str, int]:
    """Return `line` with list elements as marks, and the depth of lists at its end."""
    pieces: list[str] = []
    end = 0
    for match in _HTML.finditer(line):
        pieces.append(line[end : match.start()])
        end = match.end()
        closing, name = bool(match.group(1)), match.group(2).lower()
        if name in ("ul", "ol"):
            depth = max(0, depth - 1) if closing else min(DEEPEST, depth + 1)
            pieces.append("\n\n" if closing and not depth else "\n")
        elif name == "li" and not closing:
            pieces.append("\n" + " " * NESTED * max(0, depth - 1) + "- ")
        elif name == "br":
            pieces.append("\n  ")
    return "".join(pieces) + line[end:], depth


def _is_lead_in(item: str) -> bool:
    """Return whether `item` only introduces what follows: "Speed:" or a bold line."""
    last = item.rsplit("\n", 1)[-1].rstrip()
    if last.rstrip("*_ ").endswith((":", "：")):
        return True
    return bool(_BOLD.fullmatch(last)) and not _SENTENCE_END.search(last)
