"""Tables of words and patterns: TOML files, each beside its module and with the same name.

Words are separated by "|" in a single text, which is easy to read, and takes tomllib a tenth of the
time of lists of strings. A table is read at its first use, not when its module is imported: while
no digest changes, none is needed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = TypeVar("Shape")
WordsByLanguage = dict[str, str]  # by language tag, such as "zh-Hant"
_REFERENCE = re.compile(r"\{([a-z_]+)\}")


def read_data_file(module_file: str, shape: type[Shape]) -> Shape:
    """Return the TOML file beside `module_file`, a module's `__file__`, as a value of type `shape`.

    Raises `msgspec.DecodeError` with the problem and its key, and the file in a note.
    """
    path = Path(module_file).with_suffix(".toml")
    try:
        return msgspec.toml.decode(path.read_bytes(), type=shape)
    except msgspec.DecodeError as error:
        error.add_note(f"The file is {path}.")
        raise


def words_of(text: str) -> list[str]:
    """Return the words of `text`."""
    return [word.strip() for word in text.split("|")]


def words_of_all(languages: WordsByLanguage) -> list[str]:
    """Return the words of all `languages`."""
    return [word for text in languages.values() for word in words_of(text)]


def any_of(text: str) -> str:
    """Return a pattern that matches any of the words of `text`, which may be patterns."""
    return f"(?:{'|'.join(words_of(text))})"


def patterns_of(lists: Mapping[str, str]) -> dict[str, str]:
    """Return a pattern for each list by its name; words may refer to previous lists as `{name}`."""
    patterns: dict[str, str] = {}
    for name, text in lists.items():
        patterns[name] = expand(any_of(text), patterns)
    return patterns


def expand(pattern: str, patterns: Mapping[str, str]) -> str:
    """Return `pattern` on one line, with each `{name}` replaced by the pattern of that name."""
    return _REFERENCE.sub(lambda match: patterns[match[1]], pattern.replace("\n", ""))
