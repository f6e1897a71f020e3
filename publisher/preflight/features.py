"""The features of HTML and CSS that a mail uses, by the names of client_support.json.

A feature is named `kind:name`: element, attribute, property, pair (property=value), value,
function, unit, keyword, at, media, pseudo, selector, link, meta, image; and doctype, comment.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.preflight.rendered_message import elements
from publisher.preflight.style_rules import parse_attribute, parse_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.preflight.style_rules import Declaration

_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])-?[\d.]+(px|pt|pc|em|rem|ex|ch|cm|mm|in|vw|vh|vmin|vmax|%)")
_WORD = re.compile(r"(?<![\w-])[a-z][a-z-]*(?![\w(-])")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_AT = re.compile(r"@([a-z-]+)")
_MEDIA = re.compile(r"\(\s*(?:min-|max-)?([\w-]+)")
_PSEUDO = re.compile(r"::?([a-z-]+)")
_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.DOTALL)
# caniemail tests these shorthands together with their longhands.
_SHORTHANDS = ("padding", "margin", "border")
_SIDES = frozenset({"top", "right", "bottom", "left", "color", "style", "width"})
_COMBINATORS = (
    ("child", re.compile(r">")),
    ("adjacent-sibling", re.compile(r"\+")),
    ("general-sibling", re.compile(r"~(?!=)")),
    ("universal", re.compile(r"(?<![\w\]])\*")),
    ("id", re.compile(r"#[\w-]")),
    ("class", re.compile(r"\.[\w-]")),
    ("attribute", re.compile(r"\[")),
    ("grouping", re.compile(r",")),
    ("descendant", re.compile(r"[\w\])*]\s+[\w.#\[*:]")),
    ("chaining", re.compile(r"[\w\])][.#\[][\w-]+")),
    ("type", re.compile(r"(?:^|[\s>+~,])[a-zA-Z]")),
)


def used(html: str, document: Any) -> tuple[Counter[str], Counter[str]]:  # noqa: ANN401 - of lxml
    """Return the numbers of elements, and of rules in style blocks, that use each feature."""
    in_elements: Counter[str] = Counter()
    for element in elements(document):
        in_elements.update(set(_of_element(element)))
    if re.match(r"\s*<!doctype html", html, re.IGNORECASE):
        in_elements["doctype"] = 1
    if "<!--" in html:
        in_elements["comment"] = html.count("<!--")
    in_rules: Counter[str] = Counter()
    for style in document.iter("style"):
        css = _COMMENT.sub("", style.text or "")
        in_rules.update(f"at:{name}" for name in _AT.findall(css))
        for rule in parse_rules(css):
            in_rules.update(set(_of_rule(rule.selectors, rule.media, rule.declarations)))
    return in_elements, in_rules


def _of_element(element: Any) -> Iterator[str]:  # noqa: ANN401 - of lxml
    yield f"element:{element.tag}"
    for name, value in element.attrib.items():
        yield f"attribute:{name}"
        if name == "style":
            for declaration in parse_attribute(value):
                yield from _of_declaration(declaration)
    href = (element.get("href") or "").strip()
    if element.tag == "a" and href.startswith("#"):
        yield "link:#"
    elif href.startswith("mailto:"):
        yield "link:mailto"
    if element.tag == "meta" and element.get("name"):
        yield f"meta:{element.get('name')}"
    if element.tag == "img":
        source = element.get("src") or ""
        kind = "data" if source.startswith("data:") else _suffix(source)
        yield f"image:{kind}"


def _suffix(url: str) -> str:
    try:
        return urlsplit(url).path.rpartition(".")[2].lower()
    except ValueError:
        return ""


def _of_rule(
    selectors: str, media: tuple[str, ...], declarations: tuple[Declaration, ...]
) -> Iterator[str]:
    bare = re.sub(r"\[[^\]]*\]", "[]", selectors)
    yield from (f"pseudo:{name}" for name in _PSEUDO.findall(bare))
    without = _PSEUDO.sub("", bare)
    yield from (f"selector:{name}" for name, form in _COMBINATORS if form.search(without))
    for query in media:
        yield from (f"media:{name}" for name in _MEDIA.findall(query))
    for declaration in declarations:
        yield from _of_declaration(declaration)


@cache
def _of_declaration(declaration: Declaration) -> tuple[str, ...]:
    return tuple(_features(declaration))


def _features(declaration: Declaration) -> Iterator[str]:
    name, value = declaration.name, _STRING.sub("", declaration.value.lower())
    yield f"property:{name}"
    for short in _SHORTHANDS:
        if name.removeprefix(f"{short}-").split("-")[0] in _SIDES and name.startswith(f"{short}-"):
            yield f"property:{short}"
    if declaration.important:
        yield "keyword:!important"
    yield f"pair:{name}={value}"
    yield from (f"function:{name}" for name in _FUNCTION.findall(value))
    yield from (f"unit:{unit}" for unit in _UNIT.findall(value))
    if name != "font-family" or "ui" in value:
        yield from (f"value:{word}" for word in _WORD.findall(value))
