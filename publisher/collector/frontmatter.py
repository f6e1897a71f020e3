"""Front matter: the YAML block at the head of a post, read even where it is slightly broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import yaml
from frontmatter.default_handlers import YAMLHandler

from publisher.collector.findings import finding

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.models import Finding

# Hexo writes a blank line before the block; python-frontmatter would not see it otherwise.
_BLOCK = re.compile(r"\A(?:[ \t]*\n)*---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_PLAIN_KEY = re.compile(r"([A-Za-z_][\w-]*):[ \t]*(.*)")
_PLAIN_ITEM = re.compile(r"[ \t]+-[ \t]+(.+)")
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post taken apart: `body_line` is the 1-based line of the file where `body` begins."""

    metadata: dict[str, object]
    body: str
    body_line: int
    findings: tuple[Finding, ...]


def split(path: str, text: str) -> Post:
    """Return the post `text` taken apart; `path` is for the findings.

    A block that YAML refuses is read line by line (`key: value` and `- item`), which is what its
    writer meant; the reason and line are reported as D104.
    """
    block = _BLOCK.match(text)
    if block is None:
        return Post({}, text, 1, (finding(path, 1, "D103"),))
    first_line = text.count("\n", 0, block.start(1)) + 1 if block.group(1) else 1
    body, body_line = text[block.end() :], text.count("\n", 0, block.end()) + 1
    try:
        # Its handler alone: `frontmatter.loads` would strip the body, and lines would be lost.
        metadata = YAMLHandler().load(block.group(1) or "") or {}
        if not isinstance(metadata, dict):
            raise yaml.YAMLError("not a mapping of keys to values")  # noqa: TRY301
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
        line, reason = _where(error)
        broken = finding(path, first_line + line, "D104", reason)
        return Post(_read_plainly(block.group(1) or ""), body, body_line, (broken,))
    return Post({str(key): value for key, value in metadata.items()}, body, body_line, ())


def _where(error: Exception) -> tuple[int, str]:
    """Return the 0-based line inside the block and the reason in a few words."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return error.problem_mark.line, str(error.problem or error.context or "syntax error")
    return 0, " ".join(str(error).split())[:200] or type(error).__name__


def _read_plainly(block: str) -> dict[str, object]:
    metadata: dict[str, object] = {}
    key = ""
    for line in block.splitlines():
        if match := _PLAIN_KEY.fullmatch(line):
            key = match.group(1)
            metadata[key] = match.group(2).strip().strip("'\"") or None
        elif key and (match := _PLAIN_ITEM.fullmatch(line)):
            items = metadata.get(key)
            item = match.group(1).strip().strip("'\"")
            metadata[key] = [*items, item] if isinstance(items, list) else [item]
    return metadata


def names(value: object) -> tuple[str, ...]:
    """Return a front matter value such as `tags` as texts: a list, a text or nothing."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    flat = [item for part in value for item in (part if isinstance(part, list) else [part])]
    return tuple(str(item) for item in flat if item is not None and str(item).strip())


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Return a front matter date as an aware time, in `zone` where it names none of its own.

    None where it can't be understood. YAML itself has made a datetime of most.
    """
    if isinstance(value, datetime):
        return _aware(value, zone)
    if isinstance(value, date):
        return _aware(datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001
    if isinstance(value, str) and (match := _DATE.search(value)):
        parts = [int(part) for part in match.groups()[:6] if part]
        try:
            found = datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001
            offset = (match.group(7) or "").replace("Z", "+0000").replace(":", "")
            if offset:
                return datetime.strptime(f"{found.isoformat()}{offset}", "%Y-%m-%dT%H:%M:%S%z")
        except ValueError:
            return None
        return _aware(found, zone)
    return None


def _aware(value: datetime, zone: ZoneInfo) -> datetime | None:
    value = value.replace(microsecond=0)
    # The first and last year leave no room for a change of zone, and no digest is from there.
    if not 1990 <= value.year <= 9000:  # noqa: PLR2004
        return None
    return value.replace(tzinfo=zone) if value.tzinfo is None else value
