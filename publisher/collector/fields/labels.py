"""Labels in lines: "**Authors:** Ada Author | **Date:** 2024-12-02" as pairs of field and text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.fields.field_words import Field, field_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Piece(NamedTuple):
    """A piece of a line: its field, None where it has no label, its label, and its text."""

    field: Field | None
    label: str
    text: str


_START = re.compile(
    r"\A[\s>]*(?:[-*+•]\s+)?(?:[^\w\s\[\]()*_`<>\"'“「【$\\#|&@~{!.,;:：\-–—/]{1,3}\s*)*"
)
# A bold label with its colon inside or after it, or without one.
_BOLD = re.compile(
    r"(?P<marks>\*{2,3}|__)\s*+(?P<label>[^*\n:：]{1,60}?)\s*+(?P<inside>[:：]?)\s*+(?P=marks)"
    r"[ \t]*(?P<after>[:：]|[-–—](?=\s))?[ \t]*(?P<text>.*)",
    re.DOTALL,
)
# The marks around label and text: `**Authors: Ada Author**`.
_AROUND = re.compile(
    r"(?P<marks>\*{1,3}|_{1,2})\s*(?P<label>[^*_\n:：]{1,40})[:：](?P<text>.*)(?P=marks)\s*"
)
_SLANTED = re.compile(
    r"(?P<marks>[*_`])(?P<label>[^*_`\n:：]{1,40}?)\s*(?P<inside>[:：]?)(?P=marks)\s*(?P<after>[:：]?)\s*(?P<text>.*)",
    re.DOTALL,
)
_BRACKETED = re.compile(
    r"[【\[](?P<label>[^【】\[\]\n]{1,30})[】\]]\s*(?P<after>[:：]?)\s*(?!\()(?P<text>.*)",
    re.DOTALL,
)
_PLAIN = re.compile(
    r"(?P<label>[^:：\n*\[\]|<>。.!?！？,，]{1,40}?)\s*[:：](?!//)\s*(?P<text>.*)", re.DOTALL
)
_LINKED = re.compile(
    r"\[\s*+(?:\*\*)?(?P<label>[^\[\]*\n:：]{1,40}?)(?:\*\*)?\s*+\](?P<target>\([^()\s]{4,2000}\))\s*[:：]\s*(?P<text>.*)",
    re.DOTALL,
)
_DASHED = re.compile(
    r"(?P<label>[^:：\n*\[\]|<>。.!?,，–—-]{1,30}?)\s+[–—-]\s+(?P<text>.*)", re.DOTALL
)
_BEFORE_ID = re.compile(
    r"(?P<label>[^:：\n*\[\]|<>.,\d]{2,20}?)\s+(?P<text>(?:arxiv[:.])?\d{4}\.\d{4,5}(?:v\d{1,2})?|https?://\S+)\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s+[|｜·•/]\s+|\s*[|｜]\s*(?=\*\*|\[)|\s{3,}|\t+")
_SEPARATORS = (" | ", " · ", "|", "｜", " • ", " / ", "   ", "\t")
# Labels in the middle of a line: bold ones, and words before a link.
_NEXT_BOLD = re.compile(
    r"\s(?=(?:\*\*|__)[^*_\n:：]{1,40}(?:[:：]\s*(?:\*\*|__)|(?:\*\*|__)\s*[:：]))"
)
_NEXT_LINK = re.compile(
    r"[,，;；.]\s+(?=[^\s,，;；:：\[\]()*][^,，;；:：\[\]()*\n]{0,24}[:：]\s*(?:\*\*)?(?:\[|<?https?://))"
)
_PATTERNS = (_AROUND, _BOLD, _SLANTED, _BRACKETED, _LINKED, _PLAIN, _BEFORE_ID, _DASHED)
_LONGEST_LINE = 100_000


def first_label(text: str) -> Piece | None:
    """Return the label that `text` begins with and the text after it, None without a label."""
    piece = _labelled(text)
    return piece if piece.label else None


@lru_cache(maxsize=64)
def begins_with_label(text: str) -> bool:
    """Return whether `text` begins with a known label of a paper's field."""
    piece = _labelled(text[:2000])
    return piece.field is not None and field_of(piece.label) is not None


@lru_cache(maxsize=4096)  # readers look at a document's lines more than once
def pieces(text: str) -> tuple[Piece, ...]:
    """Return the pieces of `text`, a line or several, each with its own label if it has one."""
    parts = [part for part in _parts(text[:_LONGEST_LINE]) if part.strip()]
    if len(parts) > 1:  # a pictograph before a label is no text
        parts = [part for part in parts if any(map(str.isalnum, part))]
    return tuple(_labelled(part, is_part=len(parts) > 1) for part in parts)


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a line that may have labels of their own."""
    segments = [text]
    if any(mark in text for mark in _SEPARATORS):
        split = _SEPARATOR.split(text)
        if any(map(_begins_part, split[1:])):
            segments = split
    for segment in segments:
        start = 0
        for match in (
            *(_NEXT_BOLD.finditer(segment) if "**" in segment or "__" in segment else ()),
            *(_NEXT_LINK.finditer(segment) if "http" in segment else ()),
        ):
            if match.start() > start and _labelled(segment[match.end() :][:300]).field is not None:
                yield segment[start : match.start()]
                start = match.end()
        yield segment[start:]


def _begins_part(text: str) -> bool:
    bare = text.strip()
    return _labelled(bare[:300], is_part=True).field is not None or bare.startswith(
        ("[", "![", "`", "http")
    )


def _labelled(text: str, *, is_part: bool = False) -> Piece:
    """Return `text` as a piece with the label that it begins with.

    In a part of a line, a bold label needs no colon.
    """
    stripped = _START.sub("", text, count=1)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(stripped)
        if match is None:
            continue
        if (piece := _piece(pattern, match, is_part=is_part)) is not None:
            return piece
    if (field := field_of(stripped.strip(" *_`:："))) is not None:
        return Piece(field, stripped.strip(" *_`:："), "")
    return Piece(None, "", text.strip())


def _piece(pattern: re.Pattern[str], match: re.Match[str], *, is_part: bool) -> Piece | None:
    """Return the piece of `match`, None where it has no label.

    Words that are not known are labels only in bold and with a colon.
    """
    label = match["label"].strip()
    field = field_of(label)
    text = match["text"].strip()
    if label.startswith("!"):
        text = ""  # the title of a callout
    if pattern is _LINKED:
        text = f"[{label}]{match['target']} {text}"
    if pattern is _BOLD:
        has_colon = bool(match["inside"] or match["after"])
        if field is None and (match["inside"] or (match["after"] or "-") in ":："):
            return Piece(Field.OTHER, label, text)
        return (
            Piece(field, label, text)
            if field and (has_colon or is_part or not text or _may_follow(field, text))
            else None
        )
    if pattern in (_SLANTED, _BRACKETED):
        has_colon = bool(match["after"] or match.groupdict().get("inside"))
        return (
            Piece(field, label, text)
            if field and (has_colon or not text or pattern is _BRACKETED)
            else None
        )
    return Piece(field, label, text) if field else None


def _may_follow(field: Field, text: str) -> bool:
    """Return whether `text` may follow a bold label without a colon, rather than go on with it."""
    return field in (Field.AUTHORS, Field.ABSTRACT, Field.SUMMARY, Field.LINK, Field.CODE) and (
        text[0].isupper() or not text[0].isascii() or text[0] in "[<h"
    )
