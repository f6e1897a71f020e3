"""The words of daily-arXiv lists: names of columns, headings without a topic, empty cells."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from publisher.collector.data_files import WordsByLanguage, any_of, read_data_file, words_of_all

if TYPE_CHECKING:
    from collections.abc import Sequence

_Role = Literal["date", "title", "authors", "link", "code", "abstract", "summary", "comment"]
_NOT_LETTERS = re.compile(r"[\W\d_]+")

_UPDATE = re.compile(r"\W*(?:last\s+)?updat|\W*(?:最后|最近)?更新", re.IGNORECASE)
_COUNT = re.compile(r"(?<!\s)\s*+[(（\[][ \t]*+\d+[^()（）\[\]]{0,20}[)）\]]\s*$")
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2})?[日月]?|\b\d{8}\b|"
    r"\b\d{1,2}[ -][A-Z][a-z]{2,8}[ -,]+\d{4}|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}"
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_EMPTY = re.compile(r"[(（\[]\s*[)）\]]")
_EDGES = " \t-–—:：|·,，.!*#"


class _TableWordsFile(msgspec.Struct, forbid_unknown_fields=True):
    columns: dict[_Role, WordsByLanguage]
    title_or_link: WordsByLanguage
    no_topic: WordsByLanguage
    nothing: WordsByLanguage


class _TableWords(NamedTuple):
    """The words of all languages; names of columns in the form of `_bare`."""

    roles: dict[str, _Role]
    title_or_link: frozenset[str]
    no_topic: re.Pattern[str]
    nothing: frozenset[str]


@cache
def _words() -> _TableWords:
    file = read_data_file(__file__, _TableWordsFile)
    roles = {
        _bare(name): role for role, names in file.columns.items() for name in words_of_all(names)
    }
    return _TableWords(
        roles,
        frozenset(words_of_all(file.title_or_link)),
        re.compile("|".join(map(any_of, file.no_topic.values())), re.IGNORECASE),
        frozenset(words_of_all(file.nothing)),
    )


def _bare(name: str) -> str:
    """Return the name of a column for comparison: its letters, in lower case."""
    return _NOT_LETTERS.sub("", name).casefold()


def columns(names: Sequence[str]) -> list[str]:
    """Return the role of each column, "" for unknown ones.

    Returns [] for a table that does not list papers: it lacks a title, or both date and link.
    """
    words = _words()
    bare_names = [_bare(name) for name in names]
    roles: list[str] = []
    for name in bare_names:
        role = words.roles.get(name, "")
        roles.append(role if role not in roles else "")
    for index, name in enumerate(bare_names):
        if name in words.title_or_link:
            role = "link" if "title" in roles else "title"
            roles[index] = role if role not in roles else ""
    return roles if "title" in roles and {"date", "link"} & set(roles) else []


def topic(heading: str) -> str:
    """Return the topic that `heading` names, "" without one ("Updated on 2024.11.30")."""
    heading = _COUNT.sub("", heading)
    bare = _EMPTY.sub(" ", _YEAR.sub(" ", _DATE.sub(" ", heading))).strip(_EDGES)
    if not bare or _words().no_topic.fullmatch(" ".join(bare.split())):
        return ""
    shown = _EMPTY.sub(" ", _DATE.sub(" ", heading))  # "CVPR 2024" keeps its year
    return " ".join(shown.split()).strip(_EDGES)


def is_update(heading: str) -> bool:
    """Return whether `heading` has the date of the list, which is not that of its papers."""
    return _UPDATE.match(heading) is not None


def is_nothing(cell: str) -> bool:
    """Return whether `cell` stands for nothing: "null", "-"."""
    text = cell.strip("* `").casefold()
    return not text or text in _words().nothing
