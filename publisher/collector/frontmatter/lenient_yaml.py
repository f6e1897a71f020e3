"""Lenient reading of invalid YAML, key by key, so that one bad value does not cost the others.

The classic case is `description: a: b`. A block is split at its keys. Values that are valid YAML by
themselves are read as YAML (lists, quotes, nested maps, long strings), all others as text.
"""

from __future__ import annotations

import re
import textwrap
from itertools import accumulate
from typing import ClassVar

import yaml
from frontmatter.default_handlers import SafeLoader, YAMLHandler

# A key of the outermost map. A blank or line end follows the colon: `http://x` is no key.
_KEY = re.compile(r"(?P<quote>[\"']?)(?P<key>[^\W\d][\w .-]{0,60}?)(?P=quote)[ \t]*:(?:[ \t]+|$)")
_ITEM = re.compile(r"-[ \t]+(\S.*)")
_COMMENT = re.compile(r"(?:^|[ \t])#.*$")
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>.*)(?P=quote)(?:[ \t]+#.*)?")
_TAB = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_INDENT = re.compile(r"^(?:[ \t]+|[-?](?=[ \t]))*+", re.MULTILINE)
_MAX_DEPTH = 4
_MAX_BLOCK = 200_000  # characters; the longest real block has 2,000
_MAX_NESTING = 500
_MAX_ITEMS = 1_000
_NULL, _MERGE = "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"
# The exceptions of PyYAML's constructors, which refuse `!!int x` with a ValueError.
YAML_ERRORS = (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError)


class _TextConstructor:
    """Constructs texts: of the types that YAML 1.1 sees in them, only null is kept.

    In a list not even that: an item called "null" is a name.
    """

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag in (_NULL, _MERGE)]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_sequence(self, node: yaml.SequenceNode, deep: bool = False) -> list[object]:  # noqa: FBT002 - as PyYAML calls it
        for item in node.value:
            if item.tag == _NULL and item.value:
                item.tag = "tag:yaml.org,2002:str"
        texts: list[object] = super().construct_sequence(node, deep)  # type: ignore[misc]
        return texts


class _Loader(_TextConstructor, SafeLoader):  # type: ignore[misc, valid-type] # in C, if possible
    pass


def load_yaml(text: str) -> object:
    """Return the value of the YAML `text`, all scalars as text. Raises one of `YAML_ERRORS`.

    The fast parser in C overflows its stack, which ends the process, on thousands of open brackets,
    and that in Python takes minutes: text that may be nested that deep is refused.
    """
    if len(text) > _MAX_BLOCK:
        raise yaml.YAMLError(f"longer than {_MAX_BLOCK} characters")
    if _nesting(text) > _MAX_NESTING:
        raise yaml.YAMLError(f"nested more than {_MAX_NESTING} deep")
    return YAMLHandler().load(text, Loader=_Loader)


def _nesting(text: str) -> int:
    """Return a bound of the depth that values are nested in `text`."""
    brackets = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(text))
    # Each level of a block is indented by at least one blank or an indicator.
    return max(accumulate(brackets, initial=0)) + max(map(len, _INDENT.findall(text)))


def read_invalid(block: str, depth: int = 0) -> dict[str, object]:
    """Return the values of `block`, which is not valid YAML as a whole."""
    values: dict[str, object] = {}
    # YAML allows no tab as indentation; a tab is meant as one level.
    block = _TAB.sub(lambda match: match.group().replace("\t", "  "), textwrap.dedent(block))
    for key, lines in _chunks(block):
        values[key] = _value(lines, depth)
    return values


def repeated_keys(block: str) -> list[tuple[int, str]]:
    """Return each repeated key of `block` with the 0-based line where it is repeated.

    PyYAML silently takes the last value; Hexo refuses such a post.
    """
    seen: set[str] = set()
    repeated: list[tuple[int, str]] = []
    for index, line in enumerate(block.split("\n")):
        if match := _KEY.match(line):
            if match["key"] in seen:
                repeated.append((index, match["key"]))
            seen.add(match["key"])
    return repeated


def _chunks(block: str) -> list[tuple[str, list[str]]]:
    """Return each key of the outermost map with its lines, beginning with the key's."""
    chunks: list[tuple[str, list[str]]] = []
    for line in block.split("\n"):
        if match := _KEY.match(line):
            chunks.append((match["key"], [line]))
        elif chunks:
            chunks[-1][1].append(line)
    return chunks


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
        if (
            inline == ""
            and depth < _MAX_DEPTH
            and (nested := read_invalid("\n".join(rest), depth + 1))
        ):
            return nested
        return " ".join(line.strip() for line in rest) or None
    whole = " ".join([inline, *(_text(line) for line in rest)])
    if whole.startswith("[") and whole.find("]") in (-1, len(whole) - 1):
        # A list that is not closed, or has items that only YAML refuses.
        parts = whole.strip("[] ,").split(",", _MAX_ITEMS)[:_MAX_ITEMS]
        return [_scalar(part.strip()) for part in parts if part.strip()]
    return whole


def _scalar(text: str) -> object:
    try:
        value = load_yaml(text)
    except YAML_ERRORS:
        return _text(text)
    return _text(text) if isinstance(value, dict | list) or value is None else value


def _text(text: str) -> str:
    """Return `text` without a comment and without quotes around it, closed or not."""
    text = text.strip()
    if match := _QUOTED.fullmatch(text):
        return match["text"]
    return _COMMENT.sub("", text[1:] if text[:1] in ('"', "'") else text).strip()
