"""The files of an archive as they were parsed, by now or at any time before.

Only an index of each file is read at every start (`Head`); texts stay in the cache until a paper
is asked for. A file is parsed again when it changed. A damaged file is also parsed again when the
clean digests that its repair learned from have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.cache import Row, Stamp, content_key, parser_version
from publisher.collector.findings import finding
from publisher.collector.merge import DigestIndex, index_of
from publisher.collector.plugins import fingerprint
from publisher.models import Finding, ParsedDigest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.cache import Cache
    from publisher.collector.parsing import ParsedFile
    from publisher.collector.repair.language_model import LanguageModel
    from publisher.collector.sources import SourceFile

MAX_FILE = 20_000_000  # bytes; the largest real digest has 200,000
# More clean digests than these make the repair no better and the learning slower.
TEACHERS = 40
_BODIES = 512  # parsed files kept in memory at a time


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a file without its texts; `teachers` is the key of what a repair used."""

    digests: tuple[DigestIndex, ...]
    findings: tuple[Finding, ...]
    is_draft: bool
    teachers: bytes


# Not MessagePack: its times forget the offset they were written with.
_heads = msgspec.json.Decoder(Head)
_bodies = msgspec.json.Decoder(tuple[ParsedDigest, ...])
_encode = msgspec.json.Encoder().encode


class Archive:
    """All files of the sources, parsed; see `read_archive`."""

    def __init__(self, files: Sequence[SourceFile], heads: Sequence[Head], reader: _Reader) -> None:
        """Join what was read; `heads` are those of `files`."""
        self.heads = heads
        self.indexes = [index for head in heads for index in head.digests]
        self._places = [
            (number, part) for number, head in enumerate(heads) for part in range(len(head.digests))
        ]
        self._files = files
        self._body = lru_cache(maxsize=_BODIES)(reader.body)

    def load(self, number: int) -> ParsedDigest:
        """Return the digest whose index is at `number`."""
        file, part = self._places[number]
        return self._body(self._files[file])[part]


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
    heads: dict[SourceFile, Head] = {}
    for root, group in _by_root(files).items():
        heads.update(reader.heads(root, group, progress, len(files)))
    heads.update(reader.repaired(files, heads))
    if reader.parsed:
        progress(len(files), len(files))
    return Archive(files, [heads[file] for file in files], reader)


class _Reader:
    def __init__(self, zone: ZoneInfo, cache: Cache) -> None:
        self._zone = zone
        self._cache = cache
        self._version = content_key(parser_version(), fingerprint(), str(zone).encode())
        self._keys: dict[SourceFile, bytes] = {}
        self._unkept: dict[SourceFile, tuple[ParsedDigest, ...]] = {}
        self._damaged: list[SourceFile] = []
        self._done = 0
        self.parsed = 0

    def heads(
        self,
        root: str,
        files: Sequence[SourceFile],
        progress: Callable[[int, int], None],
        total: int,
    ) -> Iterator[tuple[SourceFile, Head]]:
        """Yield the head of each file, damaged ones without a repair yet."""
        known = self._cache.known(root, self._version)
        rows: list[Row] = []
        for file in files:
            self._done += 1
            before = known.get(file.path)
            try:
                stat = file.location.stat()
                stamp = Stamp(stat.st_size, stat.st_mtime_ns)
                if before is not None and before.stamp == stamp:
                    self._keys[file] = before.key
                    head = _heads.decode(before.head)
                else:
                    head, row = self._read(file, stamp)
                    rows += [row] if row else []
                    self.parsed += 1
                    progress(self._done, total)
            except OSError as error:
                head = _unread(file, error.strerror or str(error))
            if head.teachers:
                self._damaged.append(file)
            yield file, head
        gone = known.keys() - {file.path for file in files}
        if rows or gone:
            self._cache.keep(root, self._version, rows, gone)

    def repaired(
        self, files: Sequence[SourceFile], heads: dict[SourceFile, Head]
    ) -> Iterator[tuple[SourceFile, Head]]:
        """Yield the heads of the damaged files whose repair learned from other files than now."""
        if not self._damaged:
            return
        damaged = set(self._damaged)
        teachers = [file for file in files if file not in damaged and heads[file].digests][
            :TEACHERS
        ]
        wanted = content_key(self._version, *(self._keys.get(file, b"") for file in teachers))
        model = _Lessons(teachers, wanted, self._cache)
        for root, group in _by_root(self._damaged).items():
            rows = []
            for file in group:
                if heads[file].teachers == wanted:
                    continue
                try:
                    stat = file.location.stat()
                    stamp = Stamp(stat.st_size, stat.st_mtime_ns)
                    head, row = self._read(file, stamp, model.model, wanted)
                except OSError as error:
                    yield file, _unread(file, error.strerror or str(error))
                    continue
                rows += [row] if row else []
                yield file, head
            if rows:
                self._cache.keep(root, self._version, rows)

    def body(self, file: SourceFile) -> tuple[ParsedDigest, ...]:
        """Return the digests of `file`."""
        if file in self._unkept:
            return self._unkept[file]
        entry = self._cache.entry(self._keys[file])
        if entry is not None:
            return _bodies.decode(entry[1])
        # Somebody deleted the cache meanwhile.
        return self._parse(file, file.location.read_bytes(), _no_model).digests

    def _read(
        self,
        file: SourceFile,
        stamp: Stamp,
        model: Callable[[], LanguageModel | None] | None = None,
        teachers: bytes = b"?",
    ) -> tuple[Head, Row | None]:
        """Return the head of `file`, and the row to keep where it had to be parsed."""
        if stamp.size > MAX_FILE:
            return _unread(file, f"larger than {MAX_FILE:,} bytes"), None
        data = file.location.read_bytes()
        key = content_key(self._version, file.path.encode(errors="replace"), data)
        self._keys[file] = key
        entry = self._cache.entry(key)
        if entry is not None and (head := _heads.decode(entry[0])).teachers in (b"", teachers):
            self._unkept.pop(file, None)
            return head, Row(file.path, stamp, key, *entry)
        parsed = self._parse(file, data, model)
        head = Head(
            tuple(index_of(digest) for digest in parsed.digests),
            parsed.findings,
            parsed.is_draft,
            teachers if parsed.damaged else b"",
        )
        self._unkept[file] = parsed.digests
        return head, Row(file.path, stamp, key, _encode(head), _encode(parsed.digests))

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
                self._model = LanguageModel.from_bytes(entry[1])
            else:
                texts = (decode(file.location.read_bytes())[0] for file in self._teachers)
                self._model = LanguageModel.from_texts(texts)
                self._cache.put(self._key, self._model.to_bytes())
        return self._model


def _by_root(files: Iterable[SourceFile]) -> dict[str, list[SourceFile]]:
    found: dict[str, list[SourceFile]] = {}
    for file in files:
        found.setdefault(file.root, []).append(file)
    return found


def _no_model() -> None:
    return None


def _unread(file: SourceFile, reason: str) -> Head:
    return Head((), (finding(file.path, 0, "D101", reason),), is_draft=False, teachers=b"")
