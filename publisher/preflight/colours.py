"""Colours as numbers, and how well one can be read on another (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import tinycss2
from tinycss2.color4 import parse_color

from publisher.wcag import contrast_ratio, relative_luminance


@dataclass(frozen=True, slots=True)
class Colour:
    """sRGB; every part from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, below: Colour) -> Colour:
        """Return what is seen of this colour on the opaque colour `below`."""
        share = self.alpha
        mixed = (
            share * mine + (1 - share) * other
            for mine, other in zip(self._parts(), below._parts(), strict=True)
        )
        return Colour(*mixed)

    def hex(self) -> str:
        """Return e.g. "#0b6b74"."""
        return "#" + "".join(f"{round(part * 255):02x}" for part in self._parts())

    def luminance(self) -> float:
        """Return the relative luminance (WCAG 2.2, "relative luminance")."""
        return relative_luminance(*self._parts())

    def _parts(self) -> tuple[float, float, float]:
        return self.red, self.green, self.blue


@cache
def colour(value: str) -> Colour | None:
    """Return the colour `value` of CSS, None for what is none (also inherit, currentcolor)."""
    parsed = parse_color(value)
    if parsed is None or isinstance(parsed, str):
        return None
    red, green, blue = parsed.to("srgb").coordinates
    return Colour(red, green, blue, parsed.alpha)


@cache
def background_of(value: str) -> Colour | None:
    """Return the colour in a value of the shorthand `background`; None where it has none."""
    for token in tinycss2.parse_component_value_list(value):
        if token.type in ("ident", "hash", "function"):
            background = colour(token.serialize())
            if background is not None:
                return background
    return None


@cache
def contrast(first: Colour, second: Colour) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21."""
    return contrast_ratio(first.luminance(), second.luminance())
