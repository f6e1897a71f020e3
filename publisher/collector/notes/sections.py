"""Assignment of the lines of notes to their parts, by a walk that remembers its section.

The prompt asks for eight numbered sections. Sections 1 to 5 repeat title, authors and links and are
dropped. Section 6 is a summary in four items, 7 the method in steps, 8 a conclusion in two items,
of which the second has innovation, performance and workload. The model answers in three turns, and
each may be Markdown or HTML, with or without numbers, with or without a greeting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.notes import labels
from publisher.collector.notes.labels import NoteSection
from publisher.collector.notes.leaks import (
    FEW_WORDS,
    LeakKind,
    has_signs,
    without_leaks,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.collector.notes.lines import Line

_NO_TEXT = " *_：:；;。.,，、-\t"
_QUALITIES_ITEM = 2  # number of the conclusion's item with the qualities
_PART_OF_ITEM = {1: "background", 2: "past_methods", 3: "method", 4: "results"}
_NUMERALS = "一二三四五六七八九"
_DIGITS = {**{c: n for n, c in enumerate(_NUMERALS, 1)},
           **{c: n for n, c in enumerate("①②③④⑤⑥⑦⑧⑨", 1)}}  # fmt: skip
_ITEM = re.compile(
    r"[*_>#\s]*+(?:[-+•·●◦▪]\s*+)?[*_\s]*+(?:"
    r"[（(]\s?(?P<round>\d{1,2}|[一二三四五六七八九])\s?[)）]|"
    r"(?P<circled>[①②③④⑤⑥⑦⑧⑨])|"
    r"(?P<bare>\d{1,2}|[一二三四五六七八九])\s?(?:[)）、]|[.．](?!\d)))[*_\s]*[：:.、]?[*_]*\s*"
)
_ROUND = re.compile(r"[（(]\d[)）]")
_INNER_ITEM = re.compile(r"(?<=[。；;：:.！!])\s*+[-*]?\s*+[（(](\d)[)）][：:]?\s*")
_BULLET = re.compile(r"\s*(?:[-+•·●◦▪‧–—>]\s+|[*]\s+|#{1,6}\s+|[-•·●◦▪](?=[一-鿿]))+")
_WRAP_UP = re.compile(
    r"[*_]*(?:综上|总之|总的来说|总体(?:来说|而言|上|来看)?|整体(?:来说|而言|上|来看)|综合来看|总结来说|总结[：:]|"
    r"overall\b|in summary\b|in conclusion\b)",
    re.IGNORECASE,
)
_ABOUT_METHOD = re.compile(r"方法|步骤|method", re.IGNORECASE)
_ABOUT_CONCLUSION = re.compile(r"结论|评价|意义|创新点|工作量|评论|总结|conclusion", re.IGNORECASE)


class PlacedText(NamedTuple):
    """A piece of text with its part, or no text and the kinds of leaks `dropped` from it."""

    at: int
    section: NoteSection
    part: str
    text: str
    dropped: tuple[LeakKind, ...] = ()


@dataclass(slots=True)
class _Position:
    """The walk's position: section, item of the section, and part that text belongs to."""

    section: NoteSection = NoteSection.START
    item: int = 0
    part: str = ""

    def enter(self, section: NoteSection) -> None:
        self.section, self.item = section, 0
        self.part = {NoteSection.METHOD: "method", NoteSection.CONCLUSION: "conclusion"}.get(
            section, ""
        )
        if section is NoteSection.SUMMARY:
            self.part = "background"


