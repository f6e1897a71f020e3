"""Terms of a text: words, pairs of neighbouring words, and bigrams where no spaces part words.

Case, width and diacritics make no difference. A phrase is searched by its pairs, which are kept as
hashes, and a Chinese word by its bigrams; neither needs positions in the index.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from operator import add
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Thai to Khmer, kana, Han and Hangul. Koreans write spaces, but their words have endings.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# A number keeps its points, so that "2411.19525" is one term.
_RUN = re.compile(rf"[0-9]+(?:\.[0-9]+)+(?![^\W_{_UNSPACED}])|[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
FIRST_UNSPACED = "\u0e00"
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_MARKS = re.compile("[\u0300-\u036f]+")
# Letters that are no letter with a mark, but are typed so.
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ς": "σ"}
_LETTER = re.compile(f"[{''.join(_LETTERS)}]")
MOST_CHARACTERS = 40  # of a term; longer ones are cut in index and query alike
PAIR = "#"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-"
_TWO_DIGITS = [first + second for first in _DIGITS for second in _DIGITS]


def fold(text: str) -> str:
    """Return `text` without differences of case, width and diacritics."""
    text = text.lower()
    if text.isascii():
        return text
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    plain = _LETTER.sub(lambda match: _LETTERS[match[0]], plain)
    return unicodedata.normalize("NFC", plain)


def tokens(text: str) -> list[str]:
    """Return the words and unspaced runs of `text`, folded, in their order."""
    return [run if is_unspaced(run) else run[:MOST_CHARACTERS] for run in _RUN.findall(fold(text))]


def is_unspaced(run: str) -> bool:
    """Return whether `run` is Chinese, or of another script without spaces."""
    return run >= FIRST_UNSPACED and _IS_UNSPACED.match(run) is not None


def index_terms(texts: Iterable[str]) -> list[str]:
    """Return each term that finds one of `texts`, as often as they have it."""
    terms: list[str] = []
    for text in texts:
        folded = fold(text)
        stretches = [folded] if folded.isascii() else _UNSPACED_RUN.split(folded)
        for stretch in stretches:
            words = [run[:MOST_CHARACTERS] for run in _RUN.findall(stretch)]
            terms += words
            terms += map(pair, words, words[1:])
        if len(stretches) > 1:
            for run in _UNSPACED_RUN.findall(folded):
                terms += bigrams(run)
                terms.append(run[-1])
    return terms


def bigrams(run: str) -> list[str]:
    """Return each two neighbouring characters of `run`."""
    return list(map(add, run, run[1:]))


def pair(first: str, second: str) -> str:
    """Return the term of two neighbouring words: 18 bits of their hash."""
    value = zlib.crc32(f"{first} {second}".encode())
    return PAIR + _DIGITS[value >> 12 & 63] + _TWO_DIGITS[value & 4095]
