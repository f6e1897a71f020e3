"""The files of an archive as they were parsed, by now or at any time before.

Only an index of each file is read at every start (`Head`); texts stay in the cache until a paper
is asked for. A file is parsed again when it changed. A damaged file is also parsed again when the
clean digests that its repair learned from have changed.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.cache import Entry, Row, Stamp, content_key, parser_version
from publisher.collector.findings import finding
from publisher.collector.merge import DigestIndex, index_of
from publisher.collector.plugins import fingerprint
from publisher.collector.slugs import assign_slugs
from publisher.models import Finding, ParsedDigest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.cache import Cache
    from publisher.collector.parsing import ParsedFile
    from publisher.collector.repair.language_model import LanguageModel
    from publisher.collector.sources import SourceFile

MAX_FILE = 20_000_000  # bytes; the largest real digest has 200,000
# More clean digests than these make the repair no better and the learning slower.
TEACHERS = 40
_BODIES = 512  # parsed files kept in memory at a time


class Head(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a file without its texts; `teachers` is the key of what a repair used."""

    digests: tuple[DigestIndex, ...]
    is_draft: bool
    teachers: bytes


# Not MessagePack: its times forget the offset they were written with.
_heads = msgspec.json.Decoder(tuple[Head, ...])
_findings = msgspec.json.Decoder(tuple[Finding, ...])
_bodies = msgspec.json.Decoder(tuple[ParsedDigest, ...])
_slugs = msgspec.json.Decoder(dict[str, str])
_encode = msgspec.json.Encoder().encode
_NO_FINDINGS = _encode(())


class Archive:
    """All files of the sources, parsed; see `read_archive`."""

    def __init__(self, files: Sequence[SourceFile], reader: _Reader) -> None:
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

    def findings(self) -> Iterator[tuple[SourceFile, tuple[Finding, ...]]]:
        """Yield the defects of each file that has some."""
        for file in self._files:
            kept = self._reader.findings[file]
            if kept != _NO_FINDINGS:
                yield file, _findings.decode(kept)


