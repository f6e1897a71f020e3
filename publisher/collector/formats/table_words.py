"""The words of tables of papers: names of columns, headings without a topic, empty cells."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from publisher.collector.data_files import WordsByLanguage, any_of, read_data_file, words_of_all
from publisher.collector.fields.field_words import Field, field_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Role = Literal[
    "date", "year", "title", "authors", "link", "code", "abstract", "summary", "comment", "venue",
    "paper", "work", "other",
]  # fmt: skip
OTHER = "other"  # a column with a name that is known, and of no use
_ROLES: dict[Field | None, Role] = {
    Field.TITLE: "title",
    Field.AUTHORS: "authors",
    Field.ABSTRACT: "abstract",
    Field.TRANSLATED_ABSTRACT: "summary",
    Field.SUMMARY: "summary",
    Field.TAKEAWAYS: "summary",
    Field.LINK: "link",
    Field.CODE: "code",
    Field.PROJECT: "code",
    Field.DATE: "date",
    Field.UPDATED: "date",
    Field.COMMENT: "comment",
    Field.VENUE: "venue",
    Field.TRANSLATED_TITLE: "other",
    Field.AFFILIATION: "other",
    Field.TOPIC: "other",
    Field.KEYWORDS: "other",
    Field.SCORE: "other",
    Field.OTHER: "other",
}
_NOT_LETTERS = re.compile(r"[\W\d_]+")
# Between the words of a name such as "Title & Authors", "标题/Title" or "论文 Paper".
_SEPARATOR = re.compile(
    r"[/|&+,，、(（)）:：]|\band\b|[与和及]|"
    r"(?<=[a-z])\s+(?=[\u3040-\ud7ff])|(?<=[\u3040-\ud7ff])\s+(?=[a-z])",
    re.IGNORECASE,
)
_UPDATE = re.compile(r"\W*(?:last\s+)?updat|\W*(?:最后|最近)?更新", re.IGNORECASE)
_COUNT = re.compile(r"(?<!\s)\s*+[(（\[][ \t]*+\d+[^()（）\[\]]{0,20}[)）\]]\s*$")
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2})?[日月]?|\b\d{8}\b|"
    r"\b\d{1,2}[ -][A-Z][a-z]{2,8}[ -,]+\d{4}|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}"
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_EMPTY = re.compile(r"[(（\[]\s*[)）\]]")
_MAX_NAME = 60  # characters
_EDGES = " \t-–—:：|·,，.!*#"


class _TableWordsFile(msgspec.Struct, forbid_unknown_fields=True):
    columns: dict[Role, WordsByLanguage]
    buttons: WordsByLanguage
    no_topic: WordsByLanguage
    nothing: WordsByLanguage


class _TableWords(NamedTuple):
    """The words of all languages; names of columns and buttons in the form of `_bare`."""

    roles: dict[str, Role]
    buttons: frozenset[str]
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
        frozenset(map(_bare, words_of_all(file.buttons))),
        re.compile("|".join(map(any_of, file.no_topic.values())), re.IGNORECASE),
        frozenset(words_of_all(file.nothing)),
    )


def _bare(name: str) -> str:
    """Return the name of a column for comparison: its letters, in lower case."""
    return _NOT_LETTERS.sub("", name).casefold()


@lru_cache(maxsize=1024)
def role_of(name: str) -> Role | None:
    """Return the role of the column `name`, None for an unknown one."""
    if len(name) > _MAX_NAME:
        return None
    bare = _bare(name)
    return _words().roles.get(bare) or _ROLES.get(field_of(bare))


def columns(names: Sequence[str]) -> list[str]:
    """Return the role of each column, "" for unknown ones, each role once except `OTHER`.

    A name with several words ("Title & Authors") has the first role that no other column has.
    """
    roles: list[str] = []
    for name in names:
        role: str = role_of(name) or ""
        roles.append(role if role not in roles or role in ("paper", "work", OTHER) else "")
    for at, role in enumerate(roles):
        if role == "paper":
            better = "link" if "title" in roles else "title"
            roles[at] = better if better not in roles else ""
    for at, name in enumerate(names):
        roles[at] = roles[at] or _role_of_part(name, roles)
    for at, role in enumerate(roles):
        if role == "work":
            roles[at] = OTHER if "title" in roles else "title"
    return roles


def _role_of_part(name: str, taken: Sequence[str]) -> str:
    """Return the role of a word in `name` that is not `taken`, "" without one."""
    parts = _SEPARATOR.split(name) if len(name) <= _MAX_NAME else []
    for named in map(role_of, parts) if len(parts) > 1 else ():
        is_second = named == "abstract" and named in taken
        role = "title" if named == "paper" else "summary" if is_second else named
        if role and role not in taken:
            return role
    return ""


def is_button(text: str) -> bool:
    """Return whether `text` is that of a button, such as "PDF" or "Read more"."""
    return len(text) <= _MAX_NAME and _bare(text) in _words().buttons


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
