"""The columns of imported files, also of other systems' exports, and what their values say.

The names and words are in import_columns.toml.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ACTIVE, PAUSED, UNCONFIRMED, LEFT = "active", "paused", "unconfirmed", "left"
REASONS = {
    LEFT: "has left",
    "no_mail": "gets no mail",
    "bounced": "mail to the address bounced",
    "complained": "reported a mail as spam",
}
_BLANKS = re.compile(r"[\s_.\-]+")
_Words = dict[str, str]


class _ColumnTables(msgspec.Struct, frozen=True):
    """The file's sections: texts of words by what they mean."""

    columns: _Words
    refusing: _Words
    wanting: _Words
    waiting: _Words
    statuses: _Words
    words: _Words
    answers: _Words
    file_names: _Words


@dataclass(frozen=True, slots=True)
class ColumnMark:
    """A column that may say why somebody gets no mail; `name` is that of the file."""

    index: int
    name: str
    yes: str = ""  # the meaning of any value but "no"
    no: str = ""

    def meaning(self, value: str) -> str:
        """Return a key of `REASONS`, `UNCONFIRMED`, or "" where `value` says nothing against mail.

        A word for a status is understood wherever "yes" would be good.
        """
        word = fold_word(value)
        if not word:
            return ""
        if word in _answers_no():
            return self.no
        kind = self.yes or status_words().get(word, "")
        return kind if kind in REASONS or kind == UNCONFIRMED else ""


@dataclass(frozen=True, slots=True)
class FileColumns:
    """The columns of a file: places of ours by our names, marks, and the names of all others."""

    places: Mapping[str, int]
    marks: tuple[ColumnMark, ...]
    unknown: tuple[str, ...]
    is_foreign: bool  # another system's file

    @classmethod
    def of(cls, header: Sequence[str]) -> FileColumns:
        """Return what the cells of `header` name."""
        names = [fold_word(cell) for cell in header]
        places: dict[str, int] = {}
        for column, aliases in _column_names().items():
            known = (names.index(alias) for alias in aliases if alias in names)
            if (place := next(known, None)) is not None:
                places[column] = place
        marks = tuple(
            ColumnMark(index, header[index].strip(), yes, no)
            for index, name in enumerate(names)
            if index != places.get("status")
            for yes, no in _meanings().get(name, ())
        )
        used = {*places.values(), *(mark.index for mark in marks)}
        unknown = (cell for index, cell in enumerate(header) if index not in used)
        is_foreign = bool(marks) or any(names[place] != fold_word(c) for c, place in places.items())
        return cls(places, marks, tuple(cell.strip() for cell in unknown), is_foreign)


def fold_word(text: str) -> str:
    """Return `text` as names and words are compared: without case, "_" and "-" as blanks."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


@cache
def status_words() -> Mapping[str, str]:
    """Return the meaning of each word for a status."""
    return _by_word(_tables().words)


def reason_of_file(name: str) -> str:
    """Return why nobody in a file with this name gets mail, "" where it doesn't say so."""
    word = fold_word(name)
    return next(
        (
            REASONS[kind]
            for beginning, kind in _by_word(_tables().file_names).items()
            if word == beginning or word.startswith(f"{beginning} ")
        ),
        "",
    )


@cache
def _tables() -> _ColumnTables:
    data = Path(__file__).with_suffix(".toml").read_bytes()
    return msgspec.toml.decode(data, type=_ColumnTables)


@cache
def _column_names() -> Mapping[str, Sequence[str]]:
    return {column: _words(text) for column, text in _tables().columns.items()}


@cache
def _meanings() -> Mapping[str, Iterable[tuple[str, str]]]:
    """Return by the name of a column the meanings of "yes" and "no" in it."""
    tables, meanings = _tables(), dict[str, list[tuple[str, str]]]()
    for section, is_yes in (
        (tables.refusing, True),
        (tables.waiting, True),
        (tables.wanting, False),
    ):
        for name, kind in _by_word(section).items():
            meanings.setdefault(name, []).append((kind, "") if is_yes else ("", kind))
    for name in _words(tables.statuses["names"]):
        meanings.setdefault(name, []).append(("", ""))
    return meanings


@cache
def _answers_no() -> frozenset[str]:
    return frozenset(fold_word(word) for word in _words(_tables().answers["no"]))


def _by_word(section: Mapping[str, str]) -> dict[str, str]:
    return {word: kind for kind, text in section.items() for word in _words(text)}


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split("|")]
