"""The data of a chart; the table beside it shows the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """The meaning of a shape; the style sheet has a colour for each."""

    GOOD = "good"
    OTHER = "other"
    DOUBT = "doubt"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Series:
    """One figure (0 or more) for each label of the chart."""

    name: str
    tone: Tone
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures by label. Every series has as many values as there are `labels`.

    `id` is unique on the page; `summary` is the alternative text, one sentence. `marks` are the
    labels on the axis, where those are shorter.
    """

    id: str
    title: str
    summary: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    marks: tuple[str, ...] = ()

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of all series at each label."""
        columns = zip(*(series.values for series in self.series), strict=True)
        return tuple(sum(column) for column in columns) if self.series else ()

    @property
    def rows(self) -> list[tuple[str, tuple[int, ...]]]:
        """The table: each label with the value of every series."""
        values = [series.values for series in self.series]
        return [
            (label, tuple(column[at] for column in values)) for at, label in enumerate(self.labels)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there are no figures to show."""
        return not any(any(series.values) for series in self.series)

    def mark(self, at: int) -> str:
        """Return the label at an index as the axis shows it."""
        return (self.marks or self.labels)[at]
