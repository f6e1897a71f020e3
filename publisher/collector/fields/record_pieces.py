"""The labelled pieces of a record: an object of JSON or a row, by its keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields.field_words import Field, bare, field_of
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.lead import is_category, read_lead
from publisher.collector.text import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PREFIX = re.compile(r"(?:llm|ai|gpt|paper)[_ -]", re.IGNORECASE)
_TEXTS = frozenset(
    {
        Field.ABSTRACT,
        Field.TRANSLATED_ABSTRACT,
        Field.SUMMARY,
        Field.TAKEAWAYS,
        Field.MOTIVATION,
        Field.METHOD,
        Field.RESULT,
        Field.CONCLUSION,
        Field.INNOVATION,
    }
)
_ADDRESSES = frozenset({Field.LINK, Field.CODE, Field.PROJECT})
_LEFT_OUT = frozenset(
    {Field.OTHER, Field.GROUP, Field.SCORE, Field.AFFILIATION, Field.KEYWORDS, Field.UPDATED}
)
_NAMES = ("name", "fullname", "full_name", "display_name", "label", "term", "value", "text")
_URLS = ("url", "href", "link", "html_url")
_NOTHING = frozenset({"", "none", "null", "nan", "n/a", "na", "-", "[]", "unknown", "无"})
_DATE_BEFORE = re.compile(r"\A\s*[\[(](?:19|20)\d\d(?:[./-]\d{1,2}){0,2}[\])]\s*")
_DEEPEST = 4
_MOST_ITEMS = 10_000
_LAST_FIRST = re.compile(r"([^,]{1,60}),\s*([^,]{1,60})")


def record_pieces(record: Mapping[str, object]) -> tuple[Piece, ...]:
    """Return the pieces of `record`, of each text field the first.

    What arXiv's interface calls the summary is the abstract, where no other is given.
    """
    pieces = list(_pieces(record, 0, texts_only=False))
    if not any(piece.field is Field.ABSTRACT for piece in pieces):
        pieces = [
            piece._replace(field=Field.ABSTRACT) if _is_abstract(piece) else piece
            for piece in pieces
        ]
    has_main = any(piece.field is Field.TOPIC and "primary" in piece.label for piece in pieces)
    seen: set[Field | None] = set()
    kept: list[Piece] = []
    for piece in pieces:
        is_again = piece.field in seen and piece.field is not Field.ABSTRACT
        if (piece.field in _TEXTS and is_again) or (
            has_main and piece.field is Field.TOPIC and "primary" not in piece.label
        ):
            continue
        seen.add(piece.field)
        kept.append(piece)
    return tuple(kept)


def line_pieces(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a row of a table, or of an item of a list, that stands in a record."""
    text = text.strip()
    if text.startswith("|"):
        cells = (cell.strip() for cell in text.split("|"))
        text = ", ".join(cell for cell in cells if cell.lower().strip("*") not in _NOTHING)
    lead = read_lead(text.removeprefix("- ").removeprefix("* "))
    title = [Piece(Field.TITLE, "", lead.title)] if lead.title else []
    address = [Piece(Field.LINK, "", lead.title_url)] if lead.title_url else []
    return (*title, *address, *lead.pieces)


def _is_abstract(piece: Piece) -> bool:
    letters = sum(map(str.isascii, piece.text))
    return (
        piece.field is Field.SUMMARY
        and bare(piece.label) == "summary"
        and letters > len(piece.text) / 2
    )


def _pieces(record: Mapping[str, object], depth: int, *, texts_only: bool) -> Iterator[Piece]:
    for key, value in record.items():
        field = field_of(key) or field_of(_PREFIX.sub("", key, count=1))
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from _of_object(key, field, value, depth, texts_only=texts_only)
        elif not (texts_only and field not in _TEXTS):
            for text in _texts(field, value):
                role = _role(key, field, text)
                if role is not None:
                    is_title = role is Field.TITLE
                    yield Piece(role, key, _DATE_BEFORE.sub("", text) if is_title else text)


def _of_object(
    key: str, field: Field | None, value: Mapping[str, object], depth: int, *, texts_only: bool
) -> Iterator[Piece]:
    """Yield the pieces of an object inside a record.

    Its name is no title, unless it is the paper itself or its metadata: it may be of a person.
    """
    if field in _TEXTS or field in (Field.TITLE, Field.AUTHORS):
        values = (value.get(name) for name in (*_NAMES, "en", *value))
        first = next(filter(None, values), None)
        if "value" in value or not any(map(field_of, value)):
            yield from (Piece(field, key, text) for text in _texts(field, first))
            return
    has_title = any(field_of(name) is Field.TITLE and bare(name) != "name" for name in value)
    if field in _ADDRESSES and not has_title:
        texts = (text for each in value.values() for text in _texts(field, each))
        yield from (Piece(field, key, text) for text in texts)
        return
    is_part = field in (Field.LINK, Field.GROUP) and not texts_only
    yield from _pieces(value, depth + 1, texts_only=not is_part)


def _role(key: str, field: Field | None, text: str) -> Field | None:
    """Return the field of `text`; under an unknown key only an address of paper or code has one."""
    if field is not None:
        return None if field in _LEFT_OUT else field
    if paper_id.arxiv_id(text) or ("arxiv" in key.lower() and paper_id.arxiv_id_of_field(text)):
        return Field.LINK
    if not text.startswith(("http://", "https://")) or len(text.split()) > 1:
        return None
    if links.code_urls(text):
        return Field.CODE
    return Field.LINK if paper_id.is_paper_site(text) else None


def _texts(field: Field | None, value: object) -> list[str]:
    """Return the texts of a value that is no object: one, or those of a list."""
    values = value[:_MOST_ITEMS] if isinstance(value, list) else [value]
    items = [text for each in values if (text := _item(each))]
    if not isinstance(value, list) or not items:
        return items
    if field is Field.AUTHORS:
        return [", ".join(map(_given_first, items))]
    if field is Field.TOPIC:
        return items[:1] if all(map(is_category, items)) else ["; ".join(items)]
    if field is Field.TAKEAWAYS:
        return ["\n".join(f"- {item}" for item in items)]
    if field is None or field in _ADDRESSES:
        return items
    return ["\n".join(items)]


def _scalar(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    return "" if text.lower() in _NOTHING else text


def _item(value: object) -> str:
    if isinstance(value, dict):
        texts = (_scalar(value.get(name)) for name in (*_URLS, *_NAMES))
        return next(filter(None, texts), "")
    return _scalar(value)


def _given_first(name: str) -> str:
    match = _LAST_FIRST.fullmatch(name)
    return f"{match[2]} {match[1]}" if match else name
