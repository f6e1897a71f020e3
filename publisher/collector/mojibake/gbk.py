"""UTF-8 decoded as GBK: patterns of thousands of characters, imported for suspicious text only."""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.mojibake.codepages import (
    CONTINUATION,
    LEAD_PAIR,
    MIDDLE_PAIR,
    gbk_bytes,
    gbk_pairs,
)
from publisher.collector.mojibake.general_frequency import general_frequency

_LAST_PAIR: Final = gbk_pairs(range(0x81, 0xC0), CONTINUATION)
_PART: Final = re.compile(f"[{LEAD_PAIR}{MIDDLE_PAIR}{_LAST_PAIR}]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f\ufffd]")
_THREE: Final = f"[{LEAD_PAIR}][{MIDDLE_PAIR}][{_LAST_PAIR}]"
_RUN: Final = re.compile(f"{_THREE}(?:{_THREE})*")

# "Jürgen" decoded as GBK is "J眉rgen".
LETTER_AS_GBK: Final = re.compile(f"[A-Za-z][{gbk_pairs(range(0xC3, 0xC6), CONTINUATION)}][a-z]")

_PLAUSIBLE: Final = 1e-5
_MOSTLY: Final = 0.8


def count_plausible(text: str) -> int:
    """Return the number of characters of ``text`` whose bytes are UTF-8 of common characters."""
    count = 0
    for match in _RUN.finditer(text):
        decoded = b"".join(map(gbk_bytes, match[0])).decode("utf-8", "replace")
        if all(general_frequency(char) >= _PLAUSIBLE for char in decoded):
            count += len(match[0])
    return count


def is_mostly_gbk(line: str) -> bool:
    """Return whether nearly all characters of ``line`` can be UTF-8 decoded as GBK."""
    chars: list[str] = _BEYOND_ASCII.findall(line)
    parts = sum(_PART.match(char) is not None for char in chars)
    return bool(chars) and parts >= _MOSTLY * len(chars)
