"""Tables of words and patterns: TOML files, each beside its module and of the same name.

Words stand in one text in single quotes, with a "|" between two. That reads well, and tomllib needs
a tenth of the time that it takes for lists of strings. A table is read when it is first needed, not
when its module is imported: a start for which no digest changed needs none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = TypeVar("Shape")
WordsByLanguage = dict[str, str]  # the keys are language tags: "zh-Hant"
_REFERENCE = re.compile(r"\{([a-z_]+)\}")


def read_data_file(module_file: str, shape: type[Shape]) -> Shape:
    """Return the TOML file beside `module_file`, a module's `__file__`, as a value of type `shape`.

    Raises `msgspec.DecodeError`, which says what is wrong at which key, with the file in a note.
    """
    path = Path(module_file).with_suffix(".toml")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=shape)
    except msgspec.DecodeError as error:
        error.add_note(f"This is in {path}.")
        raise


def words_of(text: str) -> list[str]:
    """Return the words of `text`."""
    return [word.strip() for word in text.split("|")]


def words_of_all(languages: WordsByLanguage) -> list[str]:
    """Return the words of all `languages`."""
    return [word for text in languages.values() for word in words_of(text)]


def any_of(text: str) -> str:
    """Return a pattern that matches any one of the words of `text`, which may be patterns."""
    return f"(?:{'|'.join(words_of(text))})"


def patterns_of(lists: Mapping[str, str]) -> dict[str, str]:
    """Return what `{name}` stands for; the words of a list may refer to lists above it."""
    patterns: dict[str, str] = {}
    for name, text in lists.items():
        patterns[name] = expand(any_of(text), patterns)
    return patterns


def expand(pattern: str, patterns: Mapping[str, str]) -> str:
    """Return `pattern` on one line, with the pattern of that name in place of each `{name}`."""
    return _REFERENCE.sub(lambda match: patterns[match[1]], pattern.replace("\n", ""))
