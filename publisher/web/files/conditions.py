"""Conditional requests (RFC 9110, 13) and ranges (14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class FileRequest:
    """The headers of a request that matter here, "" where they are missing."""

    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""
    if_unmodified_since: str = ""
    range: str = ""
    if_range: str = ""


def status_for(asked: FileRequest, etag: str, modified: int) -> int:
    """Return 200, 304 or 412 for a file with the strong `etag` (RFC 9110, 13.2.2).

    `modified` is its time of change in seconds since 1970.
    """
    if asked.if_match:
        if not _names(asked.if_match, etag, weakly=False):
            return 412
    elif asked.if_unmodified_since:
        date = _seconds(asked.if_unmodified_since)
        if date is not None and modified > date:
            return 412
    if asked.if_none_match:
        return 304 if _names(asked.if_none_match, etag, weakly=True) else 200
    if asked.if_modified_since:
        date = _seconds(asked.if_modified_since)
        return 304 if date is not None and modified <= date else 200
    return 200


def byte_range(asked: FileRequest, etag: str, modified: int, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of the requested range, None for the whole file.

    Several ranges, other units and malformed ones mean the whole file (RFC 9110, 14.2). Raises
    `ValueError` where a range begins after the end, for 416.
    """
    match = _RANGE.fullmatch(asked.range)
    if match is None or (asked.if_range and not _still(asked.if_range, etag, modified)):
        return None
    first, last = match[1], match[2]
    if not first:
        if not last:
            return None
        if int(last) == 0 or size == 0:
            raise ValueError
        return max(0, size - int(last)), size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise ValueError
    return int(first), min(int(last), size - 1) if last else size - 1


def _still(if_range: str, etag: str, modified: int) -> bool:
    """Return whether If-Range matches the file (RFC 9110, 13.1.5)."""
    if if_range.startswith(('"', "W/")):
        return if_range == etag
    return _seconds(if_range) == modified


def _names(header: str, etag: str, *, weakly: bool) -> bool:
    """Return whether a list of entity tags contains `etag`; "*" matches any."""
    if header.strip() == "*":
        return True
    return any(
        f'"{tag}"' == etag and (weakly or not weak) for weak, tag in _TAG.findall(header[:4096])
    )


def _seconds(date: str) -> int | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) if moment > datetime(1970, 1, 1, tzinfo=UTC) else None
