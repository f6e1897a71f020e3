"""Front matter in other syntaxes than YAML: TOML, JSON, and the header lines of Pelican.

Each reader returns an `OtherFrontMatter`, or None where the text has no block in its syntax.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.frontmatter.lenient_yaml import YAML_ERRORS, load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TOML = re.compile(r"\A\s*\+{3,}[ \t]*\n(.*?\n)?\+{3,}[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML_LINE = re.compile(r"([\w-]+)[ \t]*=[ \t]*(\S.*)")
_HEXO_JSON = re.compile(
    r"\A\s*(?:;{3,}[ \t]*\n\s*\{?|(?=\"))([^\n]*\n(?:.*?\n)?);{3,}[ \t]*(?:\n|\Z)", re.DOTALL
)
_END_OF_JSON = re.compile(r"[ \t]*\n;{3,}[ \t]*(?=\n|\Z)")
_ITEM = re.compile(r"^[ \t]*-[ \t]+\S", re.MULTILINE)
_HEADER = re.compile(r"([A-Za-z][\w-]{0,40}):[ \t]*(.*)")
# Pelican's keys (docs.getpelican.com, "File metadata"). A title and another one make a block.
_PELICAN = frozenset(
    (
        "title date modified tags keywords category slug author authors summary lang translation "
        "status template save_as url"
    ).split()
)


class OtherFrontMatter(NamedTuple):
    """A block of front matter; `problem` is a syntax error at the 0-based `line`, or ""."""

    values: dict[str, object]
    length: int  # of the block, in characters
    problem: str = ""
    line: int = 0


def read(text: str) -> OtherFrontMatter | None:
    """Return the front matter of `text` in any of the syntaxes, None without one."""
    readers: tuple[Callable[[str], OtherFrontMatter | None], ...] = (
        _toml,
        _json,
        _hexo_json,
        _pelican,
    )
    return next((block for reader in readers if (block := reader(text)) is not None), None)


def _toml(text: str) -> OtherFrontMatter | None:
    block = _TOML.match(text)
    if block is None:
        return None
    source = block.group(1) or ""
    before = text.count("\n", 0, block.start(1)) if block.group(1) else 0
    try:
        return OtherFrontMatter(tomllib.loads(source, parse_float=str), block.end())
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        line = before + int(at.group(1)) - 1 if at else before
        return OtherFrontMatter(_toml_lines(source), block.end(), f"TOML: {error}", line)


def _toml_lines(source: str) -> dict[str, object]:
    """Return the values of single lines: by TOML where they are valid, else as text."""
    values: dict[str, object] = {}
    for line in source.split("\n"):
        if line.startswith("["):
            break
        if match := _TOML_LINE.fullmatch(line.strip()):
            try:
                values |= tomllib.loads(line, parse_float=str)
            except (tomllib.TOMLDecodeError, RecursionError):
                values[match.group(1)] = match.group(2).strip().strip("\"'")
    return values


def _json(text: str) -> OtherFrontMatter | None:
    start = len(text) - len(text.lstrip())
    if not text.startswith("{", start):
        return None
    try:
        values, end = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    if closing := _END_OF_JSON.match(text, end):
        end = closing.end()
    # `{{ shortcode }}` and `{% tag %}` begin a body; an object with keys is front matter.
    return OtherFrontMatter(values, end) if isinstance(values, dict) and values else None


def _hexo_json(text: str) -> OtherFrontMatter | None:
    block = _HEXO_JSON.match(text)
    if block is None:
        return None
    try:
        source = block.group(1).rstrip().removesuffix("}").rstrip(" \t\n,")
        values = json.loads(f"{{{source}}}", parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        return OtherFrontMatter({}, block.end(), f"JSON: {error}")
    return OtherFrontMatter(values, block.end())


def _pelican(text: str) -> OtherFrontMatter | None:
    """Return header lines up to the first blank line; indented lines continue a value.

    Where lists of YAML stand among them, nothing of the block is Pelican's.
    """
    values: dict[str, object] = {}
    length, key = 0, ""
    for line in text.splitlines(keepends=True):
        if match := _HEADER.fullmatch(line.rstrip()):
            key = match.group(1).lower()
            values[key] = match.group(2).strip()
        elif key and _ITEM.match(line):
            return _yaml_without_fences(text)
        elif key and line.strip() and line[0] in " \t":
            values[key] = f"{values[key]} {line.strip()}".strip()
        elif line.strip():
            break
        length += len(line)
        if key and not line.strip():
            break
    return OtherFrontMatter(values, length) if _is_head(values) else None


def _yaml_without_fences(text: str) -> OtherFrontMatter | None:
    """Return YAML up to the first blank line, which neither a line above nor below marks."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n\n", start)
    end = len(text) if end < 0 else end + 1
    try:
        values = load_yaml(text[start:end])
    except YAML_ERRORS:
        values = None
    if not isinstance(values, dict) or not _is_head({str(key).lower() for key in values}):
        return None
    problem = "no --- above and below it"
    line = text.count("\n", 0, start)
    return OtherFrontMatter({str(key): values[key] for key in values}, end, problem, line)


def _is_head(keys: Iterable[str]) -> bool:
    keys = set(keys)
    return "title" in keys and len(_PELICAN & keys) > 1
