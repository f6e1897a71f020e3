"""Reader of an archive: parses the files that the cache does not have, and loads the others.

At every start only a summary of each file is read (`FileSummary`); texts stay in the cache until a
paper is accessed. A file is parsed again when it changes, a damaged one also when its `TrainingSet`
changes.
"""

from __future__ import annotations

import os
from contextlib import closing
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.collector.archive import cache_codec
from publisher.collector.archive.cache import (
    CacheEntry,
    CacheRow,
    Stamp,
    content_key,
    list_key,
    parser_version,
)
from publisher.collector.archive.cache_codec import FileRecord
from publisher.collector.archive.parse_job import UNDATED, ParseJob
from publisher.collector.archive.training_set import TrainingSet
from publisher.collector.findings import finding
from publisher.collector.formats.plugins import fingerprint
from publisher.collector.sources.file_kinds import ending_of_records
from publisher.collector.text.slugs import assign_slugs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.archive.cache import Cache, CachedFile
    from publisher.collector.archive.cache_codec import FileSummary
    from publisher.collector.archive.parsing import ParsedFile
    from publisher.collector.archive.past import Past
    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.sources.folder_source import SourceFile
    from publisher.models import Finding, ParsedDigest

MAX_FILE = 20_000_000  # bytes; the largest real digest has 200,000
_BODIES = 512  # parsed files kept in memory at a time
_ROWS = 256  # parsed files in one commit of the cache
_MANY = 64  # files; for fewer, starting workers takes longer than they save


class Archive:
    """All parsed files of the sources; see `read_archive`."""

    def __init__(self, files: Sequence[SourceFile], reader: _ArchiveReader) -> None:
        """Collect the records of `files`, in their order."""
        records = [reader.records[file] for file in files]
        self.summaries = [record.summary for record in records]
        self.indexes = [index for summary in self.summaries for index in summary.digests]
        self._places = [
            (number, part)
            for number, summary in enumerate(self.summaries)
            for part in range(len(summary.digests))
        ]
        self.keys = [int.from_bytes(records[number].key[:8]) for number, _ in self._places]
        self.past_findings = reader.past_findings
        self._files = files
        self._reader = reader
        self._body = lru_cache(maxsize=_BODIES)(reader.body)

    def load(self, number: int) -> ParsedDigest:
        """Return the digest whose index is at `number`."""
        file, part = self._places[number]
        return self._body(self._files[file])[part]

    def no_digests(self) -> tuple[str, ...]:
        """Return the names of the files that are no digests."""
        return tuple(
            file.name
            for file, summary in zip(self._files, self.summaries, strict=True)
            if not summary.is_digest
        )

    def by_name(self) -> dict[str, FileSummary]:
        """Return the summary of each file by the file's name."""
        names = (file.name for file in self._files)
        return dict(zip(names, self.summaries, strict=True))

    def file(self, number: int) -> SourceFile:
        """Return the file of the digest whose index is at `number`."""
        return self._files[self._places[number][0]]

    def slugs(self, names: Sequence[str]) -> dict[str, str]:
        """Return the slugs of `names` by `assign_slugs`, cached for equal sequences."""
        return self._reader.slugs(names)

    def findings(
        self, *, with_errors_only: bool = False
    ) -> Iterator[tuple[SourceFile, tuple[Finding, ...]]]:
        """Yield each file with findings, or only those with errors, and all findings of it."""
        files = [
            file
            for file, summary in zip(self._files, self.summaries, strict=True)
            if summary.errors or (summary.warnings and not with_errors_only)
        ]
        return zip(files, self._reader.findings(files), strict=True)


