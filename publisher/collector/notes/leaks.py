"""What a language model writes beside the paper, and its removal.

A digest's notes repeat the prompt they were made with: greetings, empty places of the requested
format, instructions, excuses. Each is one row of leaks.toml: a pattern with an example that must
go and a look-alike that must stay; tests/collector/notes/test_leaks.py tries them one by one.

A pattern of scope SENTENCE is matched from the beginning of a sentence and takes what it matches;
one of scope INLINE is taken out wherever it is. All are bounded or possessive: time is linear.
Nine lines of ten hold no leak, and one search for the signs of all rows tells so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import msgspec

from publisher.collector.data_files import expand, patterns_of, read_data_file
from publisher.collector.notes.leak import Leak, LeakKind, LeakScope

__all__ = ["LeakKind", "leaks", "without_leaks"]

# What may stand before a sentence: brackets, list and heading marks.
_MARKS = r"[\s\u200b（(【\[）)\]】*_~～>#—-]*+"
_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)\]】*]*|(?<=[a-z)])\.(?=\s+[A-Z])")
FEW_WORDS = 16  # characters of a line that is a leak as a whole
_REPEATS = 3  # behind the colon of an announcement stands what it announced


class _LeakRow(msgspec.Struct, forbid_unknown_fields=True):
    pattern: str
    sign: str
    example: str
    look_alike: str
    scope: LeakScope = LeakScope.SENTENCE


class _LeakFile(msgspec.Struct, forbid_unknown_fields=True):
    words: dict[str, str]
    greeting: dict[str, _LeakRow]
    refusal: dict[str, _LeakRow]
    instruction: dict[str, _LeakRow]
    placeholder: dict[str, _LeakRow]


@cache
def leaks() -> tuple[Leak, ...]:
    """Return the rows of leaks.toml, with the words that patterns and signs refer to."""
    file = read_data_file(__file__, _LeakFile)
    words = patterns_of(file.words)
    # In this order: what an excuse is made of may look like an instruction.
    kinds = (
        (LeakKind.GREETING, file.greeting),
        (LeakKind.REFUSAL, file.refusal),
        (LeakKind.INSTRUCTION, file.instruction),
        (LeakKind.PLACEHOLDER, file.placeholder),
    )
    return tuple(
        Leak(
            name=name,
            kind=kind,
            scope=row.scope,
            pattern=expand(row.pattern, words),
            sign=expand(row.sign, words),
            example=row.example,
            look_alike=row.look_alike,
        )
        for kind, rows in kinds
        for name, row in rows.items()
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """All rows of a scope as one pattern, and the kind of each of its groups."""

    pattern: re.Pattern[str]
    kind_of: dict[str, LeakKind]


# Apart, and each when it is asked for: to compile the rows takes as long as to parse three papers.
@lru_cache(maxsize=2)
def _rows(scope: LeakScope) -> _Rows:
    rows = {f"leak{n}": leak for n, leak in enumerate(leaks()) if leak.scope is scope}
    pattern = "|".join(f"(?P<{group}>{leak.pattern})" for group, leak in rows.items())
    if scope is LeakScope.SENTENCE:
        pattern = f"{_MARKS}(?:{pattern})"
    kind_of = {group: leak.kind for group, leak in rows.items()}
    return _Rows(re.compile(pattern, re.DOTALL), kind_of)


@lru_cache(maxsize=2)
def _signs(scope: LeakScope | None = None) -> re.Pattern[str]:
    """Return the signs of all rows, or of those of `scope`."""
    # Alternatives that begin with a character: a search passes over all others at once.
    rows = (leak for leak in leaks() if scope in (None, leak.scope))
    signs = dict.fromkeys(leak.sign for leak in rows if leak.sign)
    return re.compile("|".join(signs), re.DOTALL)


@lru_cache(maxsize=2)
def _unsigned(scope: LeakScope) -> re.Pattern[str] | None:
    """Return the rows without a sign, which match a line from its start."""
    rows = [leak.pattern for leak in leaks() if leak.scope is scope and not leak.sign]
    return re.compile("|".join(rows), re.DOTALL) if rows else None


def _may_match(scope: LeakScope, text: str) -> bool:
    """Return whether any row of `scope` could match in `text`."""
    # The signs of sentences are most of all, so that those of all do for them.
    signs = _signs(scope) if scope is LeakScope.INLINE else _signs()
    if signs.search(text):
        return True
    if len(text) > FEW_WORDS:
        return False
    unsigned = _unsigned(scope)
    return unsigned is not None and unsigned.match(text) is not None


def has_signs(text: str) -> bool:
    """Return whether a leak of more than a word or two could be in `text`, or in a part of it."""
    return _signs().search(text) is not None


@lru_cache(maxsize=16)  # a line is asked for as a whole and again for what stands behind a label
def without_leaks(text: str) -> tuple[str, tuple[LeakKind, ...]]:
    """Return a line without what leaked into it, and the kind of each piece that was taken out."""
    if len(text) > FEW_WORDS and not has_signs(text):
        return text, ()
    kinds: list[LeakKind] = []
    if _may_match(LeakScope.INLINE, text):
        text = _without_places(text, kinds)
    if _may_match(LeakScope.SENTENCE, text):
        text = _without_sentences(text, kinds)
    return text, tuple(kinds)


def _without_places(text: str, kinds: list[LeakKind]) -> str:
    """Return `text` without the leaks that stand anywhere; their kinds are added to `kinds`."""
    rows = _rows(LeakScope.INLINE)
    found = [match for match in rows.pattern.finditer(text) if match.group(0)]
    if not found:
        return text
    kinds += [rows.kind_of[match.lastgroup or ""] for match in found]
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _without_sentences(text: str, kinds: list[LeakKind]) -> str:
    """Return `text` without the sentences that are leaks; their kinds are added to `kinds`."""
    rows = _rows(LeakScope.SENTENCE)
    kept: list[str] = []
    start = 0
    for end in (*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)):
        sentence, start = text[start:end], end
        for _ in range(_REPEATS):
            match = rows.pattern.match(sentence) if sentence else None
            if match is None or not match.lastgroup:
                break
            kinds.append(rows.kind_of[match.lastgroup])
            sentence = sentence[match.end() :]
        kept.append(sentence)
    return "".join(kept)