def assign_parts(lines: Iterable[Line]) -> Iterator[PlacedText]:
    """Yield the pieces of `lines` in order, without labels, each with its part."""
    here = _Position()
    for line in lines:
        # A leak may follow the number of an item, which still counts.
        mark = match.group(0) if (match := _item(line.text)) else ""
        # Searched once a line, not again in its pieces. Tags and entities may hide a sign.
        clean = not has_signs(line.text) and "<" not in line.text and "&" not in line.text
        text, kinds = _without_leaks(line.text[len(mark) :], clean=clean)
        if LeakKind.GREETING in kinds:
            _follow_greeting(here, line.text)
        text = _enter_headings(here, (mark + text).strip())
        early = here.section in (NoteSection.START, NoteSection.META)
        if early and not _begins_summary(here, text):
            if text.strip(_NO_TEXT) and here.section is NoteSection.START:
                kinds = (*kinds, LeakKind.UNPLACED)
            text = ""
        if text and (header := labels.header(text)) and not header.rest:
            text = ""  # a label out of order
        if kinds:
            yield PlacedText(line.at, here.section, "", "", kinds)
        if text:
            yield from _assign_pieces(here, line.at, text, clean=clean)


def _enter_headings(here: _Position, text: str) -> str:
    """Enter the sections whose headings `text` begins with; return the text after them."""
    while heading := _heading(here, text):
        if heading.section is not here.section or here.section is not NoteSection.META:
            here.enter(heading.section)
        text = heading.rest
    return text


def _without_leaks(text: str, *, clean: bool) -> tuple[str, tuple[LeakKind, ...]]:
    """Return `without_leaks(text)`, at once where the line of `text` is known to be `clean`."""
    return (text, ()) if clean and len(text) > FEW_WORDS else without_leaks(text)


def _assign_pieces(here: _Position, index: int, text: str, *, clean: bool) -> Iterator[PlacedText]:
    for part, piece in _pieces(here, text):
        # Without its label a piece may be an empty placeholder.
        rest, kinds = _without_leaks(piece, clean=clean)
        if kinds:
            yield PlacedText(index, here.section, "", "", kinds)
        if rest.strip(_NO_TEXT):
            yield PlacedText(index, here.section, part, rest)


def _follow_greeting(here: _Position, greeting: str) -> None:
    """Enter the section that a greeting announces, since its heading may be missing."""
    greeting = greeting.lstrip("*# ")[:80]
    if here.section is NoteSection.METHOD:
        if greeting.startswith("好的") and _ABOUT_CONCLUSION.search(greeting):
            here.enter(NoteSection.CONCLUSION)
    elif here.section in (NoteSection.SUMMARY, NoteSection.META) and (
        greeting.startswith(("好的", "接下来", "下面", "以下")) and _ABOUT_METHOD.search(greeting)
    ):
        here.enter(NoteSection.METHOD)


def _accepts(here: _Position, header: labels.Header) -> bool:
    """Return whether `header` is a heading here: sections come in order."""
    now = here.section
    early = now in (NoteSection.START, NoteSection.META)
    match header.section:
        case NoteSection.META:
            return early or (
                now is NoteSection.SUMMARY and header.number in ("1", "2", "3", "4", "5")
            )
        case NoteSection.SUMMARY:
            return early or (header.number == "6" and now is NoteSection.SUMMARY)
        case NoteSection.METHOD:
            if header.number == "7" or early:
                return now is not NoteSection.CONCLUSION
            inside = header.bullet or (bool(header.rest) and here.item < len(_PART_OF_ITEM))
            return now is NoteSection.SUMMARY and not inside
        case _:
            return header.number == "8" or not header.bullet


def _heading(here: _Position, text: str) -> labels.Header | None:
    """Return the heading at the beginning of `text`, None where it is not accepted here."""
    header = labels.header(text) if text else None
    if header is None:
        return None
    late = here.section is NoteSection.METHOD or here.item >= len(_PART_OF_ITEM)
    if (
        header.section is NoteSection.SUMMARY
        and late
        and not header.bullet
        and header.number != "6"
    ):
        # "总结" is also the heading of the last section; in running text it begins a sentence.
        if not header.rest or _item(header.rest):
            return header._replace(section=NoteSection.CONCLUSION)
        return None
    return header if _accepts(here, header) else None