def read_archive(
    files: Sequence[SourceFile],
    zone: ZoneInfo,
    cache: Cache,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    meanwhile: Callable[[], None] | None = None,
    past: Past | None = None,
) -> Archive:
    """Return the archive of `files`, parsing those that are not in `cache`.

    `progress` is called with the number of files done and of all files. `meanwhile` is work for
    this process while others parse. The archive reads from the cache as long as it exists. A file
    that can't be read is a finding. `past` has earlier versions of lists.
    """
    reader = _ArchiveReader(files, zone, cache, meanwhile)
    for root, group in _by_root(files).items():
        reader.read(root, group, progress, len(files))
    reader.repair()
    if past is not None:
        for root, group in _by_root(reader.lists(past)).items():
            reader.read_past(root, group, past)
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
        self.past_findings: list[Finding] = []
        self._training_set = TrainingSet(files, self.records, cache)
        self.parsed = 0

    def read(
        self,
        root: str,
        files: Sequence[SourceFile],
        progress: Callable[[int, int], None],
        total: int,
    ) -> None:
        """Set the record of each file; of damaged ones, the record before their repair."""
        cached = self._cache.files(root, self._version)
        unchanged: list[tuple[SourceFile, CachedFile]] = []
        changed: list[tuple[SourceFile, Stamp]] = []
        for file in files:
            before = cached.get(file.path)
            try:
                stat = os.stat(file.name)  # noqa: PTH116 - creating a Path takes longer
            except OSError as error:
                self._note_unreadable(file, error.strerror or str(error))
                continue
            size, time = stat.st_size, stat.st_mtime_ns
            if before is not None and before.size == size and before.changed == time:
                unchanged.append((file, before))
            else:
                changed.append((file, Stamp(size, time)))
        summaries = cache_codec.file_summaries(before.summary for _, before in unchanged)
        for (file, before), summary in zip(unchanged, summaries, strict=True):
            self.records[file] = FileRecord(before.key, summary)
        self._done += len(files) - len(changed)
        rows: list[CacheRow] = []
        for row in self._read_changed(changed):
            rows += [row] if row else []
            if len(rows) == _ROWS:
                self._store(root, rows)
            self._done += 1
            self.parsed += 1
            progress(self._done, total)
        gone = _gone(cached.keys(), {file.path for file in files})
        if rows or gone:
            self._store(root, rows, gone)

    def repair(self) -> None:
        """Set the records of damaged files to those after their repair."""
        damaged = [file for file, record in self.records.items() if record.summary.is_damaged]
        for file in damaged:
            try:
                self.records[file] = self._training_set.repaired(file, self._repaired)
            except OSError as error:
                self._note_unreadable(file, error.strerror or str(error))

    def lists(self, past: Past) -> list[SourceFile]:
        """Return the files that may have a past to read: lists, and those without a date."""
        return [
            file
            for file, record in self.records.items()
            if record.summary.is_list
            or record.summary.is_undated
            or (record.key and not record.summary.digests and self._was_list(file, past))
        ]

    def _was_list(self, file: SourceFile, past: Past) -> bool:
        here = Path.cwd()
        if self._cache.entry(list_key(self._version, str(here / file.root), file.path)):
            return True
        if past.memory is None or not past.memory.is_dir():
            return False
        from publisher.collector.archive.list_memory import (  # noqa: PLC0415 - few sites have lists
            ListMemory,
        )

        return ListMemory(past.memory, past.base).has(str(here / file.name))

    def read_past(self, root: str, files: Sequence[SourceFile], past: Past) -> None:
        """Set the records of lists in the source folder `root` to those with their past."""
        from publisher.collector.archive.list_reader import (  # noqa: PLC0415 - few sites have lists
            ListReader,
        )

        lists = ListReader(past, self, self.records, self._cache, self._version, self._zone)
        lists.read(root, files)
        self.past_findings += lists.findings

    def parse_whole(self, file: SourceFile, data: bytes, *, keep_undated: bool) -> ParsedFile:
        """Return the parsed content of `file`, undated papers included or not."""
        return self._parse(file, data, self._training_set.model, UNDATED if keep_undated else None)

    def parse_all(self, jobs: Iterator[ParseJob]) -> Iterator[tuple[ParseJob, CacheEntry]]:
        """Yield `jobs` in any order, each with its cache entry."""
        first = list(islice(jobs, _MANY))
        if len(first) < _MANY or self._zone.key is None:
            for job in chain(first, jobs):
                yield job, cache_codec.cache_entry(self._parse_job(job))
            return
        from publisher.collector.archive.worker_pool import (  # noqa: PLC0415 - as `_parse`
            parse_all,
        )

        with closing(parse_all(chain(first, jobs), self._zone.key)) as results:
            for job, entry in results:
                yield job, entry or cache_codec.cache_entry(self._parse_job(job))

    def _parse_job(self, job: ParseJob) -> ParsedFile:
        return self._parse(job.file, job.data, None, UNDATED if job.keep_undated else None)

    def body(self, file: SourceFile) -> tuple[ParsedDigest, ...]:
        """Return the digests of `file`."""
        entry = self._cache.entry(self.records[file].key)
        # Another program may have deleted the cache.
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
        """Return the key of the content of `file` and its parsed content, repaired if necessary."""
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

    def _read_changed(self, files: Sequence[tuple[SourceFile, Stamp]]) -> Iterator[CacheRow | None]:
        """Set the records of `files`; yield the row to store of each, in any order."""
        others: list[CacheRow | None] = []  # cached by content, or not readable
        jobs = self._jobs(files, others)
        if len(files) < _MANY or self._zone.key is None:
            all_jobs = list(jobs)  # before a fork, which must not share the database
            for job, entry in zip(all_jobs, self._parse_here(all_jobs), strict=True):
                yield self._row(job, entry)
        else:
            from publisher.collector.archive.worker_pool import (  # noqa: PLC0415 - as `_parse`
                parse_all,
            )

            meanwhile, self._meanwhile = self._meanwhile, None
            with closing(parse_all(jobs, self._zone.key, meanwhile)) as results:
                for job, result in results:
                    # A worker may have died of nothing but a lack of memory.
                    entry = result or cache_codec.cache_entry(self._parse(job.file, job.data))
                    yield self._row(job, entry)
        yield from others

    def _parse_here(self, jobs: Sequence[ParseJob]) -> list[CacheEntry]:
        """Return the cache entries of a few jobs, parsed without the worker pool."""

        def parse() -> list[CacheEntry]:
            return [cache_codec.cache_entry(self._parse(job.file, job.data)) for job in jobs]

        from publisher.process_pool import run_alongside, usable_cores  # noqa: PLC0415 - as `_parse`

        # The work is left for the next source folder if this one has nothing to parse.
        if not jobs or self._meanwhile is None or usable_cores() == 1:
            return parse()
        meanwhile, self._meanwhile = self._meanwhile, None
        return run_alongside(parse, meanwhile)

    def _jobs(
        self, files: Sequence[tuple[SourceFile, Stamp]], others: list[CacheRow | None]
    ) -> Iterator[ParseJob]:
        """Yield the files to parse; add the cached row of another file, or None, to `others`."""
        for file, stamp in files:
            job: ParseJob | CacheRow | None = None
            try:
                job = self._look_up(file, stamp)
            except OSError as error:
                self._note_unreadable(file, error.strerror or str(error))
            if isinstance(job, ParseJob):
                yield job
            else:
                others.append(job)

    def _look_up(self, file: SourceFile, stamp: Stamp) -> ParseJob | CacheRow | None:
        """Return the cached row of the content of `file`, else a job; None if it is too large."""
        if stamp.size > MAX_FILE:
            self._note_unreadable(file, f"larger than {MAX_FILE:,} bytes")
            return None
        data = file.location.read_bytes()
        job = ParseJob(file, stamp, self._key(file, data), data)
        entry = self._cache.entry(job.key)
        return self._row(job, entry) if entry else job

    def _key(self, file: SourceFile, data: bytes) -> bytes:
        return content_key(self._version, file.path.encode(errors="replace"), data)

    def _row(self, job: ParseJob, entry: CacheEntry) -> CacheRow:
        """Set the record of the job's file; return its row for the cache."""
        self.records[job.file] = FileRecord(job.key, cache_codec.file_summary(entry))
        return CacheRow(job.file.path, job.stamp, job.key, entry)

    def _store(self, root: str, rows: list[CacheRow], gone: Iterable[str] = ()) -> None:
        """Store `rows` in the cache and clear the list."""
        self._cache.store(root, self._version, rows, gone)
        rows.clear()

    def _note_unreadable(self, file: SourceFile, reason: str) -> None:
        self.records[file] = FileRecord(
            b"",
            cache_codec.FileSummary(
                (), is_draft=False, is_damaged=False, errors=1, warnings=0, codes={"D101": 1}
            ),
        )
        self._unreadable[file] = finding(file.path, 0, "D101", reason)

    def _parse(
        self,
        file: SourceFile,
        data: bytes,
        model: Callable[[], LanguageModel | None] | None = None,
        undated: datetime | None = None,
    ) -> ParsedFile:
        from publisher.collector.archive.parsing import (  # noqa: PLC0415 - no file may have changed
            parse_bytes,
        )

        return parse_bytes(file.path, data, self._zone, model, undated)


def _gone(cached: Collection[str], listed: Collection[str]) -> set[str]:
    """Return the paths that are cached and no longer listed.

    Files of records are listed where Markdown has no papers. Others must not have to be read anew.
    """
    with_records = any(map(ending_of_records, listed))
    return {
        path
        for path in cached
        if path not in listed and (with_records or not ending_of_records(path))
    }


def _by_root(files: Sequence[SourceFile]) -> dict[str, list[SourceFile]]:
    """Return `files` by the absolute path of their source folder."""
    here = Path.cwd()
    absolute = {root: str(here / root) for root in {file.root for file in files}}
    by_root: dict[str, list[SourceFile]] = {}
    for file in files:
        by_root.setdefault(absolute[file.root], []).append(file)
    return by_root
