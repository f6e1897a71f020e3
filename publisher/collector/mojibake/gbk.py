"""UTF-8 decoded as GBK: patterns of thousands of characters, imported for suspicious text only."""

from __future__ import annotations

import re
from typing import Final

from publisher.collector.mojibake.codepages import (
    BYTE_OF,
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
_THREES: Final = re.compile(f"{_THREE}(?:{_THREE})*")

# "Jürgen" decoded as GBK is "J眉rgen".
LETTER_AS_GBK: Final = re.compile(f"[A-Za-z][{gbk_pairs(range(0xC3, 0xC6), CONTINUATION)}][a-z]")

_PLAUSIBLE: Final = 1e-5
_MOSTLY: Final = 0.8
_FIRST_CHINESE: Final = "\u2e80"  # radicals; with punctuation, ideographs and full-width forms

# The share of a run's bytes that are characters of Chinese text in UTF-8, measured in 16 million
# sound characters, old poems among them, and in digests decoded wrongly. Of sound runs from 6
# characters on, 1 in 20,000 reaches 0.6 (by rare characters), none of 20 or more 0.4; of damaged
# runs, 95 % do. Nothing can be told from shorter ones: "忙忙碌碌" has a share of 1.
_SHORTEST_RUN: Final = 6
_LONG_RUN: Final = 20
_DAMAGED, _LONG_DAMAGED, _SOUND = 0.6, 0.4, 0.2


def is_damaged(run: str) -> bool:
    """Return whether nearly all of `run`, without ASCII, is Chinese UTF-8 decoded as GBK."""
    least = _LONG_DAMAGED if len(run) >= _LONG_RUN else _DAMAGED
    return len(run) >= _SHORTEST_RUN and _chinese_share(run) >= least


def is_sound(run: str) -> bool:
    """Return whether hardly any of `run`, without ASCII, can be Chinese UTF-8 decoded as GBK."""
    return len(run) >= _SHORTEST_RUN and _chinese_share(run) < _SOUND


def _chinese_share(run: str) -> float:
    """Return the share of the bytes of `run` that are Chinese after one decoding or two."""
    data = b"".join(gbk_bytes(char) for char in run if char != "\ufffd")
    once = data.decode("utf-8", "ignore")
    inner = bytes(BYTE_OF.get(char, 0x20) for char in once)  # of text decoded twice
    twice = inner.decode("utf-8", "ignore")
    # Each byte of such a text took two or three.
    size = max(len(inner), len(data) / 3, 1)
    return max(_chinese_bytes(once) / max(1, len(data)), _chinese_bytes(twice) / size)


def _chinese_bytes(text: str) -> int:
    return sum(len(char.encode()) for char in text if char >= _FIRST_CHINESE)


def count_plausible(text: str) -> int:
    """Return the number of characters of ``text`` whose bytes are UTF-8 of common characters."""
    count = 0
    for match in _THREES.finditer(text):
        decoded = b"".join(map(gbk_bytes, match[0])).decode("utf-8", "replace")
        if all(general_frequency(char) >= _PLAUSIBLE for char in decoded):
            count += len(match[0])
    return count


def is_mostly_gbk(line: str) -> bool:
    """Return whether nearly all characters of ``line`` can be UTF-8 decoded as GBK."""
    chars: list[str] = _BEYOND_ASCII.findall(line)
    parts = sum(_PART.match(char) is not None for char in chars)
    return bool(chars) and parts >= _MOSTLY * len(chars)
