"""Records of a run that gathers papers: its options, surroundings, drafts and result."""

from __future__ import annotations

from collections.abc import Callable, Sequence  # noqa: TC003 - the dataclasses below read them
from dataclasses import dataclass, field
from datetime import date, datetime  # noqa: TC003 - see above
from pathlib import Path  # noqa: TC003 - see above
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.models.gathering import DigestEntry, GatherCounts, Ranked
    from publisher.settings.sections.gather import GatherTopic


@dataclass(frozen=True, slots=True)
class GatherOptions:
    """The days that somebody asked for, and whether anything is to be written.

    `days` and `since` are None for all that is due. `budget` replaces the day's budget.
    """

    day: date | None = None
    since: date | None = None
    dry_run: bool = False
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """A topic's papers on a day, with the best first and those that changed last."""

    topic: GatherTopic
    day: date
    ranked: Sequence[Ranked]
    changed: Sequence[DigestEntry] = ()
    inputs: str = ""  # hash of the announcements it is made from

    @property
    def paper_ids(self) -> list[str]:
        """The ids of all its papers."""
        return [
            *(ranked.paper.id for ranked in self.ranked),
            *(entry.paper.id for entry in self.changed),
        ]


@dataclass(slots=True)
class GatherResult:
    """The end of a run: the report of each day and channel, the digests and the problems."""

    counts: list[GatherCounts] = field(default_factory=list)
    drafts: list[DigestDraft] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: bool = False  # an announcement could not be read, or a commit failed
    next_try: datetime | None = None

    def note_problem(self, text: str) -> None:
        """Keep a line about a problem, once."""
        if text not in self.problems:
            self.problems.append(text)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The clocks of a run, and the wish to stop; tests hand in their own."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool]
    report: Callable[[str], None] = lambda _line: None
