"""UTF-8 that was read as GBK: patterns of thousands of characters, which sound text never needs."""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.mojibake.codepages import CONTINUATION, gbk_bytes
from publisher.collector.mojibake.detection import (
    LEAD_PAIR,
    MIDDLE_PAIR,
    pair_class,
)
from publisher.collector.mojibake.general_frequency import general_frequency

_LAST_PAIR: Final = pair_class(range(0x81, 0xC0), CONTINUATION)
_PART: Final = re.compile(f"[{LEAD_PAIR}{MIDDLE_PAIR}{_LAST_PAIR}]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f\ufffd]")
_THREE: Final = f"[{LEAD_PAIR}][{MIDDLE_PAIR}][{_LAST_PAIR}]"
_RUN: Final = re.compile(f"{_THREE}(?:{_THREE})*")

# "Jürgen" read as GBK is "J眉rgen".
LETTER_AS_GBK: Final = re.compile(f"[A-Za-z][{pair_class(range(0xC3, 0xC6), CONTINUATION)}][a-z]")

_PLAUSIBLE: Final = 1e-5
_MOSTLY: Final = 0.8


def plausible(text: str) -> int:
    """Return how many characters of ``text`` are, as UTF-8, ones that texts hold."""
    found = 0
    for match in _RUN.finditer(text):
        decoded = b"".join(map(gbk_bytes, match[0])).decode("utf-8", "replace")
        if all(general_frequency(char) >= _PLAUSIBLE for char in decoded):
            found += len(match[0])
    return found


def is_mostly_gbk(line: str) -> bool:
    """Tell whether nearly every character of ``line`` can be UTF-8 read as GBK."""
    found: list[str] = _BEYOND_ASCII.findall(line)
    parts = sum(_PART.match(char) is not None for char in found)
    return bool(found) and parts >= _MOSTLY * len(found)
