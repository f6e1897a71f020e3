"""A row of the table of leaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LeakKind(StrEnum):
    """The kinds of leaks, in the words of the findings."""

    GREETING = "greeting"
    PLACEHOLDER = "placeholder"
    INSTRUCTION = "instruction"
    REFUSAL = "refusal"
    UNPLACED = "unplaced"  # text of the notes that belongs to no part


class LeakScope(StrEnum):
    """The place where a pattern is searched."""

    SENTENCE = "sentence"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Leak:
    """A row: `pattern` matches `example` and does not match `look_alike`.

    `sign` is a pattern that is part of every match, with alternatives that each begin with a
    literal character, so that lines without a sign are skipped quickly. It is "" for patterns that
    only match a line of a word or two.
    """

    name: str
    kind: LeakKind
    scope: LeakScope
    pattern: str
    sign: str
    example: str
    look_alike: str
