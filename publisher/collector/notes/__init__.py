"""What a language model noted about a paper, taken apart and freed of what leaked into it.

    source lines -> lines -> sections (labels, leaks) -> Notes

Nothing in here is believed: sections that repeat title, authors and links are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.collector.notes.leaks import Kind, without_leaks
from publisher.collector.notes.lines import to_lines
from publisher.collector.notes.sections import place
from publisher.collector.text import MAX_FIELD, from_machine
from publisher.models import Notes

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = (
    "background",
    "past_methods",
    "method",
    "results",
    "conclusion",
    "innovation",
    "performance",
    "workload",
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of text that was left out; `index` is its source line."""

    index: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of text that was kept."""

    index: int
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class NotesRead:
    """`notes` is None where there are none, or nothing of them could be placed."""

    notes: Notes | None
    dropped: tuple[Dropped, ...]
    cut_at: int | None  # source line of the text that ends in mid-sentence


def read_notes(source: Sequence[str]) -> NotesRead:
    """Return the notes in the lines between the link line and the screenshots."""
    paragraphs: list[Paragraph] = []
    dropped: list[Dropped] = []
    for placed in place(to_lines(source)):
        dropped += [Dropped(placed.index, kind) for kind in placed.dropped]
        text = from_machine(placed.text) if placed.text else ""
        if text:
            paragraphs.append(Paragraph(placed.index, placed.part, text))
    if not paragraphs:
        return NotesRead(None, tuple(dropped), None)
    parts = {part: _cut("\n".join(p.text for p in paragraphs if p.part == part)) for part in PARTS}
    cut = is_cut_off([paragraph.text for paragraph in paragraphs])
    return NotesRead(
        Notes(**parts, cut_off=cut), tuple(dropped), paragraphs[-1].index if cut else None
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_FIELD else text[: MAX_FIELD - 1].rstrip() + "…"


_CLOSED = re.compile(r"[。！？!?.…；;”’\"'）)\]】》」』%]$")
_OPEN = re.compile(r"[，,、：:（(\[【《「『“‘\-—/和与及的在对]$")
_ADDRESS = re.compile(r"https?://\S+$")


def is_cut_off(paragraphs: Sequence[str]) -> bool:
    """Return whether the last of `paragraphs` ends in mid-sentence.

    A paragraph without a full stop is one only among others that have theirs, or that itself has
    sentences: some models close no item of a list.
    """
    last = paragraphs[-1]
    if _CLOSED.search(last) or _ADDRESS.search(last):
        return False
    if _OPEN.search(last):
        return True
    closed = sum(bool(_CLOSED.search(text)) for text in paragraphs[:-1])
    return closed * 2 > len(paragraphs) - 1 and len(last) >= 12
