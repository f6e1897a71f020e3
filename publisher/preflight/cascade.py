"""The cascade (CSS Cascading 4, 6) of a mail's styles: the winning declaration for each element.

As much as contrast needs: style blocks, style attributes, and presentational attributes. lxml finds
the elements of a selector, cssselect its specificity.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selectors
from lxml import etree

from publisher.preflight.rendered_message import elements
from publisher.preflight.style_rules import Screen, holds, parse_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from publisher.preflight.style_rules import Declaration, StyleRule

# Important, from a style attribute, specificity, place.
_Weight = tuple[bool, bool, tuple[int, int, int], int]
_Declared = tuple[Any, str, _Weight, str]
_ATTRIBUTES = {"bgcolor": "background-color", "color": "color"}
_NOWHERE: tuple[int, int, int] = (0, 0, 0)


def winning_styles(
    document: Any,  # noqa: ANN401 - of lxml
    rules: Iterable[StyleRule],
    screen: Screen,
) -> Mapping[Any, Mapping[str, str]]:
    """Return the values that win for each element on `screen`, by property.

    Selectors that lxml does not support (:hover, ::before) match nothing.
    """
    matching = [rule for rule in rules if all(holds(query, screen) for query in rule.media)]
    winners: dict[Any, dict[str, tuple[_Weight, str]]] = {}
    for element, name, weight, value in chain(_attributes(document), _sheets(document, matching)):
        values = winners.setdefault(element, {})
        if name not in values or weight >= values[name][0]:
            values[name] = (weight, value)
    return {
        element: {name: value for name, (_, value) in values.items()}
        for element, values in winners.items()
    }


def _sheets(document: Any, rules: Iterable[StyleRule]) -> Iterator[_Declared]:  # noqa: ANN401 - of lxml
    for place, rule in enumerate(rules, start=1):
        for path, specificity in _paths(rule.selectors):
            for element in path(document):
                for declaration in rule.declarations:
                    weight = (declaration.important, False, specificity, place)
                    yield element, _property(declaration), weight, declaration.value


def _attributes(document: Any) -> Iterator[_Declared]:  # noqa: ANN401 - of lxml
    for element in elements(document):
        for attribute, name in _ATTRIBUTES.items():
            value = element.get(attribute)
            if value:
                # Weaker than any style sheet (HTML, "presentational hints").
                yield element, name, (False, False, _NOWHERE, 0), value
        for declaration in parse_attribute(element.get("style") or ""):
            weight = (declaration.important, True, _NOWHERE, 0)
            yield element, _property(declaration), weight, declaration.value


def _property(declaration: Declaration) -> str:
    # The shorthand resets the colour, to none if it names none.
    return "background-color" if declaration.name == "background" else declaration.name


@cache
def _paths(selectors: str) -> list[tuple[Any, tuple[int, int, int]]]:
    try:
        parsed = parse_selectors(selectors)
        translator = HTMLTranslator()
        return [
            (etree.XPath(translator.selector_to_xpath(selector)), selector.specificity())
            for selector in parsed
            if selector.pseudo_element is None
        ]
    except (SelectorError, etree.XPathSyntaxError):
        return []
