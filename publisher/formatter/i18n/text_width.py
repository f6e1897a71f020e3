"""Texts by the columns they take: a wide character takes two (Unicode TR 11).

Why not wcwidth's own functions: docs/decisions/0031-own-text-wrapping.md.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.language_detection import language

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN_COLUMNS = 72  # RFC 3676, 4.2: lines of 78 at most, with room for two quotations
# Where a line must not begin or end; GB/T 15834-2011 and W3C's Requirements for Chinese Layout.
NO_LINE_START = frozenset("、。，．：；！？）］｝〉》」』】〕〗’”…—·%‰℃,.:;!?)]}")
NO_LINE_END = frozenset("（［｛〈《「『【〔〖‘“([{￥$")
_UNSPACED = frozenset(("zh", "ja", "th"))
# Nearly all text is of these; the table of the rest takes its time to load. First, last, columns.
WIDTHS = (
    ("\u0020", "\u007e", 1),
    ("\u4e00", "\u9fff", 2),
    ("\uff01", "\uff5e", 2),
    ("\u3001", "\u3020", 2),
    ("\u2010", "\u2027", 1),
    ("\u00a0", "\u02ff", 1),
    ("\u0370", "\u0482", 1),
    ("\u2190", "\u2319", 1),
    ("\u2070", "\u20cf", 1),
    ("\u3041", "\u3096", 2),
    ("\u309b", "\u30ff", 2),
    ("\u3400", "\u4dbf", 2),
)


def rule(character: str, columns: int = PLAIN_COLUMNS) -> str:
    """Return a line of `columns` times `character`."""
    return character * columns


def wrap(
    text: str, indent: str = "", first: str | None = None, columns: int = PLAIN_COLUMNS
) -> str:
    """Return `text` in lines of at most `columns`, where a wide character counts two.

    Lines begin with `indent`, the first with `first` where it is given. Breaks come at blanks and
    beside wide characters, but not before closing or after opening punctuation. A word that is
    longer than a line is cut; an address is not: cut, it would be dead.
    """
    lines: list[str] = []
    line = indent if first is None else first
    used = text_width(line)
    empty = True
    for blank, chunk, width in _chunks(text, columns - text_width(indent)):
        gap = 1 if blank and not empty else 0
        if not empty and used + gap + width > columns:
            lines.append(line)
            line, used, gap = indent, text_width(indent), 0
        line += " " * gap + chunk
        used += gap + width
        empty = False
    lines.append(line)
    return "\n".join(lines)


def shortened(text: str, columns: int) -> str:
    """Return `text` cut at a blank (Chinese: anywhere) to `columns`, with "…" where it was cut."""
    if 2 * len(text) <= columns or text_width(text) <= columns:
        return text
    used, end = 0, 0
    if text.isascii():
        end = columns - 1
    else:
        for end, character in enumerate(text):  # noqa: B007 - where it stopped
            used += _width(character)
            if used >= columns:
                break
    cut = text[:end]
    if language(cut) not in _UNSPACED and " " in cut:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,;:，；：") + "…"


def text_width(text: str) -> int:
    """Return the columns that `text` takes on a terminal (Unicode TR 11)."""
    return len(text) if text.isascii() else sum(_width(character) for character in text)


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    for first, last, width in WIDTHS:
        if first <= character <= last:
            return width
    from wcwidth import wcwidth  # noqa: PLC0415 - see WIDTHS

    return max(0, wcwidth(character))


def _chunks(text: str, limit: int) -> Iterator[tuple[bool, str, int]]:
    """Yield (after a blank, piece that must not be broken, its width); none is over `limit`."""
    for word in text.split():
        blank = True
        for piece in _pieces(word):
            width = text_width(piece)
            if width <= limit or "://" in piece:
                yield blank, piece, width
            else:
                for part in _cut(piece, limit):
                    yield blank, part, text_width(part)
                    blank = False
            blank = False


def _pieces(word: str) -> Iterator[str]:
    if word.isascii():
        yield word
        return
    start = 0
    for index in range(1, len(word)):
        before, after = word[index - 1], word[index]
        # Also not after an opening bracket that stands at the piece's start: it holds on to what
        # follows, and what follows may be the next piece.
        beside_wide = _width(before) == 2 or _width(after) == 2  # noqa: PLR2004 - a wide one
        joined = (
            after in NO_LINE_START
            or before in NO_LINE_END
            or (_width(after) == 0 and unicodedata.category(after) in ("Mn", "Me", "Cf"))
        )
        if beside_wide and not joined:
            yield word[start:index]
            start = index
    yield word[start:]


def _cut(piece: str, limit: int) -> Iterator[str]:
    part, used = "", 0
    for character in piece:
        width = _width(character)
        if part and used + width > limit:
            yield part
            part, used = "", 0
        part += character
        used += width
    yield part
