"""What a language model writes beside the paper, and its removal.

A digest's notes repeat the prompt they were made with: greetings, empty places of the requested
format, instructions, excuses. Each is one row of `LEAKS`: a pattern with an example that must go
and a look-alike that must stay; tests/collector/test_leaks.py tries them one by one.

A pattern of scope SENTENCE is matched from the beginning of a sentence and takes what it matches;
one of scope INLINE is taken out wherever it is. All are bounded or possessive: time is linear.
"""

from __future__ import annotations

import re
from functools import lru_cache

from publisher.collector.notes.leak import Kind, Leak, Scope
from publisher.collector.notes.leaks_courtesy import COURTESY
from publisher.collector.notes.leaks_template import TEMPLATE

__all__ = ["LEAKS", "Kind", "without_leaks"]

# In this order: what an excuse is made of may look like an instruction.
LEAKS: tuple[Leak, ...] = (*COURTESY, *TEMPLATE)

# What may stand before a sentence: brackets, list and heading marks.
_MARKS = r"[\s（(【\[）)\]】*_~～>#—-]*+"
_SENTENCE = re.compile(
    r".+?(?:[。！？!?]+[”’」』）)\]】*]*|(?<=[a-z)])\.(?=\s+[A-Z])|$)", re.DOTALL
)


@lru_cache(maxsize=1)
def _sentence_leaks() -> tuple[tuple[re.Pattern[str], Kind], ...]:
    return tuple(
        (re.compile(rf"{_MARKS}(?:{leak.pattern})", re.DOTALL), leak.kind)
        for leak in LEAKS
        if leak.scope is Scope.SENTENCE
    )


@lru_cache(maxsize=1)
def _inline_leaks() -> tuple[tuple[re.Pattern[str], Kind], ...]:
    return tuple(
        (re.compile(leak.pattern), leak.kind) for leak in LEAKS if leak.scope is Scope.INLINE
    )


def without_leaks(text: str) -> tuple[str, tuple[Kind, ...]]:
    """Return a line without what leaked into it, and the kind of each piece that was taken out."""
    kinds: list[Kind] = []
    for pattern, kind in _inline_leaks():
        text, count = pattern.subn("", text)
        kinds += [kind] * count
    kept: list[str] = []
    for sentence in _SENTENCE.findall(text):
        rest, found = _without_opening(sentence)
        kept.append(rest)
        kinds += found
    return "".join(kept), tuple(kinds)


def _without_opening(sentence: str) -> tuple[str, list[Kind]]:
    """Return what the leaks at the beginning of `sentence` leave, and their kinds."""
    found: list[Kind] = []
    for _ in range(3):  # behind the colon of an announcement stands what it announced
        hit = next(
            ((m.end(), kind) for p, kind in _sentence_leaks() if (m := p.match(sentence))), None
        )
        if hit is None:
            break
        sentence = sentence[hit[0] :]
        found.append(hit[1])
    return sentence, found
