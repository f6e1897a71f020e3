"""Bar chart: a bar for each label, its series one after the other; for domains and reader apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.web.charts.axis import short
from publisher.web.charts.drawing import Drawing, cut, pixels, tip_of

if TYPE_CHECKING:
    from publisher.web.charts.model import Chart

_ROW, _NAME, _BAR, _THICK = 42, 15, 23, 9
_LEAST = 2.0


def bars(chart: Chart, width: int) -> str:
    """Return the chart as an SVG element for a column of `width` pixels.

    Names are above their bars, so that long ones fit on a phone too.
    """
    drawing = Drawing(chart, width, max(_ROW * len(chart.labels), _ROW))
    longest = max(*chart.totals, 1) if chart.totals else 1
    for at, (label, total) in enumerate(zip(chart.labels, chart.totals, strict=True)):
        top = _ROW * at
        number = short(total)
        words = cut(label, width - pixels(number) - 16)
        drawing.text(0, top + _NAME, words, "name", full=label if words != label else "")
        drawing.text(width, top + _NAME, number, "end")
        drawing.box(0, top + _BAR, width, _THICK, "groove", "")
        x = 0.0
        for series in chart.series:
            value = series.values[at]
            if not value:
                continue
            long = max(width * value / longest, _LEAST)
            tip = tip_of(label, value, series)
            drawing.box(x, top + _BAR, min(long, width - x), _THICK, f"fill {series.tone}", tip)
            x += long
    return str(drawing)
