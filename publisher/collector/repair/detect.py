"""Signs of a wrong decoding, found without a language model.

UTF-8 that was read through a single-byte code page shows a lead character
("æ", "å", "Ã") followed by signs that no text puts there ("¤", "¼", "€").
UTF-8 read as GBK shows rare ideographs whose bytes happen to be UTF-8.
"""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.repair.codepages import BYTE_OF, CONTINUATION, WEAK_BYTES, gbk_bytes
from publisher.collector.repair.general_frequency import general_frequency


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

_PLAUSIBLE: Final = 1e-5
_MOSTLY: Final = 0.8


def _pair_class(firsts: range, seconds: bytes) -> str:
    pairs = (bytes([first, second]) for first in firsts for second in seconds)
    return re.escape("".join(pair.decode("gbk", "ignore") for pair in pairs))


_LEADS: Final = bytes(range(0xE2, 0xEA)) + b"\xef"
_LEAD_PAIR: Final = _pair_class(range(0xE2, 0xEA), CONTINUATION) + _pair_class(
    range(0xEF, 0xF0), CONTINUATION
)
_MIDDLE_PAIR: Final = _pair_class(range(0x81, 0xC0), _LEADS)
_LAST_PAIR: Final = _pair_class(range(0x81, 0xC0), CONTINUATION)
_GBK_PART: Final = re.compile(f"[{_LEAD_PAIR}{_MIDDLE_PAIR}{_LAST_PAIR}]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f\ufffd]")
_GBK_THREE: Final = f"[{_LEAD_PAIR}][{_MIDDLE_PAIR}][{_LAST_PAIR}]"
GBK_RUN: Final = re.compile(f"{_GBK_THREE}(?:{_GBK_THREE})*")

# "Jürgen" read as GBK is "J眉rgen".
LETTER_AS_GBK: Final = re.compile(f"[A-Za-z][{_pair_class(range(0xC3, 0xC6), CONTINUATION)}][a-z]")

# The same after a first, single-byte misreading: "Ã¤Â¸" read as GBK is "盲赂".
_TWICE: Final = re.compile(
    f"[{_pair_class(range(0xC3, 0xC4), bytes(range(0xA2, 0xB0)))}][^\x00-\x7f]{{2,5}}"
)


def gbk_signs(text: str) -> int:
    """Return how many characters of ``text`` look like UTF-8 read as GBK.

    Sound Chinese text gives a triple that fits by accident about once in a
    hundred thousand characters, and then hardly ever two common characters.
    """
    signs = 0
    for match in GBK_RUN.finditer(text):
        decoded = b"".join(map(gbk_bytes, match[0])).decode("utf-8", "replace")
        if all(general_frequency(char) >= _PLAUSIBLE for char in decoded):
            signs += len(match[0])
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


def is_mostly_gbk(line: str) -> bool:
    """Tell whether nearly every character of ``line`` can be UTF-8 read as GBK."""
    found: list[str] = _BEYOND_ASCII.findall(line)
    parts = sum(_GBK_PART.match(char) is not None for char in found)
    return bool(found) and parts >= _MOSTLY * len(found)


def looks_damaged(text: str) -> bool:
    """Tell whether ``text`` shows signs of a wrong decoding; quick, never raises."""
    return not text.isascii() and (STRONG.search(text) is not None or gbk_signs(text) > 0)
