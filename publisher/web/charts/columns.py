"""Deliveries: for each label a column, its series one on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.web.charts.axis import ticks
from publisher.web.charts.drawing import Drawing, height_of, room_for
from publisher.web.charts.lines import days

if TYPE_CHECKING:
    from publisher.web.charts.model import Chart

_HEIGHT = 220
_TOP, _BOTTOM = 12, 190
_WIDEST = 44.0
# What is there has to be seen, however little it is beside the rest.
_LEAST = 2.0


def columns(chart: Chart, width: int) -> str:
    """Return the chart as an SVG element for a column of `width` pixels."""
    drawing = Drawing(chart, width, _HEIGHT)
    marks = ticks(max(chart.totals, default=0))
    left = room_for(marks)
    drawing.scale(marks, _TOP, _BOTTOM, left)
    slot = (width - left) / max(len(chart.labels), 1)
    thick = min(slot * 0.7, _WIDEST)
    across = [left + slot * (at + 0.5) for at in range(len(chart.labels))]
    for at, x in enumerate(across):
        foot = float(_BOTTOM)
        for series in chart.series:
            value = series.values[at]
            if not value:
                continue
            tall = max(_BOTTOM - height_of(value, marks, _TOP, _BOTTOM), _LEAST)
            tip = f"{chart.labels[at]}: {value:,} {series.name}"
            drawing.box(x - thick / 2, foot - tall, thick, tall, f"fill {series.tone}", tip)
            foot -= tall
    days(drawing, chart, across)
    return str(drawing)
