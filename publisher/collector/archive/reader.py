"""The files of an archive as they were parsed, by now or at any time before.

Only an index of each file is read at every start (`Head`); texts stay in the cache until a paper
is asked for. A file is parsed again when it changed. A damaged file is also parsed again when the
clean digests that its repair learned from have changed.
"""

from __future__ import annotations

import os
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.archive import cache_codec
from publisher.collector.archive.cache import CacheRow, Stamp, content_key, parser_version
from publisher.collector.findings import finding
from publisher.collector.formats.plugins import fingerprint
from publisher.collector.mojibake.training_set import TrainingSet
from publisher.collector.text.slugs import assign_slugs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.archive.cache import Cache, CacheEntry
    from publisher.collector.archive.parsing import ParsedFile
    from publisher.collector.mojibake.language_model import LanguageModel
    from publisher.collector.sources.folder_source import SourceFile
    from publisher.models import Finding, ParsedDigest

MAX_FILE = 20_000_000  # bytes; the largest real digest has 200,000
# More clean digests than these make the repair no better and the learning slower.
TEACHERS = 40
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
        self.heads = [reader.heads[file] for file in files]
        self.indexes = [index for head in self.heads for index in head.digests]
        self._places = [
            (number, part)
            for number, head in enumerate(self.heads)
            for part in range(len(head.digests))
        ]
        self.keys = [int.from_bytes(reader.key(files[number])[:8]) for number, _ in self._places]
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
    reader = _ArchiveReader(zone, cache, meanwhile)
    for root, group in _by_root(files).items():
        reader.read(root, group, progress, len(files))
    reader.repair(files)
    if reader.parsed:
        progress(len(files), len(files))
    return Archive(files, reader)


