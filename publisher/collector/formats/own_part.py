"""The part of a section below the PDF line where the program's own lines stand in it.

They are those of `publisher.digest_lines`: the paper's status, and the origin of each summary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from publisher.collector.formats.machine_part import (
    LONGEST_LINE,
    MOST_LINES,
    MachinePart,
    read_machine_part,
)
from publisher.collector.notes.leaks import LeakKind, without_leaks
from publisher.collector.text.plain_text import plain
from publisher.digest_lines import LANGUAGES, StatusLines, WrittenLine, read_status, read_written
from publisher.models import PaperChange, Provenance, SummaryText

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The machine-written part, and what the program's own lines say.

    `leaks` are texts of the model that are not about the paper, with the index of their line.
    """

    machine: MachinePart
    written_by: Provenance | None = None
    summaries: tuple[SummaryText, ...] = ()
    reasons: tuple[str, ...] = ()
    change: PaperChange | None = None
    withdrawn: bool = False
    leaks: tuple[tuple[int, LeakKind], ...] = ()


def read_own_part(lines: Sequence[str], comment: str) -> OwnPart:
    """Return the parts of `lines`, which follow the PDF line with the authors' `comment`."""
    status, start = _status(lines)
    origins = (at for at, line in enumerate(lines) if "*Summary" in line and read_written(line))
    ends = tuple(islice(origins, len(LANGUAGES)))
    part = _with_summaries(lines, start, ends) if ends else OwnPart(_machine_after(lines, start))
    if status == StatusLines():
        return part
    return replace(
        part,
        reasons=tuple(filter(None, map(plain, status.reasons))),
        change=_change(status, comment),
        withdrawn=bool(status.withdrawn_in),
    )


def _status(lines: Sequence[str]) -> tuple[StatusLines, int]:
    first = next((line for line in lines if line.strip()), "")
    return read_status(lines) if first.lstrip().startswith("*") else (StatusLines(), 0)


def _change(status: StatusLines, comment: str) -> PaperChange | None:
    if not status.version:
        return None
    withdrawn = bool(status.withdrawn_in)
    return PaperChange(status.version, status.before, status.fields, comment, withdrawn)


def _machine_after(lines: Sequence[str], start: int) -> MachinePart:
    """Return the machine-written part, in which the first `start` lines are none of its own."""
    return read_machine_part([*[""] * start, *lines[start:]] if start else lines)


def _with_summaries(lines: Sequence[str], start: int, ends: Sequence[int]) -> OwnPart:
    """Return the summaries that end at the indices `ends`, each at the line about its origin."""
    texts: dict[str, SummaryText] = {}
    origins: list[WrittenLine] = []
    leaks: list[tuple[int, LeakKind]] = []
    courtesy: list[int] = []
    for end in ends:
        block = []
        for at in range(start, min(end, start + MOST_LINES)):
            text, kinds = without_leaks(lines[at][:LONGEST_LINE])
            block.append(text)
            leaks += [(at, kind) for kind in kinds]
        machine = read_machine_part(block, is_whole=True)
        courtesy += [start + at for at in machine.courtesy]
        origin = read_written(lines[end])
        if origin and (machine.summary or machine.takeaways) and origin.language not in texts:
            texts[origin.language] = SummaryText(
                origin.language, machine.summary, machine.takeaways
            )
            origins.append(origin)
        start = end + 1
    rest = _machine_after(lines, start)  # notes that someone added, but no further summary
    shown = next(iter(texts.values()), SummaryText("", ""))
    machine = replace(
        rest, summary=shown.summary, takeaways=shown.takeaways, courtesy=tuple(courtesy)
    )
    origin = origins[0] if origins else None
    written_by = origin and Provenance(plain(origin.model), plain(origin.prompt), origin.source)
    return OwnPart(machine, written_by, tuple(texts.values()), leaks=tuple(leaks))
