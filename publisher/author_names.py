"""The names in a list of authors, written in any of the usual ways.

    Ada Author, Bo Writer, and Cy Scribe        Ada Author & Bo Writer; Cy Scribe et al.
    Author, A., Writer, B. C.                   Author, Ada and Writer, Bo
    Tree Team: Ada Author (Institute), Bo Writer¹*

A name is given name first. Marks of notes, affiliations as numbers and addresses are no part of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Text without any of these is names between commas.
_SPECIAL = re.compile(
    r"[;；、，&:：.()（）\[\]{}<@*^$†‡§¶#\d⁰¹²³⁴-⁹∗|·•]|\b(?:and|und|jr|sr|II|III|IV|PhD|MD|al|others)\b|[和与及等…]"
    r"|(?:^|,)\s*[a-z]{1,3}\s*(?:,|$)",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,1000}\)")
_EMAIL = re.compile(r"[(<\[]?[\w.+-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,60}){1,5}[)>\]]?")
# A circumflex after a backslash is an accent: "Beno\^{\i}t".
_RAISED = re.compile(
    r"\$?(?<!\\)\^\{[^{}]{0,60}\}\$?|\$?(?<!\\)\^[\d*†‡§]{1,6}\$?|\$\^\{?[^${}]{0,40}\}?\$|<sup>[^<>]{0,60}</sup>"
    r"|\\(?:textsuperscript|thanks|footnote)\{[^{}]{0,200}\}|\[\d[\d, ]{0,20}\]"
)
_MARK = "[*∗†‡§¶#✉☆⋆⁰¹²³⁴-⁹]"
# Notes after a name, as in "Bo Writer1,2*", and never the number of "R2D2 Team".
_MARKS = re.compile(
    rf"(?:{_MARK}|(?<=[^\W\d_]{{2}})\d{{1,2}}(?!\d))(?:,?(?:{_MARK}|\d{{1,2}}(?!\d))){{0,40}}"
    r"(?=\s*(?:[,，;；、(]|$)|\s+(?:and|&)\s)"
)
_ET_AL = re.compile(
    r"(?:(?<![\s,，;；、])[\s,，;；、]++|(?<![\s,，;；、*_]))"
    r"(?:[*_]*+\bet\.?\s*al\b\.?|\band\s+(?:\d+\s+)?others\b|等人?(?=$|[\s)）.。]))"
    r"[.。*_)]*\s*$",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[(（]\s*\d[\d,;\s]*[)）]")
_SEMICOLON = re.compile(r"[;；]")
_COMMA = re.compile(r"[,，、;；]|<br\s*/?>|\s[|·•]\s", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|und|&|和|与|及)\s+", re.IGNORECASE)
_LEADING_AND = re.compile(r"^\s*(?:and|und|&|和|与|及)\s+", re.IGNORECASE)
_COLON = re.compile(r"\s*[:：]\s*")
_INITIALS = re.compile(r"(?:(?!St\.)[^\W\d_]{1,2}\.[ -]?)+|[A-Z](?:[ -]?[A-Z]){0,2}")
_SUFFIX = re.compile(r"[JS]r\.?|I{2,3}|IV|Ph\.?D\.?|MD")
_ORGANISATION = re.compile(
    r"\b(?:team|teams|collaboration|consortium|groups?|labs?|laboratory|laboratories|centers?"
    r"|centres?|institutes?|university|initiative|foundation|department|school|committee|network"
    r"|project|community|contributors|members|research|inc|company|alliance)\b",
    re.IGNORECASE,
)
_PARTICLES = re.compile(r"(?:(?:van|von|der|den|de|da|di|du|la|le|del|dos|ter|ten|al|el|bin)\s)+")
# Twice the longest list of authors there is, that of two experiments at CERN together (5,154).
_MOST_NAMES, _MOST_CHARACTERS = 10_000, 200_000
_OPENING, _CLOSING = "([{（", ")]}）"


def author_names(text: str, clean: Callable[[str], str]) -> tuple[str, ...]:
    """Return the names in `text`, each after `clean`, which turns source text into plain text."""
    text = text[:_MOST_CHARACTERS]
    if not _SPECIAL.search(text):
        plain = (clean(_unmarked(name)) for name in text.split(","))
        return tuple(name for name in plain if name)[:_MOST_NAMES]
    text = _EMAIL.sub("", _LINK.sub(r"\1", text))
    text = _ET_AL.sub("", " ".join(text.split()))
    text = _MARKS.sub("", _RAISED.sub("", _NUMBERS.sub("", text))).strip(" ,，;；")
    names = (clean(_unmarked(name)) for name in _people(text)[:_MOST_NAMES])
    return tuple(name for name in names if any(map(str.isalnum, name)))


def _unmarked(name: str) -> str:
    """Return `name` without marks of emphasis around it, and that of a break of lines after it."""
    return name.strip("*_ ").removesuffix("\\")


def _people(text: str) -> list[str]:
    if (records := _records(text)) is not None:
        return [_given_first(record.split(",")) for record in records]
    pieces = [part for piece in _split(text, _COMMA) for part in _split(piece, _COLON)]
    parts = [part for piece in pieces for part in _joined_by_and(piece)]
    return _with_initials(_without_leading_and(parts))


def _records(text: str) -> list[str] | None:
    """Return the records "Last, First" of `text`, split at semicolons or "and", else None."""
    for separator in (_SEMICOLON, _AND):
        records = [part.strip(" ,") for part in separator.split(text)]
        if len(records) > 1 and all(map(_is_record, records)):
            return records
    return None


def _is_record(text: str) -> bool:
    """Return whether `text` is "Last, First": of two names in a list, both have blanks."""
    last, comma, first = text.partition(",")
    last = _PARTICLES.sub("", last.strip())
    return bool(comma and last and first.strip()) and not (
        any(mark in first.split(",")[0] for mark in _OPENING)
        or ("," in first and not _SUFFIX.fullmatch(first.rpartition(",")[2].strip()))
        or (" " in last and " " in first.strip() and not _INITIALS.fullmatch(first.strip()))
    )


def _given_first(parts: list[str]) -> str:
    last, first, *suffix = (part.strip() for part in parts)
    return " ".join([first, last, *suffix])


def _split(text: str, separator: re.Pattern[str]) -> list[str]:
    """Return the parts of `text` between separators that are not inside brackets."""
    parts: list[str] = []
    depth, start, done = 0, 0, 0
    for match in separator.finditer(text):
        between = text[done : match.start()]
        depth += sum(map(between.count, _OPENING)) - sum(map(between.count, _CLOSING))
        depth = max(0, depth)
        done = match.end()
        if depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _joined_by_and(text: str) -> Iterable[str]:
    """Return the names that "and" joins; that of an organisation may have the word inside."""
    if _ORGANISATION.search(text) and not re.search(r"\sand\s+the\s", text):
        return [text]
    return _split(text, _AND)


def _without_leading_and(parts: list[str]) -> list[str]:
    names = (_LEADING_AND.sub("", part).strip() for part in parts)
    return [name for name in names if name]


def _with_initials(parts: list[str]) -> list[str]:
    """Return the names of `parts`, in which initials or a suffix may follow a surname."""
    names: list[str] = []
    is_surname = has_suffix = False
    for part in parts:
        if names and not has_suffix and _SUFFIX.fullmatch(part):
            names[-1] = f"{names[-1]} {part}"
            has_suffix = True
        elif is_surname and _INITIALS.fullmatch(part):
            names[-1] = f"{part} {names[-1]}"
            is_surname = False
        else:
            names.append(part)
            is_surname, has_suffix = not _has_initials(part), False
    return names


def _has_initials(name: str) -> bool:
    return any(_INITIALS.fullmatch(word) for word in name.split())
