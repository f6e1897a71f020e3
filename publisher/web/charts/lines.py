"""Line chart: a line for each series, filled where its axis begins at 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.web.charts.axis import floor, spread, ticks
from publisher.web.charts.drawing import COLUMN, Drawing, height_of, pixels, room_for, tip_of

if TYPE_CHECKING:
    from publisher.web.charts.model import Chart

_HEIGHT = 220
_TOP, _BOTTOM = 12, 190
# Room to the right of the last point, for its dot.
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
    # A single point is at the right, the place of the newest.
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
        tip = tip_of(chart.labels[-1], series.values[-1], series)
        drawing.dot(*points[-1], f"fill {series.tone}", tip)
    days(drawing, chart, across)
    return str(drawing)


def days(drawing: Drawing, chart: Chart, across: list[float]) -> None:
    """Write the labels below the positions `across`, as many as fit."""
    widest = max((pixels(chart.mark(at)) for at in range(len(across))), default=0)
    # The last label may have to move left by half its width.
    most = int(drawing.width // (widest * 1.5 + COLUMN * 2))
    for at in spread(len(across), max(most, 1)):
        half = pixels(chart.mark(at)) / 2
        # No label may leave the picture.
        x = min(max(across[at], half), drawing.width - half)
        drawing.text(x, _BOTTOM + 20, chart.mark(at), "middle")
