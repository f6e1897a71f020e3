"""Contrast of two colours by the Web Content Accessibility Guidelines 2.2.

https://www.w3.org/TR/WCAG22/#dfn-relative-luminance and #dfn-contrast-ratio
"""

from __future__ import annotations

TEXT_CONTRAST = 4.5  # success criterion 1.4.3 (AA): the least ratio of text to its background

# 0.04045, not the 0.03928 that the text had until 2021.
_LINEAR_UP_TO = 0.04045


def relative_luminance(red: float, green: float, blue: float) -> float:
    """Return the luminance of a colour in sRGB, whose parts are from 0 to 1: 0 black, 1 white."""
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def contrast_ratio(luminance: float, other: float) -> float:
    """Return the contrast ratio of two colours by their luminances, from 1 to 21."""
    darker, lighter = sorted((luminance, other))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4
