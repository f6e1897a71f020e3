"""Column chart: a column for each label, its series stacked or side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.web.charts.axis import ticks
from publisher.web.charts.drawing import Drawing, height_of, room_for, tip_of
from publisher.web.charts.lines import days

if TYPE_CHECKING:
    from publisher.web.charts.model import Chart

_HEIGHT = 220
_TOP, _BOTTOM = 12, 190
_WIDEST = 44.0
# The least height, so that a small figure is visible beside large ones.
_LEAST = 2.0


def columns(chart: Chart, width: int) -> str:
    """Return the chart as an SVG element for `width` pixels, stacked: parts of a whole."""
    return _drawn(chart, width, piled=True)


def groups(chart: Chart, width: int) -> str:
    """Return the chart as an SVG element for `width` pixels, side by side: separate figures."""
    return _drawn(chart, width, piled=False)


def _drawn(chart: Chart, width: int, *, piled: bool) -> str:
    drawing = Drawing(chart, width, _HEIGHT)
    highest = (max(series.values, default=0) for series in chart.series)
    marks = ticks(max(chart.totals if piled else highest, default=0))
    left = room_for(marks)
    drawing.scale(marks, _TOP, _BOTTOM, left)
    slot = (width - left) / max(len(chart.labels), 1)
    whole = min(slot * 0.7, _WIDEST)
    thick = whole if piled else whole / max(len(chart.series), 1)
    across = [left + slot * (at + 0.5) for at in range(len(chart.labels))]
    for at, middle in enumerate(across):
        x, foot = middle - whole / 2, float(_BOTTOM)
        for series in chart.series:
            value = series.values[at]
            tall = max(_BOTTOM - height_of(value, marks, _TOP, _BOTTOM), _LEAST) if value else 0.0
            if value:
                tip = tip_of(chart.labels[at], value, series)
                drawing.box(x, foot - tall, thick, tall, f"fill {series.tone}", tip)
            x, foot = (x, foot - tall) if piled else (x + thick, foot)
    days(drawing, chart, across)
    return str(drawing)
