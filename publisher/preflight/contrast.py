"""Whether every text can be read, in light and in dark (WCAG 2.2, 1.4.3, level AA).

Each text of the HTML is taken with the colour and the background that the cascade gives it on
phone and desktop, light and dark. Where nothing sets a colour, that of a browser holds.
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
UNREADABLE = 2.0  # dark on dark: nobody can read it at all
LARGE_PX, LARGE_BOLD_PX = 24.0, 18.66  # 18 and 14 pt (WCAG 2.2, "large scale")
BOLD = 600  # mail programs know 400 and 700 and take the nearer one
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
    """How text looks at a place; inherited from place to place, `background` as it shows."""

    text: Colour
    background: Colour | None  # None: a picture
    size: float  # px
    weight: int

    @property
    def needed(self) -> float:
        """The contrast that WCAG AA asks for."""
        large = self.size >= LARGE_PX or (self.size >= LARGE_BOLD_PX and self.weight >= BOLD)
        return LARGE if large else NORMAL


@dataclass(frozen=True, slots=True)
class _Defaults:
    """A browser's own colours: Chromium's, of its light and its dark scheme."""

    canvas: Colour
    text: Colour
    link: Colour


_LIGHT = _Defaults(Colour(1, 1, 1), Colour(0, 0, 0), Colour(0, 0, 238 / 255))
_DARK = _Defaults(
    Colour(18 / 255, 18 / 255, 18 / 255), Colour(1, 1, 1), Colour(158 / 255, 158 / 255, 1)
)


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find texts that are hard to read, once for each pair of colours."""
    rules = rules_of(letter.document)
    said: set[tuple[str, str]] = set()
    for screen in screens(rules):
        for look, sample, count in rendered_styles(letter.document, rules, screen):
            if look.background is None:
                continue
            ratio = contrast(look.text.over(look.background), look.background)
            if ratio >= look.needed:
                continue
            pair = f"{look.text.over(look.background).hex()} on {look.background.hex()}"
            scheme = "dark" if screen.dark else "light"
            if (pair, scheme) not in said:
                said.add((pair, scheme))
                yield finding(
                    letter.name,
                    "P401" if ratio < UNREADABLE else "P402",
                    f"{scheme}: {pair} is {ratio:.2f}:1, {look.needed}:1 is needed; "
                    f"{count} {'place' if count == 1 else 'places'}, e.g. “{sample}”",
                )


def screens(rules: Sequence[StyleRule]) -> list[Screen]:
    """Return the screens to look at: more than one width only where colours depend on it."""
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
    """Return every look that text has on `screen`, with a sample and how often there is one."""
    styles = winning_styles(document, rules, screen)
    scheme = styles.get(document, {}).get("color-scheme", "") + "".join(
        document.xpath("//meta[@name='color-scheme']/@content")
    )
    defaults = _DARK if screen.dark and "dark" in scheme else _LIGHT
    found: dict[RenderedStyle, list[str]] = {}
    start = RenderedStyle(defaults.text, defaults.canvas, 16.0, 400)
    stack = [(document, start)]
    while stack:
        element, inherited = stack.pop()
        if not isinstance(element.tag, str) or element.tag in UNSEEN:
            continue
        style = styles.get(element, {})
        if _hidden(element, style):
            continue
        look = _look(element, style, inherited, defaults)
        for text in (element.text, *(child.tail for child in element)):
            words = " ".join((text or "").split())
            if any(c.isalnum() for c in words):
                found.setdefault(look, []).append(words)
        stack += [(child, look) for child in reversed(element)]
    return [(look, texts[0][:SAMPLE], len(texts)) for look, texts in found.items()]


def _look(
    element: Any,  # noqa: ANN401 - of lxml
    style: Mapping[str, str],
    inherited: RenderedStyle,
    defaults: _Defaults,
) -> RenderedStyle:
    look = inherited
    if element.tag == "a" and element.get("href") is not None:
        look = replace(look, text=defaults.link)
    if element.tag in _BOLD_TAGS:
        look = replace(look, weight=700)
    if element.tag in _TAGS_PX:
        look = replace(look, size=_TAGS_PX[element.tag])
    if "background-image" in style or "url(" in style.get("background-color", ""):
        look = replace(look, background=None)
    below = background_of(style.get("background-color", ""))
    if below is not None:
        # Whatever shows through a picture, an opaque colour hides.
        base = look.background or (below if below.alpha == 1 else None)
        look = replace(look, background=below.over(base) if base else None)
    if style.get("color", "").lower() == "inherit":
        look = replace(look, text=inherited.text)
    text = colour(style.get("color", ""))
    if text is not None:
        look = replace(look, text=text)
    size = _size(style.get("font-size", ""), inherited.size)
    weight = _weight(style.get("font-weight", ""))
    return replace(look, size=size or look.size, weight=weight or look.weight)


def _size(value: str, around: float) -> float | None:
    found = _SIZE.fullmatch(value.strip().lower())
    if found is None:
        return None
    number, unit = float(found[1]), found[2]
    if unit == "rem":
        return number * 16
    return number * (_ABSOLUTE[unit] if unit in _ABSOLUTE else _RELATIVE[unit] * around)


def _weight(value: str) -> int | None:
    value = value.strip().lower()
    if value.isdigit():
        return int(value)
    return {"bold": 700, "bolder": 700, "normal": 400}.get(value)


def _hidden(element: Any, style: Mapping[str, str]) -> bool:  # noqa: ANN401 - of lxml
    display = style.get("display", "").lower()
    visibility = style.get("visibility", "").lower()
    gone = element.get("hidden") is not None or style.get("mso-hide", "") == "all"
    return display == "none" or visibility == "hidden" or (gone and display in ("", "none"))
