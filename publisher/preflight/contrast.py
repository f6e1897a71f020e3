"""Contrast of all texts, in light and dark mode (WCAG 2.2, 1.4.3, level AA).

Colour and background of each text are those that the cascade gives it on phone and desktop, in
light and dark mode; where no style sets them, a browser's defaults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from publisher.preflight.cascade import winning_styles
from publisher.preflight.colours import Colour, background_of, colour, contrast
from publisher.preflight.findings import finding
from publisher.preflight.rendered_message import UNSEEN
from publisher.preflight.style_rules import Screen, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage
    from publisher.preflight.style_rules import StyleRule

NORMAL, LARGE = 4.5, 3.0  # WCAG 2.2, 1.4.3
UNREADABLE = 2.0  # such as dark on dark
LARGE_PX, LARGE_BOLD_PX = 24.0, 18.66  # 18 and 14 pt (WCAG 2.2, "large scale")
BOLD = 600  # mail programs have 400 and 700, and use the nearer one
WIDTHS = (1200, 360)
SAMPLE = 30
_PROPERTIES = frozenset({"color", "background", "background-color"})
_RELATIVE = {"em": 1.0, "%": 0.01}
_ABSOLUTE = {"px": 1.0, "pt": 4 / 3}
_SIZE = re.compile(r"([\d.]+)(px|pt|rem|em|%)")
_TAGS_PX = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "small": 13.33}
_BOLD_TAGS = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class RenderedStyle:
    """The computed style of a text; `background` is the colour that shows through."""

    text: Colour
    background: Colour | None  # None for a picture
    size: float  # px
    weight: int

    @property
    def needed(self) -> float:
        """The contrast that WCAG AA requires."""
        large = self.size >= LARGE_PX or (self.size >= LARGE_BOLD_PX and self.weight >= BOLD)
        return LARGE if large else NORMAL


@dataclass(frozen=True, slots=True)
class _Defaults:
    """A browser's default colours, here Chromium's."""

    canvas: Colour
    text: Colour
    link: Colour


_LIGHT = _Defaults(Colour(1, 1, 1), Colour(0, 0, 0), Colour(0, 0, 238 / 255))
_DARK = _Defaults(
    Colour(18 / 255, 18 / 255, 18 / 255), Colour(1, 1, 1), Colour(158 / 255, 158 / 255, 1)
)


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find texts with too little contrast, once for each pair of colours."""
    rules = rules_of(rendered.document)
    reported: set[tuple[str, str]] = set()
    for screen in screens(rules):
        for style, sample, count in rendered_styles(rendered.document, rules, screen):
            if style.background is None:
                continue
            ratio = contrast(style.text.over(style.background), style.background)
            if ratio >= style.needed:
                continue
            pair = f"{style.text.over(style.background).hex()} on {style.background.hex()}"
            scheme = "dark" if screen.dark else "light"
            if (pair, scheme) not in reported:
                reported.add((pair, scheme))
                yield finding(
                    rendered.name,
                    "P401" if ratio < UNREADABLE else "P402",
                    f"{scheme}: {pair} is {ratio:.2f}:1, {style.needed}:1 is needed; "
                    f"{count} {'place' if count == 1 else 'places'}, e.g. “{sample}”",
                )


def screens(rules: Sequence[StyleRule]) -> list[Screen]:
    """Return the screens to check, with several widths only where colours depend on the width."""
    depends = any(
        "width" in query
        for rule in rules
        for query in rule.media
        if any(d.name in _PROPERTIES for d in rule.declarations)
    )
    widths = WIDTHS if depends else WIDTHS[:1]
    return [Screen(dark=dark, width=width) for dark, width in product((False, True), widths)]


def rendered_styles(
    document: Any,  # noqa: ANN401 - of lxml
    rules: Sequence[StyleRule],
    screen: Screen,
) -> list[tuple[RenderedStyle, str, int]]:
    """Return every style that text has on `screen`, with a sample and the number of texts."""
    styles = winning_styles(document, rules, screen)
    scheme = styles.get(document, {}).get("color-scheme", "") + "".join(
        document.xpath("//meta[@name='color-scheme']/@content")
    )
    defaults = _DARK if screen.dark and "dark" in scheme else _LIGHT
    texts_by_style: dict[RenderedStyle, list[str]] = {}
    start = RenderedStyle(defaults.text, defaults.canvas, 16.0, 400)
    stack = [(document, start)]
    while stack:
        element, inherited = stack.pop()
        if not isinstance(element.tag, str) or element.tag in UNSEEN:
            continue
        style = styles.get(element, {})
        if _is_hidden(element, style):
            continue
        computed = _computed(element, style, inherited, defaults)
        for text in (element.text, *(child.tail for child in element)):
            words = " ".join((text or "").split())
            if any(c.isalnum() for c in words):
                texts_by_style.setdefault(computed, []).append(words)
        stack += [(child, computed) for child in reversed(element)]
    return [(style, texts[0][:SAMPLE], len(texts)) for style, texts in texts_by_style.items()]


def _computed(
    element: Any,  # noqa: ANN401 - of lxml
    style: Mapping[str, str],
    inherited: RenderedStyle,
    defaults: _Defaults,
) -> RenderedStyle:
    computed = inherited
    if element.tag == "a" and element.get("href") is not None:
        computed = replace(computed, text=defaults.link)
    if element.tag in _BOLD_TAGS:
        computed = replace(computed, weight=700)
    if element.tag in _TAGS_PX:
        computed = replace(computed, size=_TAGS_PX[element.tag])
    if "background-image" in style or "url(" in style.get("background-color", ""):
        computed = replace(computed, background=None)
    below = background_of(style.get("background-color", ""))
    if below is not None:
        # An opaque colour hides a picture below it.
        base = computed.background or (below if below.alpha == 1 else None)
        computed = replace(computed, background=below.over(base) if base else None)
    if style.get("color", "").lower() == "inherit":
        computed = replace(computed, text=inherited.text)
    text = colour(style.get("color", ""))
    if text is not None:
        computed = replace(computed, text=text)
    size = _size(style.get("font-size", ""), inherited.size)
    weight = _weight(style.get("font-weight", ""))
    return replace(computed, size=size or computed.size, weight=weight or computed.weight)


def _size(value: str, inherited: float) -> float | None:
    match = _SIZE.fullmatch(value.strip().lower())
    if match is None:
        return None
    number, unit = float(match[1]), match[2]
    if unit == "rem":
        return number * 16
    return number * (_ABSOLUTE[unit] if unit in _ABSOLUTE else _RELATIVE[unit] * inherited)


def _weight(value: str) -> int | None:
    value = value.strip().lower()
    if value.isdigit():
        return int(value)
    return {"bold": 700, "bolder": 700, "normal": 400}.get(value)


def _is_hidden(element: Any, style: Mapping[str, str]) -> bool:  # noqa: ANN401 - of lxml
    display = style.get("display", "").lower()
    visibility = style.get("visibility", "").lower()
    hides = element.get("hidden") is not None or style.get("mso-hide", "") == "all"
    return display == "none" or visibility == "hidden" or (hides and display in ("", "none"))
