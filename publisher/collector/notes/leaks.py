"""Removal of leaks: text of a language model that is not about the paper.

Notes repeat their prompt: greetings, placeholders of the requested format, instructions, excuses.
Each is a row of leaks.toml: a pattern, an example that it removes, and a look-alike that stays.
tests/collector/notes/test_leaks.py tests each row.

A pattern with the scope SENTENCE is matched at the beginning of a sentence, one with the scope
INLINE anywhere. All are bounded or possessive, so that the time is linear. Nine of ten lines have
no leak, which a single search for the signs of all rows shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import msgspec

from publisher.collector.data_files import expand, patterns_of, read_data_file
from publisher.collector.notes.leak import Leak, LeakKind, LeakScope

__all__ = ["LeakKind", "leaks", "without_leaks"]

# Brackets, list and heading marks before a sentence.
_MARKS = r"[\s\u200b（(【\[）)\]】*_~～>#—-]*+"
_SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)\]】*]*|(?<=[a-z)])\.(?=\s+[A-Z])")
FEW_WORDS = 16  # characters of a line that may be a leak without a sign
_REPEATS = 3  # leaks in a sentence: another one may follow the colon of an announcement


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
    """Return the rows of leaks.toml, with references to words replaced."""
    file = read_data_file(__file__, _LeakFile)
    words = patterns_of(file.words)
    # In this order, since parts of an excuse may look like an instruction.
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
class _ScopePattern:
    """All rows of a scope as a single pattern, and the kind of each of its groups."""

    pattern: re.Pattern[str]
    kind_of: dict[str, LeakKind]


# Each scope at its first use: compiling the rows takes as long as parsing three papers.
@lru_cache(maxsize=2)
def _rows(scope: LeakScope) -> _ScopePattern:
    rows = {f"leak{n}": leak for n, leak in enumerate(leaks()) if leak.scope is scope}
    pattern = "|".join(f"(?P<{group}>{leak.pattern})" for group, leak in rows.items())
    if scope is LeakScope.SENTENCE:
        pattern = f"{_MARKS}(?:{pattern})"
    kind_of = {group: leak.kind for group, leak in rows.items()}
    return _ScopePattern(re.compile(pattern, re.DOTALL), kind_of)


@lru_cache(maxsize=2)
def _signs(scope: LeakScope | None = None) -> re.Pattern[str]:
    """Return the signs of all rows, or of those of `scope`."""
    # Alternatives that begin with a literal character, which makes the search fast.
    rows = (leak for leak in leaks() if scope in (None, leak.scope))
    signs = dict.fromkeys(leak.sign for leak in rows if leak.sign)
    return re.compile("|".join(signs), re.DOTALL)


@lru_cache(maxsize=2)
def _unsigned(scope: LeakScope) -> re.Pattern[str] | None:
    """Return the pattern of the rows without a sign, None without such rows."""
    rows = [leak.pattern for leak in leaks() if leak.scope is scope and not leak.sign]
    return re.compile("|".join(rows), re.DOTALL) if rows else None


def _may_match(scope: LeakScope, text: str) -> bool:
    """Return whether a row of `scope` could match in `text`."""
    # Most signs are of sentences, so the pattern for all signs is used for them.
    signs = _signs(scope) if scope is LeakScope.INLINE else _signs()
    if signs.search(text):
        return True
    if len(text) > FEW_WORDS:
        return False
    unsigned = _unsigned(scope)
    return unsigned is not None and unsigned.match(text) is not None


def has_signs(text: str) -> bool:
    """Return whether `text`, or a part of it, may have a leak of more than a word or two."""
    return _signs().search(text) is not None


@lru_cache(maxsize=16)  # for a line, and again for the text after its label
def without_leaks(text: str) -> tuple[str, tuple[LeakKind, ...]]:
    """Return a line without its leaks, and the kind of each removed piece."""
    if len(text) > FEW_WORDS and not has_signs(text):
        return text, ()
    kinds: list[LeakKind] = []
    if _may_match(LeakScope.INLINE, text):
        text = _without_inline(text, kinds)
    if _may_match(LeakScope.SENTENCE, text):
        text = _without_sentences(text, kinds)
    return text, tuple(kinds)


def _without_inline(text: str, kinds: list[LeakKind]) -> str:
    """Return `text` without inline leaks; their kinds are added to `kinds`."""
    rows = _rows(LeakScope.INLINE)
    matches = [match for match in rows.pattern.finditer(text) if match.group(0)]
    if not matches:
        return text
    kinds += [rows.kind_of[match.lastgroup or ""] for match in matches]
    starts = [0, *(match.end() for match in matches)]
    ends = [*(match.start() for match in matches), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _without_sentences(text: str, kinds: list[LeakKind]) -> str:
    """Return `text` without the sentences that are leaks; their kinds are added to `kinds`."""
    rows = _rows(LeakScope.SENTENCE)
    sentences: list[str] = []
    start = 0
    for end in (*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)):
        sentence, start = text[start:end], end
        for _ in range(_REPEATS):
            match = rows.pattern.match(sentence) if sentence else None
            if match is None or not match.lastgroup:
                break
            kinds.append(rows.kind_of[match.lastgroup])
            sentence = sentence[match.end() :]
        sentences.append(sentence)
    return "".join(sentences)
