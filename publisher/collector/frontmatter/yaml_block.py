"""The YAML block at the start of a post, in every form that site generators accept.

* Jekyll, Hugo, Pandoc: `---` above, `---` or `...` below; more hyphens are as good;
* Hexo: the line above may be missing, or have more hyphens;
* blank lines and HTML comments may stand before it.

A line of hyphens also is a rule or underlines a heading, so only what reads as keys is a block.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_COMMENT = re.compile(r"[ \t]*<!--(?:(?!-->).)*-->[ \t]*(?:\n|\Z)", re.DOTALL)
_BLANK = re.compile(r"\ufeff?[ \t]*\n")
_OPENING = re.compile(r"[ \t]*-{3,}[ \t]*(?:ya?ml[ \t]*)?(?:#[^\n]*)?(?:\n|\Z)", re.IGNORECASE)
_CLOSING = re.compile(r"^(?:-{3,}|\.{3,})[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"[ \t]*(?:[\"']?[^\W\d][\w .-]{0,60}[\"']?[ \t]*:(?:[ \t\n]|\Z)|\{)")
_NOTHING = re.compile(r"[ \t]*(?:#.*)?")
# Without a line above, one of these has to be there: "Note: this" may be underlined too.
_KNOWN_KEY = re.compile(
    r"^[\"']?(?:title|date|tags?|categor(?:y|ies)|layout|permalink|authors?|description|keywords|"
    r"published|updated|comments|slug|type|draft)[\"']?[ \t]*:(?:[ \t]|$)",
    re.MULTILINE | re.IGNORECASE,
)
_MAX_HEAD = 20_000  # characters before a closing line without an opening one
_LINE_OF_HEAD = re.compile(
    r"(?:[ \t]+\S|-[ \t]|-$|#|[\]}]|[\"']?[^\W\d][\w .-]{0,60}[\"']?[ \t]*:)"
)


class YamlBlock(NamedTuple):
    """The place of a block in a text: of its source, and where the body begins."""

    start: int
    end: int
    body: int
    is_closed: bool = True


def find_yaml_block(text: str) -> YamlBlock | None:
    """Return the place of the YAML block of `text`, None without one.

    A block that nothing closes ends at the first line that is no part of it.
    """
    start = _first_line(text)
    opening = _OPENING.match(text, start)
    if opening is None:
        return _without_opening(text, start)
    closing = _CLOSING.search(text, opening.end())
    source = text[opening.end() : closing.start() if closing else len(text)]
    if source.strip() and not _begins_with_a_key(source):
        return None  # a rule above prose
    if closing is not None:
        return YamlBlock(opening.end(), closing.start(), closing.end())
    end = _end_of_head(text, opening.end())
    return YamlBlock(opening.end(), end, end, is_closed=False) if source.strip() else None


def _first_line(text: str) -> int:
    """Return where the first line begins that is not blank and no comment."""
    at = 0
    while match := _BLANK.match(text, at) or _COMMENT.match(text, at):
        at = match.end()
    return at + text.startswith("\ufeff", at)


def _without_opening(text: str, start: int) -> YamlBlock | None:
    closing = _CLOSING.search(text, start, start + _MAX_HEAD)
    if closing is None or closing.group().startswith("."):
        return None
    source = text[start : closing.start()]
    lines = [line for line in source.split("\n") if line.strip()]
    is_head = (
        _KNOWN_KEY.search(source) and _KEY.match(source) and all(map(_LINE_OF_HEAD.match, lines))
    )
    return YamlBlock(start, closing.start(), closing.end()) if is_head else None


def _begins_with_a_key(source: str) -> bool:
    lines = source.split("\n")
    first = next((line for line in lines if not _NOTHING.fullmatch(line)), "")
    return bool(_KEY.match(first)) or not first


def _end_of_head(text: str, start: int) -> int:
    at = start
    for line in text[start : start + _MAX_HEAD].splitlines(keepends=True):
        if not line.strip() or not _LINE_OF_HEAD.match(line):
            break
        at += len(line)
    return at
