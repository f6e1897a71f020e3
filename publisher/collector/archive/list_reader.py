"""Reader of rolling lists: adds to their papers those of earlier versions.

The versions come from git's history, else from the memory of lists (see `list_memory`). They are
folded (see `rolling_list`), and the result is cached with the last commit in it: a new commit costs
one version, and a build without a new one parses nothing.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from publisher.collector.archive import cache_codec
from publisher.collector.archive.cache import CacheEntry, Stamp, content_key, list_key
from publisher.collector.archive.cache_codec import FileRecord
from publisher.collector.archive.digest_index import moment_of
from publisher.collector.archive.list_memory import ListMemory, Remembered
from publisher.collector.archive.parse_job import UNDATED, ParseJob
from publisher.collector.archive.rolling_list import Mention, RollingList, rows, without_rows
from publisher.collector.findings import finding
from publisher.collector.sources.git_history import MAX_BYTES, MAX_COMMITS, GitHistory, Version
from publisher.errors import SourceError
from publisher.git_process import GitFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.archive.cache import Cache
    from publisher.collector.archive.parsing import ParsedFile
    from publisher.collector.archive.past import Past
    from publisher.collector.sources.folder_source import SourceFile
    from publisher.models import Finding

_FEW = 8  # versions that are parsed as a whole
_PAST = 2  # versions
_SHA256 = 64  # hex digits
_MAX_PARSED = 50_000_000  # bytes of versions of which every line is parsed: some 10 s


class Parser(Protocol):
    """The part of the archive's reader that parses."""

    def parse_whole(self, file: SourceFile, data: bytes, *, keep_undated: bool) -> ParsedFile:
        """Return the parsed content of `file`, undated papers included or not."""

    def parse_all(self, jobs: Iterator[ParseJob]) -> Iterator[tuple[ParseJob, CacheEntry]]:
        """Yield `jobs` in any order, each with its cache entry."""


class _FoldedList(msgspec.Struct, frozen=True):
    """A folded list, as it is cached; `commit` is the last one in it."""

    commit: str
    is_cut: bool
    own_date: int | None
    mentions: tuple[Mention, ...]


class _Log(msgspec.Struct, frozen=True):
    """The versions of files up to the commit `head`."""

    head: str
    versions: dict[str, list[Version]]


class _List(NamedTuple):
    """A file, its source folder's absolute path, its versions, and its git history if any."""

    file: SourceFile
    root: str
    versions: Sequence[Version]
    history: GitHistory | None

    @property
    def name(self) -> str:
        """The absolute path of the file."""
        return str(Path.cwd() / self.file.name)


_decode_state = msgspec.json.Decoder(_FoldedList).decode
_decode_log = msgspec.json.Decoder(_Log).decode


