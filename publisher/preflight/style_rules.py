"""The style sheets of a mail as rules, and the media queries that apply on a screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import tinycss2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LENGTH = re.compile(r"([\d.]+)(px|em|rem)?")
_FEATURE = re.compile(r"\(\s*([\w-]+)\s*:\s*([^)]+?)\s*\)")
_EM = 16.0


@dataclass(frozen=True, slots=True)
class Declaration:
    """A property with its value, as in `color: red !important`."""

    name: str
    value: str
    important: bool


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A rule of a style sheet; `media` are the queries around it, all of which must match."""

    selectors: str
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen on which a mail is read."""

    dark: bool
    width: int  # px

    def __str__(self) -> str:
        """Return e.g. "dark, 360 px"."""
        return f"{'dark' if self.dark else 'light'}, {self.width} px"


def rules_of(document: Any) -> tuple[StyleRule, ...]:  # noqa: ANN401 - of lxml
    """Return the rules of all style blocks in their order."""
    return tuple(rule for style in document.iter("style") for rule in parse_rules(style.text or ""))


# The editions of an issue share their style blocks, and most of their style attributes.
@lru_cache(maxsize=64)
def parse_rules(css: str) -> tuple[StyleRule, ...]:
    """Return the rules of a style sheet; those in `@supports` count as supported."""
    return tuple(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


@lru_cache(maxsize=4096)
def parse_attribute(style: str) -> tuple[Declaration, ...]:
    """Return the valid declarations in a style attribute."""
    return _declarations(style)


def _rules(nodes: Iterable[Any], media: tuple[str, ...] = ()) -> Iterator[StyleRule]:
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = tinycss2.serialize(node.prelude).strip()
            yield StyleRule(selectors, _declarations(node.content), media)
        elif node.type == "at-rule" and node.content is not None:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            if node.lower_at_keyword == "media":
                query = tinycss2.serialize(node.prelude).strip().lower()
                yield from _rules(inner, (*media, query))
            elif node.lower_at_keyword == "supports":
                yield from _rules(inner, media)


def _declarations(source: Any) -> tuple[Declaration, ...]:  # noqa: ANN401 - text or tokens
    nodes = tinycss2.parse_blocks_contents(source, skip_comments=True, skip_whitespace=True)
    return tuple(
        Declaration(node.lower_name, tinycss2.serialize(node.value).strip(), node.important)
        for node in nodes
        if node.type == "declaration"
    )


def holds(query: str, screen: Screen) -> bool:
    """Return whether a list of media queries matches `screen`; unknown ones do not match."""
    return any(_holds(part.strip(), screen) for part in query.lower().split(","))


def _holds(query: str, screen: Screen) -> bool:
    negated = query.startswith("not ")
    words = re.sub(r"\([^)]*\)", " ", query.removeprefix("not ").removeprefix("only ")).split()
    features = _FEATURE.findall(query)
    kind = [word for word in words if word != "and"]
    fits = (
        kind in ([], ["all"], ["screen"])
        and len(features) == query.count("(")
        and all(_fits(name, value, screen) for name, value in features)
    )
    return fits != negated


def _fits(name: str, value: str, screen: Screen) -> bool:
    if name == "prefers-color-scheme":
        return value == ("dark" if screen.dark else "light")
    length = _LENGTH.fullmatch(value)
    if length is None:
        return False
    pixels = float(length[1]) * (1 if length[2] in (None, "px") else _EM)
    if name in ("max-width", "max-device-width"):
        return screen.width <= pixels
    return name in ("min-width", "min-device-width") and screen.width >= pixels
