"""A file to parse, as the reader of the archive hands it to the worker pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from publisher.collector.archive.cache import Stamp
    from publisher.collector.sources.folder_source import SourceFile


class ParseJob(NamedTuple):
    """A file that is not in the cache: its content, and the key under which to store it."""

    file: SourceFile
    stamp: Stamp
    key: bytes
    data: bytes
