"""One row of the table of leaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LeakKind(StrEnum):
    """What a leak is; the words are those of the findings."""

    GREETING = "greeting"
    PLACEHOLDER = "placeholder"
    INSTRUCTION = "instruction"
    REFUSAL = "refusal"
    UNPLACED = "unplaced"  # text of the notes that belongs to no part


class LeakScope(StrEnum):
    """Where a pattern is looked for."""

    SENTENCE = "sentence"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Leak:
    """One row: `pattern` finds `example` and leaves `look_alike`.

    `sign` is what every match holds, as alternatives that each begin with a character: most lines
    hold no row's, and are not looked at further. It is "" where only a line of a word or two
    matches.
    """

    name: str
    kind: LeakKind
    scope: LeakScope
    pattern: str
    sign: str
    example: str
    look_alike: str
