"""The terms of a paper: words of its title and abstract, and pairs of Chinese characters."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from publisher.models import Paper

_WORDS = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[a-z0-9]+")
_UNSPACED = re.compile("[\u3041-\u30fa\u3400-\u9fff\uf900-\ufaff]+")
# The rest of what says nothing is told by how many papers have it.
_STOP_WORDS = frozenset(
    "a an and are as at be been both but by can each for from has have however in into is it its "
    "more not of on or our over such than that the their these they this to two under using via "
    "was we were when where which while with without et al".split()
)
_TITLE_WEIGHT = 6  # a word of the title counts as often
_MOST = 255  # counts are bytes
_BYTES = 5  # of a term with its count


def paper_terms(paper: Paper) -> bytes:
    """Return the terms of `paper`, packed: see `unpack`."""
    text = paper.abstract or paper.summary or " ".join(paper.takeaways)
    counts: Counter[str] = Counter()
    for term in _terms(paper.title):
        counts[term] += _TITLE_WEIGHT
    counts.update(_terms(text))
    hashes = array("I", (crc32(term.encode(errors="replace")) for term in counts))
    return hashes.tobytes() + bytes(min(count, _MOST) for count in counts.values())


def unpack(packed: bytes) -> tuple[array[int], bytes]:
    """Return the hashes of the terms that `paper_terms` packed, and how often each occurs."""
    size = len(packed) // _BYTES * (_BYTES - 1)
    terms = array("I")
    terms.frombytes(packed[:size])
    return terms, packed[size:]


def _terms(text: str) -> list[str]:
    terms: list[str] = []
    for word in _WORDS.findall(text.casefold()):
        if _LATIN.fullmatch(word):
            terms.append(word)
            continue
        for run in _UNSPACED.findall(word):
            terms += [run[at : at + 2] for at in range(len(run) - 1)]
        terms += [part for part in _UNSPACED.split(word) if part]
    return [
        _singular(term)
        for term in terms
        if term not in _STOP_WORDS and len(term) > 1 and not term.isdecimal()
    ]


def _singular(word: str) -> str:
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))  # noqa: PLR2004 - "gas", "yes"
    return word[:-1] if is_plural else word
