"""Front matter: the block at the head of a post, read even where it is slightly broken."""

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

# Hexo writes a blank line before the block; python-frontmatter would not see it otherwise.
_BLOCK = re.compile(r"\A(?:[ \t]*\n)*---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
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

    A head that its language refuses is read key by key, which is what its writer meant; the
    reason, the line and what was read all the same are reported as D104.
    """
    block = _BLOCK.match(text)
    if block is None:
        return _other_head(path, text)
    source = block.group(1) or ""
    first_line = text.count("\n", 0, block.start(1)) + 1 if source else 1
    body, body_line = text[block.end() :], text.count("\n", 0, block.end()) + 1
    twice = tuple(
        finding(path, first_line + line, "D304", key)
        for line, key in lenient_yaml.duplicates(source)
    )
    try:
        # Its handler alone: `frontmatter.loads` would strip the body, and lines would be lost.
        metadata = lenient_yaml.load_yaml(source) or {}
        if not isinstance(metadata, dict):
            raise yaml.YAMLError("not a mapping of keys to values")
    except lenient_yaml.YAML_ERRORS as error:
        line, reason = _where(error)
        metadata = lenient_yaml.read(source)
        broken = finding(path, first_line + line, "D104", _all_the_same(reason, metadata))
        return Post(metadata, body, body_line, (broken, *twice))
    return Post({str(key): value for key, value in metadata.items()}, body, body_line, twice)


def _other_head(path: str, text: str) -> Post:
    from publisher.collector.frontmatter import other_syntaxes  # noqa: PLC0415 - few posts have such a head

    head = other_syntaxes.read(text)
    if head is None:
        return Post({}, text, 1, (finding(path, 1, "D103"),))
    body_line = text.count("\n", 0, head.length) + 1
    problem = _all_the_same(head.problem, head.values)
    found = (finding(path, head.line + 1, "D104", problem),) if head.problem else ()
    return Post(dict(head.values), text[head.length :], body_line, found)


def _all_the_same(reason: str, metadata: dict[str, object]) -> str:
    """Return `reason` and the keys whose values could be read in spite of it."""
    kept = [key for key, value in metadata.items() if value is not None]
    return f"{reason}; read all the same: {', '.join(kept)}"[:300] if kept else reason


def _where(error: Exception) -> tuple[int, str]:
    """Return the 0-based line inside the block and the reason in a few words."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return error.problem_mark.line, str(error.problem or error.context or "syntax error")
    return 0, " ".join(str(error).split())[:200] or type(error).__name__


def text_of(metadata: dict[str, object], *keys: str) -> str:
    """Return the first of `keys` that is a text or number, "" where none is.

    Keys are compared without case: Pelican writes `Title:`.
    """
    lowered = {key.lower(): value for key, value in reversed(metadata.items())}
    for key in keys:
        value = lowered.get(key.lower())
        is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
        if is_text and (text := str(value).strip()):
            return text
    return ""


def names(value: object) -> tuple[str, ...]:
    """Return a front matter value such as `tags` as texts: a list, a text or nothing."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    flat = [item for part in value for item in (part if isinstance(part, list) else [part])]
    # Scalars only: the text of a list whose anchors unfold would never end.
    scalars = [item for item in flat if isinstance(item, str | int | float | date)]
    return tuple(str(item) for item in scalars if str(item).strip())


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
