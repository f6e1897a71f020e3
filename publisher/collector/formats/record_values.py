"""The values in a file of records: of JSON, of JSON by lines, and of rows below their header."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.formats import arxiv_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK = re.compile(r"[\s\ufeff,]*")
_LINE_OF_VALUE = re.compile(r"\n(?=[{\[])")
_TABS = (".tsv",)
_MOST_BROKEN = 20  # lines; each may cost a look through the rest of the file
_NO_VALUE = "column 1: no value of JSON"
_TOO_DEEP = "column 1: nested too deeply"
_DELIMITERS = ",;\t|"


# In a file of 20 MB the signs of `paper_signs` take seconds to look for, these a tenth of one.
_SITES = ("doi.org/10.", "openreview.net/", "aclanthology.org/", "huggingface.co/papers/")
# What stands in quotes or a cell as a whole.
_BARE_ID = re.compile(r"[\"',;\t\n|](?:arXiv:)?\d\d(?:0[1-9]|1[0-2])\.\d{4,5}(?!\d)")


def names_record(text: str) -> bool:
    """Return whether `text` may hold records of papers: it has the id or address of one."""
    return (
        _BARE_ID.search(text) is not None
        or bool(arxiv_ids.ids_in(text))
        or any(site in text for site in _SITES)
    )


class Value(NamedTuple):
    """A value and where it begins: an offset in the text, or for a row its 1-based line."""

    value: object
    start: int
    line: int = 0


class BrokenValue(NamedTuple):
    """A part of a file that can't be read: its 1-based line, and the reason."""

    line: int
    reason: str


def values_of(text: str, ending: str) -> Iterator[Value | BrokenValue]:
    """Yield the values of `text`, a file with this `ending`, and what is broken in it.

    JSON may have several values, one a line or not. What follows a broken one counts again from the
    next line that begins a value.
    """
    return _rows(text, ending) if ending in (".csv", ".tsv") else _json(text)


def _json(text: str) -> Iterator[Value | BrokenValue]:
    decode = json.JSONDecoder().raw_decode
    position = broken = 0
    while (position := _after_blank(text, position)) < len(text) and broken < _MOST_BROKEN:
        try:
            # Some programs write lines of Python, not of JSON.
            is_python = text.startswith("{'", position)
            value, end = (_literal if is_python else decode)(text, position)
            yield Value(value, position)
            position = end
            continue
        except json.JSONDecodeError as error:
            place, reason = error.pos, f"column {error.colno}: {error.msg}"
        except (RecursionError, MemoryError):
            place, reason = position, _TOO_DEEP
        except (ValueError, SyntaxError):  # ValueError also of Python's limit on digits
            place, reason = position, _NO_VALUE
        broken += 1
        yield BrokenValue(text.count("\n", 0, place) + 1, reason)
        following = _LINE_OF_VALUE.search(text, position)
        position = following.end() if following else len(text)


def _after_blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _literal(text: str, position: int) -> tuple[object, int]:
    """Return the value of the line at `position`, as Python writes it, and the end of the line."""
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    return ast.literal_eval(text[position:end].strip()), end


def _rows(text: str, ending: str) -> Iterator[Value | BrokenValue]:
    head = text.removeprefix("\ufeff").split("\n", 1)[0]
    delimiter = "\t" if ending in _TABS else max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        line = reader.line_num + 1
        for row in reader:
            yield Value(dict(zip(names, row, strict=False)), 0, line)
            line = reader.line_num + 1
    except csv.Error as error:
        yield BrokenValue(reader.line_num + 1, str(error))


class LineFinder:
    """Lines of a text in which values stand, looked for in their order."""

    def __init__(self, text: str) -> None:
        """Begin at the start of `text`."""
        self._text = text
        self._position = self._line_start = 0
        self._line = 1
        self._misses = 0

    def line_of(self, start: int, title: str) -> int:
        """Return the 1-based line of `title`, at or after `start`; that of before if not found."""
        position = max(self._position, start)
        if self._misses < _MOST_BROKEN:
            forms = (json.dumps(title, ensure_ascii=False)[1:-1], json.dumps(title)[1:-1])
            places = [at for form in forms if (at := self._text.find(form, position)) >= 0]
            position = min(places, default=position)
            self._misses += not places
        self._line += self._text.count("\n", self._position, position)
        self._position = position
        return self._line