class _ArchiveReader:
    def __init__(self, zone: ZoneInfo, cache: Cache, meanwhile: Callable[[], None] | None) -> None:
        self._zone = zone
        self._cache = cache
        self._meanwhile = meanwhile
        self._version = content_key(parser_version(), fingerprint(), str(zone).encode())
        self._keys: dict[SourceFile, bytes] = {}
        self._unkept: dict[SourceFile, CacheEntry] = {}
        self._unread: dict[SourceFile, bytes] = {}  # the finding that says why
        self._done = 0
        self.heads: dict[SourceFile, cache_codec.FileSummary] = {}
        self.parsed = 0

    def key(self, file: SourceFile) -> bytes:
        """Return what stands for the content of `file` and all that its parsing depends on."""
        teachers = self.heads[file].teachers
        key = self._keys.get(file, b"")
        return content_key(key, teachers) if teachers else key

    def read(
        self,
        root: str,
        files: Sequence[SourceFile],
        progress: Callable[[int, int], None],
        total: int,
    ) -> None:
        """Find out the head of each file, damaged ones without a repair yet."""
        known = self._cache.known(root, self._version)
        unchanged: list[SourceFile] = []
        heads: list[bytes] = []
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
                self._keys[file] = before.key
                unchanged.append(file)
                heads.append(before.head)
            else:
                changed.append((file, Stamp(size, time)))
        self.heads.update(zip(unchanged, cache_codec.file_summaries(heads), strict=True))
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

    def repair(self, files: Sequence[SourceFile]) -> None:
        """Find out the heads of damaged files whose repair learned from other files than now."""
        damaged = {file for file in files if self.heads[file].teachers}
        if not damaged:
            return
        teachers = [file for file in files if file not in damaged and self.heads[file].digests][
            :TEACHERS
        ]
        wanted = content_key(self._version, *(self._keys.get(file, b"") for file in teachers))
        model = TrainingSet(teachers, wanted, self._cache)
        outdated = [
            file for file in files if file in damaged and self.heads[file].teachers != wanted
        ]
        for root, group in _by_root(outdated).items():
            rows: list[CacheRow] = []
            for file in group:
                try:
                    stat = os.stat(file.name)  # noqa: PTH116
                    stamp = Stamp(stat.st_size, stat.st_mtime_ns)
                    found = self._look_up(file, stamp, wanted)
                except OSError as error:
                    self._note_unreadable(file, error.strerror or str(error))
                    continue
                if isinstance(found, ParseJob):
                    parsed = self._parse(file, found.data, model.model)
                    found = self._parsed(found, cache_codec.cache_entry(parsed, wanted))
                rows += [found] if found else []
            if rows:
                self._keep(root, rows)

    def body(self, file: SourceFile) -> tuple[ParsedDigest, ...]:
        """Return the digests of `file`."""
        entry = self._unkept.get(file) or self._cache.entry(self._keys[file])
        return cache_codec.body(entry.body) if entry else self._parse_again(file).digests

    def findings(self, files: Sequence[SourceFile]) -> Iterator[tuple[Finding, ...]]:
        """Yield the findings of each of `files`."""
        encoded = self._unread | {file: entry.findings for file, entry in self._unkept.items()}
        elsewhere = [self._keys[file] for file in files if file not in encoded]
        by_key = self._cache.findings(elsewhere)
        for file in files:
            found = encoded.get(file) or by_key.get(self._keys[file])
            yield cache_codec.findings(found) if found else self._parse_again(file).findings

    def _parse_again(self, file: SourceFile) -> ParsedFile:
        """Return what `file` holds where somebody deleted the cache meanwhile."""
        return self._parse(file, file.location.read_bytes(), _no_model)

    def slugs(self, names: Sequence[str]) -> dict[str, str]:
        """Return the slugs of `names`."""
        key = content_key(self._version, b"slugs", cache_codec.encode(names))
        entry = self._cache.entry(key)
        if entry is not None:
            return cache_codec.slugs(entry.body)
        slugs = assign_slugs(names)
        self._cache.put(key, cache_codec.encode(slugs))
        return slugs

    def _changed(self, files: Sequence[tuple[SourceFile, Stamp]]) -> Iterator[CacheRow | None]:
        """Find out the heads of `files`; yield the row to keep of each, in any order."""
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
                    found = entry or cache_codec.cache_entry(self._parse(job.file, job.data, None))
                    yield self._parsed(job, found)
        yield from known

    def _entries(self, jobs: Sequence[ParseJob]) -> list[CacheEntry]:
        """Return what a few files were parsed to."""

        def parse() -> list[CacheEntry]:
            return [cache_codec.cache_entry(self._parse(job.file, job.data, None)) for job in jobs]

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

    def _look_up(
        self, file: SourceFile, stamp: Stamp, teachers: bytes = cache_codec.NOT_YET
    ) -> ParseJob | CacheRow | None:
        """Return what is known of the content of `file`, or a job; None where it is not read."""
        if stamp.size > MAX_FILE:
            self._note_unreadable(file, f"larger than {MAX_FILE:,} bytes")
            return None
        data = file.location.read_bytes()
        key = content_key(self._version, file.path.encode(errors="replace"), data)
        self._keys[file] = key
        entry = self._cache.entry(key)
        if entry is None or cache_codec.file_summaries([entry.head])[0].teachers not in (
            b"",
            teachers,
        ):
            return ParseJob(file, stamp, key, data)
        row = self._parsed(ParseJob(file, stamp, key, data), entry)
        self._unkept.pop(file, None)
        return row

    def _parsed(self, job: ParseJob, entry: CacheEntry) -> CacheRow:
        self.heads[job.file] = cache_codec.file_summaries([entry.head])[0]
        self._unkept[job.file] = entry
        return CacheRow(job.file.path, job.stamp, job.key, entry)

    def _keep(self, root: str, rows: list[CacheRow], gone: Iterable[str] = ()) -> None:
        """Keep `rows` and empty the list; what the cache has need not stay in memory."""
        self._cache.keep(root, self._version, rows, gone)
        rows.clear()
        if self._cache.is_open:
            self._unkept.clear()

    def _note_unreadable(self, file: SourceFile, reason: str) -> None:
        self.heads[file] = cache_codec.FileSummary(
            (), is_draft=False, teachers=b"", errors=1, warnings=0
        )
        self._unread[file] = cache_codec.encode((finding(file.path, 0, "D101", reason),))

    def _parse(
        self, file: SourceFile, data: bytes, model: Callable[[], LanguageModel | None] | None
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


def _no_model() -> None:
    return None
