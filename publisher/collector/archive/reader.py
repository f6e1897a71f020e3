"""The files of an archive as they were parsed, by now or at any time before.

Only an index of each file is read at every start (`Head`); texts stay in the cache until a paper
is asked for. A file is parsed again when it changed, a damaged one also when its `TrainingSet` did.
"""

from __future__ import annotations

import os
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.archive import cache_codec
from publisher.collector.archive.cache import (
    CacheEntry,
    CacheRow,
    Stamp,
    content_key,
    parser_version,
)
from publisher.collector.archive.cache_codec import FileRecord
from publisher.collector.archive.training_set import TrainingSet
from publisher.collector.findings import finding
from publisher.collector.formats.plugins import fingerprint
from publisher.collector.text.slugs import assign_slugs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.archive.cache import Cache, KnownFile
    from publisher.collector.archive.parsing import ParsedFile
    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.sources.folder_source import SourceFile
    from publisher.models import Finding, ParsedDigest

MAX_FILE = 20_000_000  # bytes; the largest real digest has 200,000
_BODIES = 512  # parsed files kept in memory at a time
_ROWS = 256  # parsed files that are kept with one commit
# Of fewer, the start of workers (`crew`) takes longer than they save.
_MANY = 64


class ParseJob(NamedTuple):
    """A file that nobody has parsed yet: its content, and what the cache will know it by."""

    file: SourceFile
    stamp: Stamp
    key: bytes
    data: bytes


class Archive:
    """All files of the sources, parsed; see `read_archive`."""

    def __init__(self, files: Sequence[SourceFile], reader: _ArchiveReader) -> None:
        """Join what was read of `files`."""
        records = [reader.records[file] for file in files]
        self.heads = [record.head for record in records]
        self.indexes = [index for head in self.heads for index in head.digests]
        self._places = [
            (number, part)
            for number, head in enumerate(self.heads)
            for part in range(len(head.digests))
        ]
        self.keys = [int.from_bytes(records[number].key[:8]) for number, _ in self._places]
        self._files = files
        self._reader = reader
        self._body = lru_cache(maxsize=_BODIES)(reader.body)

    def load(self, number: int) -> ParsedDigest:
        """Return the digest whose index is at `number`."""
        file, part = self._places[number]
        return self._body(self._files[file])[part]

    def slugs(self, names: Sequence[str]) -> dict[str, str]:
        """Return what `assign_slugs` does, kept for the same names in the same order."""
        return self._reader.slugs(names)

    def findings(
        self, *, with_errors_only: bool = False
    ) -> Iterator[tuple[SourceFile, tuple[Finding, ...]]]:
        """Yield each file that has findings, or those alone that have errors, and all it has."""
        files = [
            file
            for file, head in zip(self._files, self.heads, strict=True)
            if head.errors or (head.warnings and not with_errors_only)
        ]
        return zip(files, self._reader.findings(files), strict=True)


def read_archive(
    files: Sequence[SourceFile],
    zone: ZoneInfo,
    cache: Cache,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    meanwhile: Callable[[], None] | None = None,
) -> Archive:
    """Return the archive of `files`, parsing those that `cache` does not know.

    `progress` is told how many of how many files are done. `meanwhile` is work for this process if
    another one can parse. The cache stays in use as long as the archive. A file that can't be read
    is a finding.
    """
    reader = _ArchiveReader(files, zone, cache, meanwhile)
    for root, group in _by_root(files).items():
        reader.read(root, group, progress, len(files))
    reader.repair()
    if reader.parsed:
        progress(len(files), len(files))
    return Archive(files, reader)