class ListReader:
    """Replaces the records of lists and undated files by those with their past."""

    def __init__(
        self,
        past: Past,
        parser: Parser,
        records: dict[SourceFile, FileRecord],
        cache: Cache,
        version: bytes,
        zone: ZoneInfo,
    ) -> None:
        """Replace `records`, which `version` of the parser made, in place."""
        self._past = past
        self._memory = ListMemory(past.memory, past.base) if past.memory else None
        self._parser = parser
        self._records = records
        self._cache = cache
        self._version = version
        self._zone = zone
        self.findings: list[Finding] = []

    def read(self, root: str, files: Sequence[SourceFile]) -> None:
        """Read the past of `files`, all in the source folder `root` (absolute)."""
        history: GitHistory | None = None
        versions: Mapping[str, Sequence[Version]] = {}
        try:
            history = self._past.history(files[0].root)
            if history is not None:
                versions = self._versions(root, history, [file.path for file in files])
        except (GitFailure, SourceError, OSError) as error:
            self.findings.append(finding(root, 0, "D322", str(error)))
        for file in files:
            try:
                self._read(_List(file, root, versions.get(file.path, ()), history))
            except (GitFailure, SourceError, OSError) as error:
                self.findings.append(finding(file.name, 0, "D322", str(error)))

    def _versions(
        self, root: str, history: GitHistory, paths: Sequence[str]
    ) -> Mapping[str, Sequence[Version]]:
        key = content_key(self._version, b"log", os.fsencode(root), *map(os.fsencode, paths))
        entry = self._cache.entry(key)
        if entry is not None and (log := _decode_log(entry.body)).head == history.head:
            return log.versions
        versions = history.versions(paths)
        log = _Log(history.head, versions)
        self._cache.put(key, CacheEntry(body=cache_codec.encode(log)))
        return versions

    def _read(self, item: _List) -> None:
        record = self._records[item.file]
        memory = self._memory.read(item.name) if self._memory else Remembered(b"", RollingList())
        if not (item.versions or memory.content or self._remembers(item)):
            self.findings += memory.findings
            return
        key = self._key(item, record, memory)
        entry = self._cache.entry(key)
        if entry is None:
            parsed, memory = self._with_past(item, memory)
            key = self._key(item, record, memory)
            entry = cache_codec.cache_entry(parsed)
            self._cache.put(key, entry)
        self.findings += memory.findings
        if record.summary.is_undated and item.versions:
            first = f"first commit {self._date(item.versions[0]):%Y-%m-%d}"
            self.findings.append(finding(item.file.name, 1, "D321", first))
        self._records[item.file] = FileRecord(key, cache_codec.file_summary(entry))

    def _key(self, item: _List, record: FileRecord, memory: Remembered) -> bytes:
        commit = item.versions[-1].commit if item.versions else ""
        flags = f"{commit} {self._past.since} {self._remembers(item)}"
        return content_key(self._version, b"past", record.key, flags.encode(), memory.content)

    def _remembers(self, item: _List) -> bool:
        """Return whether the memory is to be written: history tells nothing of the file."""
        return self._past.remember and self._memory is not None and len(item.versions) < _PAST

    def _with_past(self, item: _List, memory: Remembered) -> tuple[ParsedFile, Remembered]:
        """Return the papers of a file with those of its past, and the memory as it is then."""
        data = item.file.location.read_bytes()
        parsed = self._parser.parse_whole(item.file, data, keep_undated=bool(item.versions))
        findings = parsed.findings
        was_list = self._cache.entry(list_key(self._version, item.root, item.file.path))
        if not (parsed.is_list or memory.content or was_list):
            rolling = RollingList()
            rolling.add(parsed.digests, self._date(item.versions[0]) if item.versions else None)
        elif item.versions and item.history is not None:
            rolling, is_cut = self._folded(item, item.history, parsed, data)
            if is_cut or len(item.versions) >= MAX_COMMITS:
                findings = (*findings, finding(item.file.path, 1, "D323"))
            rolling.add_past(memory.rolling)
        else:
            rolling = memory.rolling
            rolling.add(parsed.digests, None, _own_date(parsed), data)
        if self._remembers(item) and self._memory and (parsed.is_list or memory.content):
            memory = self._memory.write(item.name, memory, rolling)
        digests = rolling.digests(item.file.path, self._past.since)
        digests = digests or tuple(each for each in parsed.digests if each.published != UNDATED)
        is_digest = parsed.is_digest or bool(digests)
        return replace(parsed, digests=digests, findings=findings, is_digest=is_digest), memory

    def _folded(
        self,
        item: _List,
        history: GitHistory,
        parsed: ParsedFile,
        data: bytes,
    ) -> tuple[RollingList, bool]:
        """Return all papers of a list up to its content `data`, and whether the oldest are cut."""
        key, last = list_key(self._version, item.root, item.file.path), item.versions[-1]
        is_committed = _blob(data, last.blob) == last.blob
        rolling, is_cut, pending = self._known(key, item.versions)
        is_anew = len(pending) == len(item.versions)
        if is_anew and len(pending) > _FEW:
            is_cut = self._fold(rolling, item, history, pending, only_changed=True)
            # A format may read a version otherwise than it reads the rows that changed in it.
            if is_committed and not rolling.has(parsed.digests):
                rolling = RollingList()
                is_cut = self._fold(rolling, item, history, pending, only_changed=False)
        else:
            rest = pending[:-1] if is_committed else pending
            is_cut = self._fold(rolling, item, history, rest, only_changed=False) or is_cut
        if is_committed:
            rolling.add(parsed.digests, self._date(last), _own_date(parsed), data)
        if pending:
            state = _FoldedList(
                last.commit, is_cut, rolling.own_date, tuple(rolling.mentions.values())
            )
            self._cache.put(key, CacheEntry(body=cache_codec.encode(state)))
        if not is_committed:
            changed = int(item.file.location.stat().st_mtime)
            date = datetime.fromtimestamp(changed, self._zone)
            rolling.add(parsed.digests, date, _own_date(parsed), data)
        return rolling, is_cut

    def _known(
        self, key: bytes, versions: Sequence[Version]
    ) -> tuple[RollingList, bool, Sequence[Version]]:
        """Return the cached state, whether it is cut, and the versions after it."""
        entry = self._cache.entry(key)
        state = _decode_state(entry.body) if entry else None
        numbers = {version.commit: number for number, version in enumerate(versions, 1)}
        if state is None or state.commit not in numbers:  # none yet, or the history was rewritten
            return RollingList(), False, versions
        mentions = {mention.key: mention for mention in state.mentions}
        rolling = RollingList(mentions, state.own_date)
        return rolling, state.is_cut, versions[numbers[state.commit] :]

    def _fold(
        self,
        rolling: RollingList,
        item: _List,
        history: GitHistory,
        versions: Sequence[Version],
        *,
        only_changed: bool,
    ) -> bool:
        """Add `versions` to `rolling`; return whether the oldest had to be left out."""
        by_blob: dict[str, Version] = {}
        for version in versions:
            by_blob.setdefault(version.blob, version)
        limit = MAX_BYTES if only_changed else _MAX_PARSED
        added: list[tuple[datetime, bytes, frozenset[bytes]]] = []

        def jobs() -> Iterator[ParseJob]:
            known: frozenset[bytes] = frozenset()
            for blob, content in history.contents(by_blob, limit):
                data, unchanged = without_rows(content, known)
                known = rows(content) if only_changed else known
                number = len(added).to_bytes(4, "big")
                added.append((self._date(by_blob[blob]), data, unchanged))
                yield ParseJob(item.file, Stamp(len(data), 0), number, data, keep_undated=True)

        for job, entry in sorted(self._parser.parse_all(jobs()), key=lambda pair: pair[0].key):
            date, data, unchanged = added[int.from_bytes(job.key, "big")]
            summary = cache_codec.file_summary(entry)
            if summary.is_damaged:
                digests = self._parser.parse_whole(item.file, data, keep_undated=True).digests
            else:
                digests = cache_codec.body(entry.body)
            rolling.add(digests, date, summary.own_date, data, unchanged)
        return len(added) < len(by_blob)

    def _date(self, version: Version) -> datetime:
        return datetime.fromtimestamp(version.seconds, self._zone)


def _own_date(parsed: ParsedFile) -> int | None:
    return moment_of(parsed.own_date) if parsed.own_date else None


def _blob(data: bytes, like: str) -> str:
    """Return the name of `data` in git, by SHA-256 where `like` is such a name."""
    name = "sha256" if len(like) == _SHA256 else "sha1"
    return hashlib.new(name, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
