"""A language model's notes about a paper, split into parts and freed of leaks from its prompt.

    source lines -> lines -> sections (labels, leaks) -> Notes

The notes are not trusted: sections that repeat title, authors and links are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.notes.lines import to_lines
from publisher.collector.notes.sections import assign_parts
from publisher.collector.text.plain_text import MAX_FIELD, from_machine
from publisher.models import Notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.collector.notes.labels import NoteSection
    from publisher.collector.notes.leak import LeakKind

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
    """The kind of a piece of text that was left out; `index` is its source line."""

    index: int
    kind: LeakKind


class Paragraph(NamedTuple):
    """A piece of plain text and its part; `at` is the index of its source line."""

    at: int
    section: NoteSection
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class NotesRead:
    """The result of `read_notes`: `notes` is None where no text could be assigned to a part."""

    notes: Notes | None
    dropped: tuple[Dropped, ...]
    cut_at: int | None  # source line of a text that ends in mid-sentence


def read_notes(source: Sequence[str]) -> NotesRead:
    """Return the notes in `source`, the lines between the link line and the screenshots."""
    paragraphs: list[Paragraph] = []
    dropped: list[Dropped] = []
    for placed in assign_parts(to_lines(source)):
        dropped += [Dropped(placed.at, kind) for kind in placed.dropped]
        # Removing a label may have left one mark of a pair of emphasis marks.
        text = from_machine(placed.text).replace("**", "").strip("* ") if placed.text else ""
        if text:
            paragraphs.append(Paragraph(placed.at, placed.section, placed.part, text))
    if not paragraphs:
        return NotesRead(None, tuple(dropped), None)
    parts = {
        part: _short("\n".join(p.text for p in paragraphs if p.part == part)) for part in PARTS
    }
    cut_at = _cut_at(paragraphs)
    return NotesRead(Notes(**parts, cut_off=cut_at is not None), tuple(dropped), cut_at)


def _short(text: str) -> str:
    return text if len(text) <= MAX_FIELD else text[: MAX_FIELD - 1].rstrip() + "…"


_CLOSED = tuple("。！？!?.…；;”’\"'）)]】》」』%~～*")
_OPEN = tuple("，,、（([【《「『“‘—/")
_ADDRESS = re.compile(r"https?://\S+$")
_SENTENCE = re.compile(r"[。！？]|[a-z)]\.\s")
_SHORT = 12  # characters: a heading, a name, a number


def _cut_at(paragraphs: Sequence[Paragraph]) -> int | None:
    """Return the source line of the last text that ends in mid-sentence, else None.

    The model answers in three turns (summary, method, conclusion), and each may be cut off.
    """
    closed = sum(paragraph.text.endswith(_CLOSED) for paragraph in paragraphs)
    ends = {paragraph.section: paragraph for paragraph in paragraphs}
    cut = [
        paragraph.at
        for paragraph in ends.values()
        if is_cut_off(paragraph.text, among_closed=closed * 2 >= len(paragraphs))
    ]
    return max(cut, default=None)


def is_cut_off(text: str, *, among_closed: bool) -> bool:
    """Return whether the paragraph `text` ends in mid-sentence.

    Without a full stop it does so only if it has sentences and most paragraphs beside it have one
    (`among_closed`): some models end no item of a list with a full stop.
    """
    if text.endswith(_CLOSED) or len(text) < _SHORT or _ADDRESS.search(text):
        return False
    if text.endswith(_OPEN):
        return True
    return among_closed and not text.endswith(("：", ":")) and bool(_SENTENCE.search(text))
