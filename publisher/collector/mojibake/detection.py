"""Detection of a wrong decoding, without a language model.

UTF-8 decoded by a single-byte code page has lead characters ("æ", "å", "Ã")
before signs that no text has there ("¤", "¼", "€"). UTF-8 decoded as GBK has
rare ideographs whose bytes happen to be UTF-8.
"""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.mojibake.codepages import (
    BYTE_OF,
    CONTINUATION,
    LEAD_PAIR,
    MIDDLE_PAIR,
    WEAK_BYTES,
    gbk_bytes,
    gbk_pairs,
)


def _chars(values: frozenset[int] | range | bytes) -> str:
    """Return the characters of the single bytes `values`, escaped for a character class."""
    members = frozenset(values)
    return re.escape("".join(sorted(char for char, byte in BYTE_OF.items() if byte in members)))


_ANY: Final = _chars(CONTINUATION)
_SURE: Final = _chars(frozenset(CONTINUATION) - WEAK_BYTES)
_LEAD_3: Final = _chars(range(0xE2, 0xF0))
_LEAD_2: Final = _chars(range(0xC2, 0xD2))

STRONG: Final = re.compile(
    # A single class first, so that a search skips sound text quickly.
    f"[{_LEAD_3}ğðÃÂÄÅÎÏÐÑ](?:"
    # Three bytes of which one cannot follow a letter; four bytes of an emoji;
    # two bytes such as "Ã©" and "Â°", but no capital letter before a quote.
    f"(?<=[{_LEAD_3}])(?:[{_SURE}][{_ANY}\ufffd?]|[{_ANY}\ufffd?][{_SURE}])"
    f"|(?<=[ğð])[Ÿ\x9f\x9d\x90][{_ANY}]"
    f"|(?<=[ÃÂÄÅÎÏÐÑ])[{_SURE}©®°§¶«ª²³º¹·¿¡»]"
    # "Ãš", "Å¾" after a small letter, which is not Portuguese
    f"|(?<=[a-z][ÃÄÅ])[{_ANY}])"
)
WEAK: Final = re.compile(
    f"(?<![A-Za-z])[{_LEAD_3}][{_ANY}\ufffd]|[ÃÂÄÅ][{_ANY}\ufffd]|(?<=[a-z])[ÃÄÅ](?=[a-z])"
)
_LEAD: Final = re.compile(f"[{_LEAD_3}]")
_BARE_LEAD: Final = re.compile(f"[{_LEAD_3}](?![{_ANY}])")
_ENOUGH_LEADS: Final = 10
_CUT_SHORT: Final = re.compile(f"[{_LEAD_3}][{_ANY}]?(?![{_ANY}])(\\??)")


_GBK_BEGINNING: Final = re.compile(f"[{LEAD_PAIR}][{MIDDLE_PAIR}]")

# Text first decoded by a single-byte code page, then as GBK: "Ã¤Â¸" becomes "盲赂".
_TWICE: Final = re.compile(
    f"[{gbk_pairs(range(0xC3, 0xC4), bytes(range(0xA2, 0xB0)))}][^\x00-\x7f]{{2,5}}"
)


def gbk_signs(text: str) -> int:
    """Return the number of characters of ``text`` that look like UTF-8 decoded as GBK.

    Sound Chinese text has a matching triple by accident about once in 100,000
    characters, and then its bytes are hardly ever two common characters.
    """
    signs = 0
    if _GBK_BEGINNING.search(text):
        from publisher.collector.mojibake import gbk  # noqa: PLC0415 - compiles slow patterns

        signs += gbk.count_plausible(text)
    for match in _TWICE.finditer(text):
        decoded = b"".join(map(gbk_bytes, match[0])).decode("utf-8", "ignore")
        signs += STRONG.search(decoded) is not None
    return signs


def single_byte_signs(text: str) -> int:
    """Return the number of sure signs of a single-byte code page in ``text``."""
    return len(STRONG.findall(text))


def marks_losses_by_question_mark(text: str) -> bool:
    """Return whether most truncated characters in ``text`` end with a "?"."""
    marked = [match[1] == "?" for match in _CUT_SHORT.finditer(text)]
    return 2 * marked.count(True) > len(marked)


def share_of_bare_leads(line: str) -> float:
    """Return the share of characters reduced to one byte, 0 for a line with few."""
    leads = len(_LEAD.findall(line))
    return len(_BARE_LEAD.findall(line)) / leads if leads >= _ENOUGH_LEADS else 0.0


def looks_damaged(text: str) -> bool:
    """Return whether ``text`` has signs of a wrong decoding; fast, raises nothing."""
    return not text.isascii() and (STRONG.search(text) is not None or gbk_signs(text) > 0)
