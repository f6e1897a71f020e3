"""The fields of a record of keys and values, such as front matter, as labelled pieces.

authors: [{name: Ada Author}, Bo Writer]      arxivId: "2411.00001"
links: [{name: Code, url: https://...}]       paper: {pdf: https://..., code: https://...}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.collector.fields.field_words import Field, bare, field_of
from publisher.collector.fields.labels import Piece
from publisher.collector.frontmatter.reader import text_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ADDRESSES = (Field.LINK, Field.CODE, Field.PROJECT, Field.VENUE)
# Site generators put the name of the site's owner in their place.
_OWNERS = frozenset({"admin", "me"})
_NAMES = ("name", "title", "label", "type")
_URLS = ("url", "href", "link")
_MOST_VALUES = 10_000
_DEEPEST = 3


def front_matter_pieces(record: Mapping[str, object], depth: int = 0) -> Iterator[Piece]:
    """Yield the pieces of `record` in its order, each with its key as label.

    Maps in it are records of their own. Keys that name no field are passed over.
    """
    for key, value in record.items():
        role = field_of(key)
        if role is None or value is None:
            continue
        if role is Field.AUTHORS:
            yield Piece(role, key, "; ".join(_names(value)))
        elif role in _ADDRESSES and isinstance(value, dict | list) and depth < _DEEPEST:
            yield from _addresses(role, key, value, depth)
        else:
            yield from (Piece(role, key, text) for text in text_list(value)[:_MOST_VALUES])


def _names(value: object) -> Iterator[str]:
    """Yield the names in a list of texts or maps; a text may have several."""
    for item in (value if isinstance(value, list) else [value])[:_MOST_VALUES]:
        if isinstance(item, dict):
            parts = {bare(str(key)): str(part) for key, part in item.items() if part}
            given = parts.get("first") or parts.get("given") or parts.get("firstname", "")
            family = parts.get("last") or parts.get("family") or parts.get("lastname", "")
            name = parts.get("name") or f"{given} {family}".strip()
        else:
            name = next(iter(text_list(item)), "")
        if name and name.casefold() not in _OWNERS:
            yield name


def _addresses(role: Field, key: str, value: object, depth: int) -> Iterator[Piece]:
    """Yield the addresses in a map by name, or in a list of texts or maps of name and address."""
    for item in (value if isinstance(value, list) else [value])[:_MOST_VALUES]:
        if not isinstance(item, dict):
            yield from (Piece(role, key, text) for text in text_list(item))
            continue
        parts = {bare(str(name)): part for name, part in item.items()}
        name = next((parts[part] for part in _NAMES if part in parts), None)
        url = next((parts[part] for part in _URLS if part in parts), None)
        if isinstance(name, str) and isinstance(url, str):
            yield Piece(field_of(name) or Field.OTHER, name, url)
        else:
            yield from front_matter_pieces(
                {str(name): part for name, part in item.items()}, depth + 1
            )
