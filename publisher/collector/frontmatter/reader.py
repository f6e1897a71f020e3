"""Front matter: the block of metadata at the start of a post, read even if it is not valid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import yaml

from publisher.collector.findings import finding
from publisher.collector.frontmatter import lenient_yaml

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.models import Finding

# Hexo writes a blank line before the block.
_BLOCK = re.compile(r"\A(?:[ \t]*\n)*---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post split in two: `body_line` is the 1-based line of the file where `body` begins."""

    metadata: dict[str, object]
    body: str
    body_line: int
    findings: tuple[Finding, ...]


def read_post(path: str, text: str) -> Post:
    """Return the post `text` split into front matter and body; `path` is for the findings.

    A block with a syntax error is read key by key, as its author meant it. The finding D104 has the
    error, its line, and the keys that could be read.
    """
    block = _BLOCK.match(text)
    if block is None:
        return _other_syntax(path, text)
    source = block.group(1) or ""
    first_line = text.count("\n", 0, block.start(1)) + 1 if source else 1
    body, body_line = text[block.end() :], text.count("\n", 0, block.end()) + 1
    duplicates = tuple(
        finding(path, first_line + line, "D304", key)
        for line, key in lenient_yaml.repeated_keys(source)
    )
    try:
        # Not `frontmatter.loads`: it strips the body, so that line numbers would be wrong.
        metadata = lenient_yaml.load_yaml(source) or {}
        if not isinstance(metadata, dict):
            raise yaml.YAMLError("not a mapping of keys to values")
    except lenient_yaml.YAML_ERRORS as error:
        line, reason = _describe(error)
        metadata = lenient_yaml.read_invalid(source)
        broken = finding(path, first_line + line, "D104", _with_readable_keys(reason, metadata))
        return Post(metadata, body, body_line, (broken, *duplicates))
    return Post({str(key): value for key, value in metadata.items()}, body, body_line, duplicates)


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
    scalars = [item for item in flat if isinstance(item, str | int | float | date)]
    return tuple(str(item) for item in scalars if str(item).strip())


def parse_date(value: object, zone: ZoneInfo) -> datetime | None:
    """Return a date of front matter as an aware time, in `zone` if it has no time zone.

    None where it can't be understood. YAML itself has parsed most of them.
    """
    if isinstance(value, datetime):
        return _aware(value, zone)
    if isinstance(value, date):
        return _aware(datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001 - _aware adds it
    if isinstance(value, str) and (match := _DATE.search(value)):
        parts = [int(part) for part in match.groups()[:6] if part]
        try:
            naive = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - see above
            offset = (match.group(7) or "").replace("Z", "+0000").replace(":", "")
            if offset:
                return datetime.strptime(f"{naive.isoformat()}{offset}", "%Y-%m-%dT%H:%M:%S%z")
        except ValueError:
            return None
        return _aware(naive, zone)
    return None


def _aware(value: datetime, zone: ZoneInfo) -> datetime | None:
    value = value.replace(microsecond=0)
    # Years 1 and 9999 overflow when the time zone changes; no digest is that old or new.
    if not 1990 <= value.year <= 9000:  # noqa: PLR2004 - see above
        return None
    return value.replace(tzinfo=zone) if value.tzinfo is None else value