def _begins_summary(here: _Position, text: str) -> bool:
    """Return whether `text` is the first item of a summary without a heading, and enter it."""
    match = _item(text)
    first = match is not None and match.group("round") == "1"
    lead, _ = labels.lead_in(_plain_start(text[match.end() :] if match else text))
    if not first and lead != "background":
        return False
    here.enter(NoteSection.SUMMARY)
    return True


def _pieces(here: _Position, text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a line with their parts, and update `here`."""
    if here.section is not NoteSection.CONCLUSION and _turns_to_conclusion(here, text):
        here.enter(NoteSection.CONCLUSION)
        here.item = 1  # the next item is the second
    for piece in _split_items(here, text):
        if here.section is NoteSection.SUMMARY:
            yield _summary_piece(here, piece)
        elif here.section is NoteSection.METHOD:
            match = _item(piece)
            yield "method", _plain_start(piece[match.end() :] if match else piece)
        else:
            yield from _conclusion_pieces(here, piece)


def _turns_to_conclusion(here: _Position, text: str) -> bool:
    """Return whether `text` begins a conclusion without a heading."""
    match = _item(text)
    rest = _plain_start(text[match.end() :] if match else text)
    if here.section is NoteSection.SUMMARY and here.item < len(_PART_OF_ITEM):
        return False
    if match and labels.without_significance(rest)[0]:
        return True
    # A method may list its innovations as one step of many.
    in_place = match is None or _number(match) == _QUALITIES_ITEM
    return in_place and labels.quality(rest)[0] == "innovation"


def _split_items(here: _Position, text: str) -> list[str]:
    """Return the items on a line, each with its mark."""
    if here.section is NoteSection.METHOD:
        return [text]
    starts = [0]
    if "(" not in text and "（" not in text:
        return [text]
    first = _item(text)
    expected = _number(first) + 1 if first else here.item + 1
    for match in _INNER_ITEM.finditer(text) if _ROUND.search(text) else ():
        if int(match.group(1)) == expected:
            starts.append(match.end() - len(match.group(0).lstrip()))
            expected += 1
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _item(text: str) -> re.Match[str] | None:
    """Return the match of an item's mark at the beginning of `text`."""
    # Most lines begin with a letter, and the only letters that are marks are numerals.
    first = text[:1]
    return None if first.isalpha() and first not in _NUMERALS else _ITEM.match(text)


def _number(match: re.Match[str]) -> int:
    mark = match.group("round") or match.group("circled") or match.group("bare") or ""
    return _DIGITS.get(mark) or int(mark)


def _summary_piece(here: _Position, text: str) -> tuple[str, str]:
    match = _item(text)
    number = _number(match) if match else 0
    if match and (number > here.item if match.group("round") else number == here.item + 1):
        here.item = number
        here.part = _PART_OF_ITEM.get(number, "results")
        text = text[match.end() :]
    text = _plain_start(text)
    part, rest = labels.lead_in(text)
    if part:
        here.part = part
        return part, rest
    return here.part, text


def _conclusion_pieces(here: _Position, text: str) -> Iterator[tuple[str, str]]:
    match = _item(text)
    if match:
        number = _number(match)
        text = text[match.end() :]
        if number == here.item + 1 and (match.group("round") or number <= _QUALITIES_ITEM):
            here.item = number
            if number <= _QUALITIES_ITEM:
                here.part = "conclusion"
    text = _plain_start(text)
    has_label, text = labels.without_significance(text)
    if has_label:
        here.part = "conclusion"
    if here.item >= _QUALITIES_ITEM or here.part != "conclusion" or not here.item:
        text = labels.without_all_qualities(text) if not labels.quality(text)[0] else text
    if here.part in labels.QUALITIES and _WRAP_UP.match(text):
        here.part = "conclusion"
    name, rest = labels.quality(text)
    if name:
        here.part, text = name, rest
    for name, piece in labels.qualities(text):
        here.part = name or here.part
        yield here.part, piece


def _plain_start(text: str) -> str:
    """Return `text` without the list or heading mark before it."""
    match = None if text[:1].isalnum() else _BULLET.match(text)
    return text[match.end() :].strip() if match else text.strip()
