"""A file to parse, as the reader of the archive hands it to the worker pool."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from publisher.collector.archive.cache import Stamp
    from publisher.collector.sources.folder_source import SourceFile


# Stands for the date of papers that have none, until git's history gives them one.
UNDATED = datetime(1, 1, 1, tzinfo=UTC)


class ParseJob(NamedTuple):
    """A file that is not in the cache: its content, and the key under which to store it."""

    file: SourceFile
    stamp: Stamp
    key: bytes
    data: bytes
    keep_undated: bool = False  # date papers that have no date by UNDATED
