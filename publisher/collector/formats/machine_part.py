"""The machine-written part of a paper's section: summary, takeaways and notes, label by label."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.collector.formats.machine_labels import Label, LabelKind, find_label
from publisher.collector.formats.takeaways import is_courtesy, is_item, read_takeaways
from publisher.collector.text.plain_text import from_machine

if TYPE_CHECKING:
    from collections.abc import Sequence

# The daily job's link line, or the screenshots: the end of summary and takeaways.
_LINK_LINE = re.compile(r"[ \t]*\*\*[ \t]*\[[^\]\n]{1,60}\]\([^)\n]*\)[ \t]*\*\*")
_DETAILS = re.compile(r"[ \t]*<details\b", re.IGNORECASE)
# Notes that follow without a link line begin by repeating the title.
_NOTES = re.compile(
    r"[ \t]*(?:<[^<>]{1,40}>[ \t]*){0,4}(?:\d{1,2}[.、][ \t]*)?\**(?:Title|论文标题|标题|"
    r"题目)\**[ \t]*[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MachinePart:
    """The parts of a machine-written text: summary and takeaways as plain text, maybe empty.

    All numbers are indices into the lines that were read.
    """

    summary: str
    takeaways: tuple[str, ...]
    notes_start: int | None = None  # None without notes
    notes_end: int = 0
    courtesy: tuple[int, ...] = ()  # lines that were left out
    unknown_labels: tuple[tuple[int, str], ...] = ()


def machine_part_start(lines: Sequence[str], start: int) -> int:
    """Return the index of the first machine-written line at or after `start`, else the end."""
    for index in range(start, len(lines)):
        line = lines[index]
        if _LINK_LINE.match(line) or _DETAILS.match(line):
            return index
        label = find_label(line)
        # An abstract without a PDF line may itself contain words such as "Summary:".
        if label and label.emphasised and label.kind is not LabelKind.UNKNOWN:
            return index
    return len(lines)


def last_details(lines: Sequence[str]) -> int:
    """Return the index of the last line with a `<details>`, the number of lines without one."""
    for index in reversed(range(len(lines))):
        if "<" in lines[index] and "<details" in lines[index].lower():
            return index
    return len(lines)


def read_machine_part(lines: Sequence[str], *, is_whole: bool = False) -> MachinePart:
    """Return the parts of the machine-written `lines`, which follow the PDF line.

    With `is_whole`, they are summary and takeaways alone; else notes may follow.
    """
    link = next((i for i, line in enumerate(lines) if "[" in line and _LINK_LINE.match(line)), None)
    details = next(
        (i for i, line in enumerate(lines) if "<" in line and _DETAILS.match(line)), None
    )
    end, notes_start, bounded = len(lines), None, True
    if is_whole:
        pass
    elif link is not None and (details is None or link < details):
        end, notes_start = link, link + 1
    else:
        bounded = details is not None
        end = details if details is not None else len(lines)
        notes = next((i for i in range(1, end) if _NOTES.match(lines[i])), None)
        if notes is not None:
            end, notes_start, bounded = notes, notes, True
    parts = _split([line[:LONGEST_LINE] for line in lines[: min(end, MOST_LINES)]])
    summary, courtesy = _summary(parts.summary, bounded=bounded)
    offset = parts.takeaways[0][0] if parts.takeaways else 0
    takeaways = read_takeaways([text for _, text in parts.takeaways], bounded=bounded)
    return MachinePart(
        summary=summary,
        takeaways=tuple(filter(None, map(from_machine, takeaways.items))),
        notes_start=notes_start,
        notes_end=max(last_details(lines), notes_start or 0),
        courtesy=tuple(sorted((*courtesy, *(offset + at for at in takeaways.courtesy)))),
        unknown_labels=parts.unknown,
    )


# Ten times the most that a model wrote between PDF line and notes; more is an attack.
MOST_LINES = 2000
LONGEST_LINE = 50_000

_Lines = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Parts:
    """Lines with their indices; the first line of a part is the text after its label."""

    summary: _Lines
    takeaways: _Lines
    unknown: tuple[tuple[int, str], ...]


def _split(block: Sequence[str]) -> _Parts:
    """Return the lines of summary and takeaways, and the unknown labels read by their place."""
    labels = [find_label(line) for line in block]
    has_summary = any(label and label.kind is LabelKind.SUMMARY for label in labels)
    before: _Lines = []
    parts: dict[LabelKind, _Lines] = {}
    unknown: list[tuple[int, str]] = []
    listed = False  # whether the summary's label stood in a list
    part = before
    for index, (line, label) in enumerate(zip(block, labels, strict=True)):
        if label is None:
            part.append((index, line))
            continue
        kind = label.kind
        if kind is LabelKind.UNKNOWN:
            following = next((text for text in block[index + 1 :] if text.strip()), "")
            kind = _guess_kind(parts, following, before, has_summary=has_summary)
            if kind is not LabelKind.UNKNOWN:
                unknown.append((index, label.name))
        elif kind in parts:
            blank = part is parts[kind] and not any(text.strip() for _, text in part)
            if blank and not (label.listed and label.rest):
                parts[kind][0] = (index, label.rest)  # two labels in a row: two languages
                continue
            kind = LabelKind.UNKNOWN
        elif not _opens(label, parts, listed=listed):
            kind = LabelKind.UNKNOWN
        if kind is LabelKind.UNKNOWN:
            part.append((index, line))
        else:
            listed = label.listed
            part = parts[kind] = [(index, label.rest)]
    takeaways = parts.get(LabelKind.TAKEAWAYS, [])
    # A summary may lack its label, but without a label of takeaways the text could be anything.
    return _Parts(
        parts.get(LabelKind.SUMMARY, before if takeaways else []), takeaways, tuple(unknown)
    )


def _opens(label: Label, parts: dict[LabelKind, _Lines], *, listed: bool) -> bool:
    """Return whether a known label opens a part here rather than an item or sentence of another."""
    if label.kind is LabelKind.SUMMARY:
        return LabelKind.TAKEAWAYS not in parts or (label.emphasised and not label.listed)
    if label.rest and not label.strong:
        return LabelKind.SUMMARY not in parts
    return not (label.listed and label.rest and not listed)


def _guess_kind(
    parts: dict[LabelKind, _Lines], following: str, before: _Lines, *, has_summary: bool
) -> LabelKind:
    """Return the kind of a label that is in no table, by its place."""
    if LabelKind.TAKEAWAYS in parts:
        return LabelKind.UNKNOWN
    if LabelKind.SUMMARY in parts:
        return LabelKind.TAKEAWAYS if is_item(following) else LabelKind.UNKNOWN
    first = not has_summary and not any(text.strip() for _, text in before)
    return LabelKind.SUMMARY if first and not is_item(following) else LabelKind.UNKNOWN


def _summary(lines: _Lines, *, bounded: bool) -> tuple[str, list[int]]:
    """Return the summary and the indices of the courtesies around it.

    Where it is not `bounded`, nothing marks the start of the notes: only a first paragraph counts.
    """
    courtesy: list[int] = []
    start, stop = 0, len(lines)
    while start < stop and _is_empty(lines[start], courtesy):
        start += 1
    if not bounded:
        stop = next((i for i in range(start, stop) if not lines[i][1].strip()), stop)
    while start < stop and _is_empty(lines[stop - 1], courtesy):
        stop -= 1
    return from_machine("\n".join(text for _, text in lines[start:stop])), courtesy


def _is_empty(line: tuple[int, str], courtesy: list[int]) -> bool:
    """Return whether a line is no part of the summary; add a courtesy's index to `courtesy`."""
    index, text = line
    if not text.strip():
        return True
    if is_courtesy(text):
        courtesy.append(index)
        return True
    return False
