"""Digests whose date lies in the future, which would lead every feed until then.

The date is a slip, or that of a post to come. It counts as soon as it is no more than two days
ahead. Until then the digest has the date of its heading or path, if that is no later, else the time
at which its file was last changed: about when it arrived. Ids do not depend on dates.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.archive.digest_index import moment_of
from publisher.collector.archive.lazy_findings import display_path
from publisher.collector.findings import finding

if TYPE_CHECKING:
    from publisher.collector.archive.digest_index import DigestIndex
    from publisher.collector.archive.reader import Archive
    from publisher.models import Finding, ParsedDigest

_TOLERANCE = timedelta(days=2)  # time zones, and digests of tomorrow


class DatedArchive:
    """The digests of an archive, with `indexes`, `keys` and `load` as `merge` takes them."""

    def __init__(self, archive: Archive, now: datetime) -> None:
        """Date the digests of `archive` as they are at `now` (aware)."""
        self._archive = archive
        self._dates: dict[int, datetime] = {}
        self.indexes: list[DigestIndex] = archive.indexes
        self.keys: list[int] = archive.keys
        self.findings: list[Finding] = []
        latest = moment_of(now + _TOLERANCE)
        ahead = [n for n, index in enumerate(archive.indexes) if index.moment > latest]
        if ahead:
            self.indexes, self.keys = archive.indexes[:], archive.keys[:]
        for number in ahead:
            self._date(number, now)

    def load(self, number: int) -> ParsedDigest:
        """Return the digest whose index is at `number`."""
        digest = self._archive.load(number)
        date = self._dates.get(number)
        return replace(digest, published=date) if date else digest

    def _date(self, number: int, now: datetime) -> None:
        index, digest = self.indexes[number], self._archive.load(number)
        other = digest.other_date
        if other is None or other > now + _TOLERANCE:
            changed = _changed(self._archive.file(number).name, now)
            other = changed.astimezone(digest.published.tzinfo)
        self._dates[number] = other
        moment = moment_of(other)
        self.indexes[number] = msgspec.structs.replace(index, moment=moment)
        self.keys[number] = hash((self.keys[number], moment)) & ((1 << 64) - 1)
        detail = f"{digest.published:%Y-%m-%d}, dated {other:%Y-%m-%d} until then"
        path = display_path(self._archive.file(number).name)
        self.findings.append(finding(path, digest.date_line, "D114", detail))


def _changed(name: str, now: datetime) -> datetime:
    """Return the time of change of the file `name`, which is not after `now`."""
    try:
        seconds = int(os.stat(name).st_mtime)  # noqa: PTH116 - a name for open()
        return min(datetime.fromtimestamp(seconds, UTC), now.replace(microsecond=0))
    except (OSError, ValueError, OverflowError):
        return now.replace(microsecond=0)
