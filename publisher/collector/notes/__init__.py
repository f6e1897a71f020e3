"""What a language model noted about a paper, taken apart and freed of what leaked into it.

    source lines -> lines -> sections (labels, leaks) -> Notes

Nothing in here is believed: sections that repeat title, authors and links are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.notes.lines import to_lines
from publisher.collector.notes.sections import place
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
    """A piece of text that was left out; `index` is its source line."""

    index: int
    kind: LeakKind


class Paragraph(NamedTuple):
    """A piece of text that was kept."""

    at: int
    section: NoteSection
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
        dropped += [Dropped(placed.at, kind) for kind in placed.dropped]
        # A mark of emphasis may have lost its partner to a label.
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
    """Return the source line of the last text that ends in mid-sentence, None if none does.

    The model answers in three turns - summary, method, conclusion - and each may be cut off.
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

    One without a full stop does if it has sentences itself and stands `among_closed` ones: some
    models close no item of a list.
    """
    if text.endswith(_CLOSED) or len(text) < _SHORT or _ADDRESS.search(text):
        return False
    if text.endswith(_OPEN):
        return True
    return among_closed and not text.endswith(("：", ":")) and bool(_SENTENCE.search(text))
