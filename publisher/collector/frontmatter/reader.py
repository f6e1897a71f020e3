"""Front matter: the block of metadata at the start of a post, read even if it is not valid.

Values are text as the author wrote it, in lists and maps of any depth; null is None. YAML 1.1 would
make the tag NO false, and 12:30:45 a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING

import yaml

from publisher.collector.findings import finding
from publisher.collector.frontmatter import lenient_yaml
from publisher.collector.frontmatter.yaml_block import find_yaml_block
from publisher.collector.sources.file_kinds import ending_of_records
from publisher.collector.text.plain_text import plain

if TYPE_CHECKING:
    from publisher.collector.frontmatter.yaml_block import YamlBlock
    from publisher.models import Finding

_SEPARATOR = re.compile(r"\s*[,，;；、]\s*")


@dataclass(frozen=True, slots=True)
class Post:
    """A post split in two: `body_line` is the 1-based line of the file where `body` begins.

    A file of records has its `ending`, and is a body as a whole.
    """

    metadata: dict[str, object]
    body: str
    body_line: int
    findings: tuple[Finding, ...]
    ending: str = ""  # of a file of records, such as ".json"


def read_post(path: str, text: str) -> Post:
    """Return the post `text` split into front matter and body; `path` is for the findings.

    A block with a syntax error is read key by key, as its author meant it. The finding D104 has the
    error, its line, and the keys that could be read.
    """
    if ending := ending_of_records(path):
        return Post({}, text, 1, (), ending)
    block = find_yaml_block(text)
    if block is None:
        return _other_syntax(path, text)
    source = text[block.start : block.end]
    first_line = text.count("\n", 0, block.start) + 1
    metadata, problem, line = _read_yaml(source, block)
    findings = [
        finding(path, first_line + at, "D304", key)
        for at, key in lenient_yaml.repeated_keys(source)
    ]
    if problem:
        detail = _with_readable_keys(problem, metadata)
        findings.insert(0, finding(path, first_line + line, "D104", detail))
    body_line = text.count("\n", 0, block.body) + 1
    return Post(metadata, text[block.body :], body_line, tuple(findings))


def _read_yaml(source: str, block: YamlBlock) -> tuple[dict[str, object], str, int]:
    """Return the values of `source`, and its error with the 0-based line, "" without one."""
    try:
        # Not `frontmatter.loads`: it strips the body, so that line numbers would be wrong.
        loaded = lenient_yaml.load_yaml(source) or {}
        if not isinstance(loaded, dict):
            raise yaml.YAMLError("not a mapping of keys to values")
    except lenient_yaml.YAML_ERRORS as error:
        line, reason = _describe(error)
        return lenient_yaml.read_invalid(source), reason, line
    metadata = {str(key): value for key, value in loaded.items()}
    return metadata, "" if block.is_closed else "no --- closes it", 0


def _other_syntax(path: str, text: str) -> Post:
    # Nearly all posts have YAML.
    from publisher.collector.frontmatter import other_syntaxes  # noqa: PLC0415 - rarely needed

    block = other_syntaxes.read(text)
    if block is None:
        return Post({}, text, 1, (finding(path, 1, "D103"),))
    body_line = text.count("\n", 0, block.length) + 1
    problem = _with_readable_keys(block.problem, block.values)
    findings = (finding(path, block.line + 1, "D104", problem),) if block.problem else ()
    return Post(dict(block.values), text[block.length :], body_line, findings)


def _with_readable_keys(reason: str, metadata: dict[str, object]) -> str:
    """Return `reason` and the keys whose values could be read in spite of it."""
    keys = [key for key, value in metadata.items() if value is not None]
    return f"{reason}; keys read: {', '.join(keys)}"[:300] if keys else reason


def _describe(error: Exception) -> tuple[int, str]:
    """Return the 0-based line of `error` inside the block, and its reason."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return error.problem_mark.line, str(error.problem or error.context or "syntax error")
    return 0, " ".join(str(error).split())[:200] or type(error).__name__


def text_of(metadata: dict[str, object], *keys: str) -> str:
    """Return the first value of `keys` that is a text or number, else "".

    Case does not matter: Pelican writes `Title:`.
    """
    lowered = {key.lower(): value for key, value in reversed(metadata.items())}
    for key in keys:
        value = lowered.get(key.lower())
        is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
        if is_text and (text := str(value).strip()):
            return text
    return ""


def text_list(value: object) -> tuple[str, ...]:
    """Return a value such as that of `tags` as texts; it may be a list, a text or neither."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    flat = [item for part in value for item in (part if isinstance(part, list) else [part])]
    # Scalars only: anchors can make the text of a nested list grow without end.
    scalars = [item for item in flat if isinstance(item, str | int | float | date | time)]
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in scalars]
    return tuple(text for text in texts if text.strip())


def names_of(metadata: dict[str, object], key: str) -> tuple[str, ...]:
    """Return the names in a list of names, or in a text that separates them by commas."""
    value = next((value for name, value in metadata.items() if name.lower() == key), None)
    names = text_list(value)
    if isinstance(value, str):
        names = tuple(_SEPARATOR.split(plain(value).strip("[] ")))
    return tuple(name for name in names if name.strip())
