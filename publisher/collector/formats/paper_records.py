"""Records of papers in JSON, JSON by lines, CSV or TSV, by the names of their keys or columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields.field_words import Field, bare, field_of
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.paper_builder import PaperSource, build_paper
from publisher.collector.fields.record_pieces import line_pieces, record_pieces
from publisher.collector.findings import finding
from publisher.collector.formats.confidence import paper_id_is_known
from publisher.collector.formats.paper_signs import names_paper
from publisher.collector.formats.record_values import (
    BrokenValue,
    LineFinder,
    names_record,
    values_of,
)
from publisher.collector.frontmatter.dates import parse_date, path_date
from publisher.collector.sources.file_kinds import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper

EXAMPLE = """
{"title": "Title of a paper", "authors": ["Ada Author"], "id": "2411.00001v1", "abstract": "..."}
"""
_DAY = re.compile(r"\d{4}-?\d\d(?:-?\d\d)?")
_LOWER_WORD = re.compile(r"[a-z][a-zA-Z0-9_]*")
_DEEPEST = 12
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class _Place:
    """The context of a record: its topic and date, "" where unknown, and its id."""

    topic: str = ""
    date: str = ""
    key: str = ""


def recognises(post: Post) -> bool:
    """Return whether `post` is a file of records that names a paper."""
    return post.ending in RECORDS and names_record(post.body)


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers among the records, and what is broken.

    A record is a paper if it has a title and an address or id of one. Its date is that of its list
    or file, where there is one: in a month or week that begins with it, the record's own.
    """
    day = path_date(path, zone)
    lines = LineFinder(post.body)
    papers: dict[tuple[str, tuple[str, ...], object], ParsedPaper] = {}
    findings: list[Finding] = []
    for each in values_of(post.body, post.ending) if post.ending in RECORDS else ():
        if isinstance(each, BrokenValue):
            findings.append(finding(path, each.line, "D118", each.reason))
            continue
        for place, pieces in _records(each.value, _Place(), 0):
            topics = (place.topic,) if place.topic else ()
            paper = build_paper(PaperSource(each.line, pieces, topics), zone)
            if paper is None or not (paper.id.startswith("arxiv:") or paper_id_is_known(paper)):
                continue
            line = each.line or lines.line_of(each.start, _title(pieces))
            above = (parse_date(place.date, zone) if place.date else None) or day
            paper = replace(paper, line=line, published=_date(paper.published, above))
            papers.setdefault((paper.id, paper.topic_names, paper.published), paper)
    return list(papers.values()), findings


def _date(own: datetime | None, above: datetime | None) -> datetime | None:
    if own is None or above is None:
        return own or above
    return own if above <= own < above + _MONTH else above


def _title(pieces: tuple[Piece, ...]) -> str:
    return next((piece.text for piece in pieces if piece.field is Field.TITLE), "")


def _records(
    value: object, place: _Place, depth: int
) -> Iterator[tuple[_Place, tuple[Piece, ...]]]:
    """Yield the place and the pieces of each object, row or item that has a title."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            if isinstance(each, list | dict):
                yield from _records(each, place, depth + 1)
    elif isinstance(value, dict):
        names = [key for key in value if isinstance(key, str)]
        pieces = record_pieces({name: value[name] for name in names}) if _has_title(value) else ()
        key = (Piece(Field.LINK, "", place.key),) if place.key else ()
        if _names_paper((*pieces, *key)):
            yield place, (*pieces, *key)
            return
        date = next((str(value[name]) for name in names if _is_date(name, value[name])), place.date)
        for name in names:
            yield from _below(name, value[name], replace(place, date=date, key=""), depth, value)
    elif isinstance(value, str) and place.key:
        yield place, (*line_pieces(value), Piece(Field.LINK, "", place.key))


def _below(
    name: str, value: object, place: _Place, depth: int, parent: Mapping[str, object]
) -> Iterator[tuple[_Place, tuple[Piece, ...]]]:
    """Yield the records below a key: an id, a date, a topic or the name of a list."""
    if paper_id.arxiv_id_of_field(name):
        yield from _records(value, replace(place, key=name), depth + 1)
    elif not isinstance(value, list | dict):
        return
    elif _DAY.fullmatch(name):
        yield from _records(value, replace(place, date=name), depth + 1)
    elif _is_topic(name, value, parent):
        yield from _records(value, replace(place, topic=name.strip("# ")), depth + 1)
    else:
        yield from _records(value, place, depth + 1)


def _has_title(value: Mapping[str, object]) -> bool:
    """Return whether an object, or one inside it, has a title."""
    return any(
        isinstance(name, str)
        and (
            field_of(name) in (Field.TITLE, Field.TRANSLATED_TITLE)
            or (isinstance(inner, dict) and any(bare(str(key)) == "title" for key in inner))
        )
        for name, inner in value.items()
    )


def _names_paper(pieces: tuple[Piece, ...]) -> bool:
    texts = [piece.text for piece in pieces if piece.field in (Field.LINK, Field.PROJECT)]
    return bool(_title(pieces)) and any(
        paper_id.arxiv_id_of_field(text) or paper_id.is_paper_site(text) or names_paper(text)
        for text in texts
    )


def _is_date(name: str, value: object) -> bool:
    return field_of(name) is Field.DATE and isinstance(value, str) and bool(value)


def _is_topic(name: str, value: object, parent: Mapping[str, object]) -> bool:
    """Return whether `name` is a topic rather than the name of a list in a program."""
    if field_of(name) is not None:
        return False
    if isinstance(value, dict):
        has_ids = any(paper_id.arxiv_id_of_field(str(key)) for key in list(value)[:3])
        return has_ids and (len(parent) > 1 or not _LOWER_WORD.fullmatch(name))
    return not _LOWER_WORD.fullmatch(name)
