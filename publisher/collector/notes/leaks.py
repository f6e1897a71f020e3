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
_MARKS = r"[\s\u200b（(【\[）)\]】*_~～>#—-]*+"
_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)\]】*]*|(?<=[a-z)])\.(?=\s+[A-Z])")
_REPEATS = 3  # behind the colon of an announcement stands what it announced


@lru_cache(maxsize=2)
def _table(scope: Scope) -> tuple[re.Pattern[str], dict[str, Kind]]:
    """Return all rows of `scope` as one pattern, and the kind of each of its groups."""
    rows = {f"leak{n}": leak for n, leak in enumerate(LEAKS) if leak.scope is scope}
    pattern = "|".join(f"(?P<{group}>{leak.pattern})" for group, leak in rows.items())
    if scope is Scope.SENTENCE:
        pattern = f"{_MARKS}(?:{pattern})"
    return re.compile(pattern, re.DOTALL), {group: leak.kind for group, leak in rows.items()}


def without_leaks(text: str) -> tuple[str, tuple[Kind, ...]]:
    """Return a line without what leaked into it, and the kind of each piece that was taken out."""
    kinds: list[Kind] = []
    text = _without_places(text, kinds)
    pattern, kind_of = _table(Scope.SENTENCE)
    kept: list[str] = []
    start = 0
    for end in (*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)):
        sentence, start = text[start:end], end
        for _ in range(_REPEATS):
            match = pattern.match(sentence) if sentence else None
            if match is None or not match.lastgroup:
                break
            kinds.append(kind_of[match.lastgroup])
            sentence = sentence[match.end() :]
        kept.append(sentence)
    return "".join(kept), tuple(kinds)


def _without_places(text: str, kinds: list[Kind]) -> str:
    """Return `text` without the leaks that stand anywhere; their kinds are added to `kinds`."""
    pattern, kind_of = _table(Scope.INLINE)
    found = [match for match in pattern.finditer(text) if match.group(0)]
    if not found:
        return text
    kinds += [kind_of[match.lastgroup or ""] for match in found]
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