class _ArchiveReader:
    def __init__(
        self,
        files: Sequence[SourceFile],
        zone: ZoneInfo,
        cache: Cache,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        self._zone = zone
        self._cache = cache
        self._meanwhile = meanwhile
        self._version = content_key(parser_version(), fingerprint(), str(zone).encode())
        self._unreadable: dict[SourceFile, Finding] = {}
        self._done = 0
        self.records: dict[SourceFile, FileRecord] = {}
        self._training_set = TrainingSet(files, self.records, cache)
        self.parsed = 0

    def read(
        self,
        root: str,
        files: Sequence[SourceFile],
        progress: Callable[[int, int], None],
        total: int,
    ) -> None:
        """Find out the record of each file, of damaged ones before their repair."""
        known = self._cache.known(root, self._version)
        unchanged: list[tuple[SourceFile, KnownFile]] = []
        changed: list[tuple[SourceFile, Stamp]] = []
        for file in files:
            before = known.get(file.path)
            try:
                stat = os.stat(file.name)  # noqa: PTH116 - a Path for each file takes longer
            except OSError as error:
                self._note_unreadable(file, error.strerror or str(error))
                continue
            size, time = stat.st_size, stat.st_mtime_ns
            if before is not None and before.size == size and before.changed == time:
                unchanged.append((file, before))
            else:
                changed.append((file, Stamp(size, time)))
        heads = cache_codec.file_summaries(before.head for _, before in unchanged)
        for (file, before), head in zip(unchanged, heads, strict=True):
            self.records[file] = FileRecord(before.key, head)
        self._done += len(files) - len(changed)
        rows: list[CacheRow] = []
        for row in self._changed(changed):
            rows += [row] if row else []
            if len(rows) == _ROWS:
                self._keep(root, rows)
            self._done += 1
            self.parsed += 1
            progress(self._done, total)
        gone = known.keys() - {file.path for file in files}
        if rows or gone:
            self._keep(root, rows, gone)

    def repair(self) -> None:
        """Find out the records of damaged files after their repair."""
        damaged = [file for file, record in self.records.items() if record.head.is_damaged]
        for file in damaged:
            try:
                self.records[file] = self._training_set.repaired(file, self._repaired)
            except OSError as error:
                self._note_unreadable(file, error.strerror or str(error))

    def body(self, file: SourceFile) -> tuple[ParsedDigest, ...]:
        """Return the digests of `file`."""
        entry = self._cache.entry(self.records[file].key)
        # Somebody may have deleted the cache meanwhile.
        return cache_codec.body(entry.body) if entry else self._repaired(file)[1].digests

    def findings(self, files: Sequence[SourceFile]) -> Iterator[tuple[Finding, ...]]:
        """Yield the findings of each of `files`."""
        encoded = self._cache.findings([self.records[file].key for file in files])
        for file in files:
            key = self.records[file].key
            if file in self._unreadable:
                yield (self._unreadable[file],)
            elif key in encoded:
                yield cache_codec.findings(encoded[key])
            else:
                yield self._repaired(file)[1].findings

    def _repaired(self, file: SourceFile) -> tuple[bytes, ParsedFile]:
        """Return the key of the content of `file`, and what it holds, repaired if need be."""
        data = file.location.read_bytes()
        return self._key(file, data), self._parse(file, data, self._training_set.model)

    def slugs(self, names: Sequence[str]) -> dict[str, str]:
        """Return the slugs of `names`."""
        key = content_key(self._version, b"slugs", cache_codec.encode(names))
        entry = self._cache.entry(key)
        if entry is not None:
            return cache_codec.slugs(entry.body)
        slugs = assign_slugs(names)
        self._cache.put(key, CacheEntry(body=cache_codec.encode(slugs)))
        return slugs

    def _changed(self, files: Sequence[tuple[SourceFile, Stamp]]) -> Iterator[CacheRow | None]:
        """Find out the records of `files`; yield the row to keep of each, in any order."""
        known: list[CacheRow | None] = []
        jobs = self._jobs(files, known)
        if len(files) < _MANY or self._zone.key is None:
            some = list(jobs)  # before a fork: a database is for one process
            for job, parsed in zip(some, self._entries(some), strict=True):
                yield self._parsed(job, parsed)
        else:
            from publisher.collector.archive.worker_pool import parse_all  # noqa: PLC0415

            meanwhile, self._meanwhile = self._meanwhile, None
            with closing(parse_all(jobs, self._zone.key, meanwhile)) as results:
                for job, entry in results:
                    # What a worker died of may be nothing but a lack of memory.
                    found = entry or cache_codec.cache_entry(self._parse(job.file, job.data))
                    yield self._parsed(job, found)
        yield from known

    def _entries(self, jobs: Sequence[ParseJob]) -> list[CacheEntry]:
        """Return what a few files were parsed to."""

        def parse() -> list[CacheEntry]:
            return [cache_codec.cache_entry(self._parse(job.file, job.data)) for job in jobs]

        from publisher.process_pool import run_alongside, usable_cores  # noqa: PLC0415 - as `_parse`

        # The work stays for the next source folder where this one has nothing to parse.
        if not jobs or self._meanwhile is None or usable_cores() == 1:
            return parse()
        meanwhile, self._meanwhile = self._meanwhile, None
        return run_alongside(parse, meanwhile)

    def _jobs(
        self, files: Sequence[tuple[SourceFile, Stamp]], known: list[CacheRow | None]
    ) -> Iterator[ParseJob]:
        """Yield what there is to parse; of other files add what is known, None where nothing is."""
        for file, stamp in files:
            found: ParseJob | CacheRow | None = None
            try:
                found = self._look_up(file, stamp)
            except OSError as error:
                self._note_unreadable(file, error.strerror or str(error))
            if isinstance(found, ParseJob):
                yield found
            else:
                known.append(found)

    def _look_up(self, file: SourceFile, stamp: Stamp) -> ParseJob | CacheRow | None:
        """Return what is known of the content of `file`, or a job; None where it is not read."""
        if stamp.size > MAX_FILE:
            self._note_unreadable(file, f"larger than {MAX_FILE:,} bytes")
            return None
        data = file.location.read_bytes()
        job = ParseJob(file, stamp, self._key(file, data), data)
        entry = self._cache.entry(job.key)
        return self._parsed(job, entry) if entry else job

    def _key(self, file: SourceFile, data: bytes) -> bytes:
        return content_key(self._version, file.path.encode(errors="replace"), data)

    def _parsed(self, job: ParseJob, entry: CacheEntry) -> CacheRow:
        self.records[job.file] = FileRecord(job.key, cache_codec.file_summaries([entry.head])[0])
        return CacheRow(job.file.path, job.stamp, job.key, entry)

    def _keep(self, root: str, rows: list[CacheRow], gone: Iterable[str] = ()) -> None:
        """Keep `rows` and empty the list."""
        self._cache.keep(root, self._version, rows, gone)
        rows.clear()

    def _note_unreadable(self, file: SourceFile, reason: str) -> None:
        head = cache_codec.FileSummary((), is_draft=False, is_damaged=False, errors=1, warnings=0)
        self.records[file] = FileRecord(b"", head)
        self._unreadable[file] = finding(file.path, 0, "D101", reason)

    def _parse(
        self,
        file: SourceFile,
        data: bytes,
        model: Callable[[], LanguageModel | None] | None = None,
    ) -> ParsedFile:
        # Late: where nothing changed, nothing is parsed.
        from publisher.collector.archive.parsing import parse_bytes  # noqa: PLC0415

        return parse_bytes(file.path, data, self._zone, model)


def _by_root(files: Sequence[SourceFile]) -> dict[str, list[SourceFile]]:
    """Return `files` by the absolute path of their source folder."""
    here = Path.cwd()
    absolute = {root: str(here / root) for root in {file.root for file in files}}
    found: dict[str, list[SourceFile]] = {}
    for file in files:
        found.setdefault(absolute[file.root], []).append(file)
    return found
