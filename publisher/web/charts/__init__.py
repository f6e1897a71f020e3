"""Charts as SVG made here, one `Chart` in three forms: lines, columns and bars.

Pure functions: no script, no colour and no size of text in them. Classes name what a shape stands
for, and the style sheet gives it a colour by day and one by night, which is why no library makes
them: those write colours and a style element into each picture, which our Content-Security-Policy
forbids, and a script beside it.
"""

from __future__ import annotations

from publisher.web.charts.bars import bars
from publisher.web.charts.columns import columns, groups
from publisher.web.charts.lines import lines
from publisher.web.charts.model import Chart, Series, Tone

__all__ = ["Chart", "Series", "Tone", "bars", "columns", "groups", "lines"]
