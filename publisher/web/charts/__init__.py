"""Charts as SVG: a `Chart` as lines, columns or bars.

Functions without scripts, colours and text sizes; their words are in the language that holds.
Classes name the meaning of a shape, and the style sheet gives it a colour for light and for dark
mode. Chart libraries write colours, a style element and a script into each picture, which our
Content-Security-Policy forbids.
"""

from __future__ import annotations

from publisher.web.charts.bars import bars
from publisher.web.charts.columns import columns, groups
from publisher.web.charts.lines import lines
from publisher.web.charts.model import Chart, Series, Tone

__all__ = ["Chart", "Series", "Tone", "bars", "columns", "groups", "lines"]
