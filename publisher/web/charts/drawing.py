"""The SVG element of a chart, with its alternative text, and the shapes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from wcwidth import wcswidth, wcwidth

from publisher.translation import _
from publisher.web.charts.axis import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.web.charts.model import Chart, Series

# Pixels of a column of text (half a Han character) in the style sheet's size.
COLUMN = 6.5


class Drawing:
    """A picture of `width` by `height` pixels that shrinks with the page."""

    def __init__(self, chart: Chart, width: int, height: int) -> None:
        """Start with the chart's title and summary."""
        self.width = width
        # Each chart is on the page twice, for two widths.
        name = f"{chart.id}-{width}"
        self.root = ET.Element(
            "svg",
            {
                "class": f"w{width}",
                "viewBox": f"0 0 {width} {height}",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
            },
        )
        ET.SubElement(self.root, "title", {"id": f"{name}-title"}).text = chart.title
        ET.SubElement(self.root, "desc", {"id": f"{name}-desc"}).text = chart.summary

    def text(self, x: float, y: float, words: str, kind: str, *, full: str = "") -> None:
        """Write `words`, with the tooltip `full`."""
        element = ET.SubElement(self.root, "text", {"class": kind, "x": _at(x), "y": _at(y)})
        element.text = words
        if full:
            element.text = None
            title = ET.SubElement(element, "title")
            title.text, title.tail = full, words

    def box(self, x: float, y: float, width: float, height: float, kind: str, tip: str) -> None:
        """Draw a filled box with the tooltip `tip`."""
        size = {"x": _at(x), "y": _at(y), "width": _at(width), "height": _at(height)}
        element = ET.SubElement(self.root, "rect", {"class": kind, **size})
        if tip:
            ET.SubElement(element, "title").text = tip

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a straight line."""
        ends = {"x1": _at(x1), "y1": _at(y1), "x2": _at(x2), "y2": _at(y2)}
        ET.SubElement(self.root, "line", {"class": kind, **ends})

    def path(
        self, points: Sequence[tuple[float, float]], kind: str, *, down_to: float = -1
    ) -> None:
        """Draw a line through `points`, or fill the area between it and the height `down_to`."""
        way = "M" + "L".join(f"{_at(x)} {_at(y)}" for x, y in points)
        if down_to >= 0:
            way += f"V{_at(down_to)}H{_at(points[0][0])}Z"
        ET.SubElement(self.root, "path", {"class": kind, "d": way})

    def dot(self, x: float, y: float, kind: str, tip: str) -> None:
        """Draw a dot."""
        place = {"cx": _at(x), "cy": _at(y), "r": "3.5"}
        element = ET.SubElement(self.root, "circle", {"class": kind, **place})
        ET.SubElement(element, "title").text = tip

    def scale(self, marks: Sequence[int], top: float, bottom: float, left: float) -> None:
        """Draw the lines of the vertical axis, and its numbers to their left."""
        for mark in marks:
            y = height_of(mark, marks, top, bottom)
            kind = "base" if mark == marks[0] else "grid"
            self.line(left, y, self.width, y, kind)
            self.text(left - 8, y + 4, short(mark), "end")

    def __str__(self) -> str:
        """Return the picture as an element of an HTML page."""
        return ET.tostring(self.root, encoding="unicode")


def height_of(value: float, marks: Sequence[int], top: float, bottom: float) -> float:
    """Return the vertical position of `value` on an axis with these `marks`."""
    return bottom - (bottom - top) * (value - marks[0]) / (marks[-1] - marks[0])


def room_for(marks: Sequence[int]) -> float:
    """Return the pixels that the numbers of the vertical axis need."""
    return 8 + max(pixels(short(mark)) for mark in marks)


def tip_of(label: str, value: int, series: Series) -> str:
    """Return the tooltip of a figure, in the language that holds."""
    return _("{label}: {value:,} {series}").format(label=label, value=value, series=series.name)


def pixels(text: str) -> float:
    """Return the approximate width of a text in pixels."""
    return COLUMN * max(wcswidth(text), len(text) // 2)


def cut(text: str, width: float) -> str:
    """Return as much of `text` as fits into `width` pixels, with an ellipsis if it is cut."""
    if pixels(text) <= width:
        return text
    room, kept = width - COLUMN, ""
    for letter in text:
        room -= COLUMN * max(wcwidth(letter), 0)
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…"


def _at(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")
