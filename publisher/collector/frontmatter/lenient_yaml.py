"""YAML that YAML refuses: read key by key, so that one bad value costs no other.

The classic is `description: a: b`. A block is cut at its keys; what is good YAML by itself is read
as YAML (lists, quotes, dates, nested maps, long strings), and only the rest as the text it is.
"""

from __future__ import annotations

import re
import textwrap

import yaml
from frontmatter.default_handlers import YAMLHandler

# A key of the outermost map. What follows the colon is no mark-up of its own: `http://x` is no key.
_KEY = re.compile(r"(?P<quote>[\"']?)(?P<key>[^\W\d][\w .-]{0,60}?)(?P=quote)[ \t]*:(?:[ \t]+|$)")
_ITEM = re.compile(r"-[ \t]+(\S.*)")
_COMMENT = re.compile(r"(?:^|[ \t])#.*$")
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>.*)(?P=quote)(?:[ \t]+#.*)?")
_TAB = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_MAX_DEPTH = 4
_MAX_BLOCK = 200_000  # characters; the longest real block has 2,000
_MAX_NESTING = 500
# What the constructors of YAML raise: it refuses `2024-13-45` with a ValueError.
YAML_ERRORS = (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError)


def load_yaml(text: str) -> object:
    """Return what `text` is in YAML. Raises one of `YAML_ERRORS`.

    The quick parser in C overruns its stack, and ends the process, where thousands of brackets are
    open. What may be nested so deep goes to the one in Python, which raises RecursionError.
    """
    if len(text) > _MAX_BLOCK:
        raise yaml.YAMLError(f"longer than {_MAX_BLOCK} characters")
    openers = sum(map(text.count, ("[", "{", "- ", "-\t", "? ", "?\t")))
    indent = max((len(line) - len(line.lstrip()) for line in text.split("\n")), default=0)
    if openers + indent > _MAX_NESTING:
        return YAMLHandler().load(text, Loader=yaml.SafeLoader)
    return YAMLHandler().load(text)


def read(block: str, depth: int = 0) -> dict[str, object]:
    """Return the values of `block`, which YAML refuses as a whole."""
    values: dict[str, object] = {}
    # A tab can't indent in YAML, and is meant as one level.
    block = _TAB.sub(lambda match: match.group().replace("\t", "  "), textwrap.dedent(block))
    for key, lines in _chunks(block):
        values[key] = _value(lines, depth)
    return values


def duplicates(block: str) -> list[tuple[int, str]]:
    """Return the keys that `block` has already, each with its 0-based line.

    YAML takes the last value in silence; Hexo refuses such a post.
    """
    seen: set[str] = set()
    found: list[tuple[int, str]] = []
    for index, line in enumerate(block.split("\n")):
        if match := _KEY.match(line):
            if match["key"] in seen:
                found.append((index, match["key"]))
            seen.add(match["key"])
    return found


def _chunks(block: str) -> list[tuple[str, list[str]]]:
    """Return each key of the outermost map with its lines, its own line first."""
    found: list[tuple[str, list[str]]] = []
    for line in block.split("\n"):
        if match := _KEY.match(line):
            found.append((match["key"], [line]))
        elif found:
            found[-1][1].append(line)
    return found


def _value(lines: list[str], depth: int) -> object:
    try:
        loaded = load_yaml("\n".join(lines) + "\n")
    except YAML_ERRORS:
        loaded = None
    if isinstance(loaded, dict) and len(loaded) == 1:
        return next(iter(loaded.values()))
    match = _KEY.match(lines[0])
    inline = _text(lines[0][match.end() :] if match else "")
    rest = [line for line in lines[1:] if line.strip() and not line.lstrip().startswith("#")]
    if inline in ("", "|", ">", "|-", ">-", "|+", ">+"):
        items = [item for line in rest if (item := _ITEM.fullmatch(line.strip()))]
        if items:
            return [_scalar(item.group(1)) for item in items]
        if inline == "" and depth < _MAX_DEPTH and (nested := read("\n".join(rest), depth + 1)):
            return nested
        return " ".join(line.strip() for line in rest) or None
    whole = " ".join([inline, *(_text(line) for line in rest)])
    if whole.startswith("[") and whole.find("]") in (-1, len(whole) - 1):
        # A list that is never closed, or holds what only YAML minds: its parts are clear.
        return [_scalar(part.strip()) for part in whole.strip("[] ,").split(",") if part.strip()]
    return whole


def _scalar(text: str) -> object:
    try:
        value = load_yaml(text)
    except YAML_ERRORS:
        return _text(text)
    return _text(text) if isinstance(value, dict | list) or value is None else value


def _text(text: str) -> str:
    """Return `text` without its comment and the quotes around it, closed or not."""
    text = text.strip()
    if match := _QUOTED.fullmatch(text):
        return match["text"]
    return _COMMENT.sub("", text[1:] if text[:1] in ('"', "'") else text).strip()
