"""Rough frequencies of characters, without training text."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

IMPOSSIBLE: Final = 1e-15
"""Frequency of characters in no text: controls, unassigned and private ones."""

# Rough relative frequencies, in names and English prose, of accented letters and
# punctuation that can lose a byte; 1 for any other letter.
_COMMON: Final = {
    **dict.fromkeys("íčøéáóöüšžçñãŁŞĐ”“", 60.0),
    **dict.fromkeys("ÁÍōāŐĞậềọờ…—’–‘·×°", 15.0),
    **dict.fromkeys("ĎďŽÝðÎÏỏốởợửừ", 4.0),
}
# Rows of GB2312.
_RARE_IDEOGRAPHS: Final = 0xD8  # the first of the 3008 rarer ideographs
_IDEOGRAPHS: Final = 0xB0  # the first of the 3755 common ideographs
_FULL_WIDTH_FORMS: Final = 0xA3


@lru_cache(maxsize=70_000)
def general_frequency(char: str) -> float:
    """Return a rough share of ``char`` in Chinese and English text, never 0."""
    if char < "\x80":
        return 1e-3
    if char in _COMMON:
        return 2e-6 * _COMMON[char]
    try:
        row = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        category = unicodedata.category(char)
        if category in ("Cn", "Co", "Cs", "Cc"):
            return IMPOSSIBLE
        return 1e-6 if category[0] == "L" and char < "\u2000" else 1e-8
    if row >= _IDEOGRAPHS:
        return 2e-4 if row < _RARE_IDEOGRAPHS else 5e-6
    return 1e-3 if row == _FULL_WIDTH_FORMS else 1e-5
