"""Growth: a line for each series, filled where its axis begins at 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.web.charts.axis import floor, some_of, ticks
from publisher.web.charts.drawing import COLUMN, Drawing, height_of, pixels, room_for

if TYPE_CHECKING:
    from publisher.web.charts.model import Chart

_HEIGHT = 220
_TOP, _BOTTOM = 12, 190
# Room right of the last point, for its mark.
_RIGHT = 6


def lines(chart: Chart, width: int) -> str:
    """Return the chart as an SVG element for a column of `width` pixels."""
    drawing = Drawing(chart, width, _HEIGHT)
    values = tuple(value for series in chart.series for value in series.values)
    low = floor(values)
    marks = ticks(max(values, default=0), low)
    left = room_for(marks)
    drawing.scale(marks, _TOP, _BOTTOM, left)
    count = len(chart.labels)
    # One point stands at the right, where the newest always is.
    gap = (width - left - _RIGHT) / max(count - 1, 1)
    across = [width - _RIGHT - gap * (count - 1 - at) for at in range(count)]
    for series in chart.series:
        points = [
            (x, height_of(value, marks, _TOP, _BOTTOM))
            for x, value in zip(across, series.values, strict=True)
        ]
        if not points:
            continue
        if low == 0 and len(points) > 1:
            drawing.path(points, f"area {series.tone}", down_to=_BOTTOM)
        drawing.path(points, f"line {series.tone}")
        tip = f"{chart.labels[-1]}: {series.values[-1]:,} {series.name}"
        drawing.dot(*points[-1], f"fill {series.tone}", tip)
    days(drawing, chart, across)
    return str(drawing)


def days(drawing: Drawing, chart: Chart, across: list[float]) -> None:
    """Write the labels under the places `across`, as many as have room."""
    widest = max((pixels(chart.mark(at)) for at in range(len(across))), default=0)
    # The last one may have to stand half its width further left.
    most = int(drawing.width // (widest * 1.5 + COLUMN * 2))
    for at in some_of(len(across), max(most, 1)):
        half = pixels(chart.mark(at)) / 2
        # None may leave the picture.
        x = min(max(across[at], half), drawing.width - half)
        drawing.text(x, _BOTTOM + 20, chart.mark(at), "middle")
