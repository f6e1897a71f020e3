"""Signs of a wrong decoding, found without a language model.

UTF-8 that was read through a single-byte code page shows a lead character
("æ", "å", "Ã") followed by signs that no text puts there ("¤", "¼", "€").
UTF-8 read as GBK shows rare ideographs whose bytes happen to be UTF-8.
"""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.mojibake.codepages import (
    BYTE_OF,
    CONTINUATION,
    WEAK_BYTES,
    gbk_bytes,
)


def _chars(values: frozenset[int] | range | bytes) -> str:
    wanted = frozenset(values)
    return re.escape("".join(sorted(char for char, byte in BYTE_OF.items() if byte in wanted)))


_ANY: Final = _chars(CONTINUATION)
_SURE: Final = _chars(frozenset(CONTINUATION) - WEAK_BYTES)
_LEAD_3: Final = _chars(range(0xE2, 0xF0))
_LEAD_2: Final = _chars(range(0xC2, 0xD2))

STRONG: Final = re.compile(
    # One class in front lets a search pass over sound text at once.
    f"[{_LEAD_3}ğðÃÂÄÅÎÏÐÑ](?:"
    # Three bytes of which one cannot follow a letter; four bytes of an emoji;
    # two bytes: "Ã©", "Â°" and the like, but not a capital before a quote.
    f"(?<=[{_LEAD_3}])(?:[{_SURE}][{_ANY}\ufffd?]|[{_ANY}\ufffd?][{_SURE}])"
    f"|(?<=[ğð])[Ÿ\x9f\x9d\x90][{_ANY}]"
    f"|(?<=[ÃÂÄÅÎÏÐÑ])[{_SURE}©®°§¶«ª²³º¹·¿¡»]"
    # "Ãš", "Å¾" after a small letter; "Ã" between small letters cannot be Portuguese
    f"|(?<=[a-z][ÃÄÅ])[{_ANY}])"
)
WEAK: Final = re.compile(
    f"(?<![A-Za-z])[{_LEAD_3}][{_ANY}\ufffd]|[ÃÂÄÅ][{_ANY}\ufffd]|(?<=[a-z])[ÃÄÅ](?=[a-z])"
)
_LEAD: Final = re.compile(f"[{_LEAD_3}]")
_BARE_LEAD: Final = re.compile(f"[{_LEAD_3}](?![{_ANY}])")
_ENOUGH_LEADS: Final = 10
_CUT_SHORT: Final = re.compile(f"[{_LEAD_3}][{_ANY}]?(?![{_ANY}])(\\??)")


def pair_class(firsts: range, seconds: bytes) -> str:
    """Return the characters, for a class, that two such bytes are in GBK."""
    pairs = (bytes([first, second]) for first in firsts for second in seconds)
    return re.escape("".join(pair.decode("gbk", "ignore") for pair in pairs))


LEAD_PAIR: Final = pair_class(range(0xE2, 0xEA), CONTINUATION) + pair_class(
    range(0xEF, 0xF0), CONTINUATION
)
MIDDLE_PAIR: Final = pair_class(range(0x81, 0xC0), bytes(range(0xE2, 0xEA)) + b"\xef")
_GBK_BEGINNING: Final = re.compile(f"[{LEAD_PAIR}][{MIDDLE_PAIR}]")

# The same after a first, single-byte misreading: "Ã¤Â¸" read as GBK is "盲赂".
_TWICE: Final = re.compile(
    f"[{pair_class(range(0xC3, 0xC4), bytes(range(0xA2, 0xB0)))}][^\x00-\x7f]{{2,5}}"
)


def gbk_signs(text: str) -> int:
    """Return how many characters of ``text`` look like UTF-8 read as GBK.

    Sound Chinese text gives a triple that fits by accident about once in a
    hundred thousand characters, and then hardly ever two common characters.
    """
    signs = 0
    if _GBK_BEGINNING.search(text):
        from publisher.collector.mojibake import gbk  # noqa: PLC0415 - takes longer than the search

        signs += gbk.plausible(text)
    for match in _TWICE.finditer(text):
        decoded = b"".join(map(gbk_bytes, match[0])).decode("utf-8", "ignore")
        signs += STRONG.search(decoded) is not None
    return signs


def single_byte_signs(text: str) -> int:
    """Return how many sure signs of a single-byte code page ``text`` holds."""
    return len(STRONG.findall(text))


def marks_losses_by_question_mark(text: str) -> bool:
    """Tell whether the characters cut short in ``text`` mostly have a "?"."""
    marked = [match[1] == "?" for match in _CUT_SHORT.finditer(text)]
    return 2 * marked.count(True) > len(marked)


def share_of_bare_leads(line: str) -> float:
    """Return the share of characters left with one byte, 0 for a short line."""
    leads = len(_LEAD.findall(line))
    return len(_BARE_LEAD.findall(line)) / leads if leads >= _ENOUGH_LEADS else 0.0


def looks_damaged(text: str) -> bool:
    """Tell whether ``text`` shows signs of a wrong decoding; quick, never raises."""
    return not text.isascii() and (STRONG.search(text) is not None or gbk_signs(text) > 0)