def read_archive(
    files: Sequence[SourceFile],
    zone: ZoneInfo,
    cache: Cache,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Archive:
    """Return the archive of `files`, parsing those that `cache` does not know.

    `progress` is told how many of how many files are done. The cache stays in use as long as the
    archive. A file that can't be read is a finding.
    """
    reader = _Reader(zone, cache)
    for root, group in _by_root(files).items():
        reader.read(root, group, progress, len(files))
    reader.repair(files)
    if reader.parsed:
        progress(len(files), len(files))
    return Archive(files, reader)


class _Reader:
    def __init__(self, zone: ZoneInfo, cache: Cache) -> None:
        self._zone = zone
        self._cache = cache
        self._version = content_key(parser_version(), fingerprint(), str(zone).encode())
        self._keys: dict[SourceFile, bytes] = {}
        self._unkept: dict[SourceFile, tuple[ParsedDigest, ...]] = {}
        self._done = 0
        self.heads: dict[SourceFile, Head] = {}
        self.findings: dict[SourceFile, bytes] = {}  # few ask for them, so they stay as kept
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
        rows: list[Row] = []
        for file in files:
            self._done += 1
            before = known.get(file.path)
            try:
                stat = os.stat(file.name)  # noqa: PTH116 - a Path for each file takes longer
                size, changed = stat.st_size, stat.st_mtime_ns
                if before is not None and before.size == size and before.changed == changed:
                    self._keys[file] = before.key
                    self.findings[file] = before.findings
                    unchanged.append(file)
                    heads.append(before.head)
                else:
                    rows += self._read(file, Stamp(size, changed))
                    self.parsed += 1
                    progress(self._done, total)
            except OSError as error:
                self._unread(file, error.strerror or str(error))
        # All at once: thousands of calls take longer than the decoding.
        decoded = _heads.decode(b"[" + b",".join(heads) + b"]")
        self.heads.update(zip(unchanged, decoded, strict=True))
        gone = known.keys() - {file.path for file in files}
        if rows or gone:
            self._cache.keep(root, self._version, rows, gone)

    def repair(self, files: Sequence[SourceFile]) -> None:
        """Find out the heads of damaged files whose repair learned from other files than now."""
        damaged = {file for file in files if self.heads[file].teachers}
        if not damaged:
            return
        teachers = [file for file in files if file not in damaged and self.heads[file].digests][
            :TEACHERS
        ]
        wanted = content_key(self._version, *(self._keys.get(file, b"") for file in teachers))
        model = _Lessons(teachers, wanted, self._cache)
        outdated = [
            file for file in files if file in damaged and self.heads[file].teachers != wanted
        ]
        for root, group in _by_root(outdated).items():
            rows: list[Row] = []
            for file in group:
                try:
                    stat = os.stat(file.name)  # noqa: PTH116
                    stamp = Stamp(stat.st_size, stat.st_mtime_ns)
                    rows += self._read(file, stamp, model.model, wanted)
                except OSError as error:
                    self._unread(file, error.strerror or str(error))
            if rows:
                self._cache.keep(root, self._version, rows)

    def body(self, file: SourceFile) -> tuple[ParsedDigest, ...]:
        """Return the digests of `file`."""
        if file in self._unkept:
            return self._unkept[file]
        entry = self._cache.entry(self._keys[file])
        if entry is not None:
            return _bodies.decode(entry.body)
        # Somebody deleted the cache meanwhile.
        return self._parse(file, file.location.read_bytes(), _no_model).digests

    def slugs(self, names: Sequence[str]) -> dict[str, str]:
        """Return the slugs of `names`."""
        key = content_key(self._version, b"slugs", _encode(names))
        entry = self._cache.entry(key)
        if entry is not None:
            return _slugs.decode(entry.body)
        slugs = assign_slugs(names)
        self._cache.put(key, _encode(slugs))
        return slugs

    def _read(
        self,
        file: SourceFile,
        stamp: Stamp,
        model: Callable[[], LanguageModel | None] | None = None,
        teachers: bytes = b"?",
    ) -> list[Row]:
        """Find out the head of `file`; return the row to keep, none where it is not read."""
        if stamp.size > MAX_FILE:
            self._unread(file, f"larger than {MAX_FILE:,} bytes")
            return []
        data = file.location.read_bytes()
        key = content_key(self._version, file.path.encode(errors="replace"), data)
        self._keys[file] = key
        entry = self._cache.entry(key)
        head = _heads.decode(b"[" + entry.head + b"]")[0] if entry else None
        if entry is None or head is None or head.teachers not in (b"", teachers):
            parsed = self._parse(file, data, model)
            head = Head(
                tuple(index_of(digest) for digest in parsed.digests),
                parsed.is_draft,
                teachers if parsed.damaged else b"",
            )
            entry = Entry(_encode(head), _encode(parsed.findings), _encode(parsed.digests))
            self._unkept[file] = parsed.digests
        else:
            self._unkept.pop(file, None)
        self.heads[file] = head
        self.findings[file] = entry.findings
        return [Row(file.path, stamp, key, entry)]

    def _unread(self, file: SourceFile, reason: str) -> None:
        self.heads[file] = Head((), is_draft=False, teachers=b"")
        self.findings[file] = _encode((finding(file.path, 0, "D101", reason),))

    def _parse(
        self, file: SourceFile, data: bytes, model: Callable[[], LanguageModel | None] | None
    ) -> ParsedFile:
        # Late: where nothing changed, nothing is parsed.
        from publisher.collector.parsing import parse_bytes  # noqa: PLC0415

        return parse_bytes(file.path, data, self._zone, model)


class _Lessons:
    """The language model of the clean digests, learned once and kept in the cache."""

    def __init__(self, teachers: Sequence[SourceFile], key: bytes, cache: Cache) -> None:
        self._teachers = teachers
        self._key = content_key(b"model", key)
        self._cache = cache
        self._model: LanguageModel | None = None

    def model(self) -> LanguageModel | None:
        from publisher.collector.repair.file_bytes import decode  # noqa: PLC0415
        from publisher.collector.repair.language_model import LanguageModel  # noqa: PLC0415

        if self._model is None and self._teachers:
            entry = self._cache.entry(self._key)
            if entry is not None:
                self._model = LanguageModel.from_bytes(entry.body)
            else:
                texts = (decode(file.location.read_bytes())[0] for file in self._teachers)
                self._model = LanguageModel.from_texts(texts)
                self._cache.put(self._key, self._model.to_bytes())
        return self._model


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
