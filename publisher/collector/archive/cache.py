"""The cache of parsed files, by which a build reads only the files that changed.

One SQLite file, safe to delete and shared by any number of processes. A file is recognised by its
size and time of change, else by the hash of its content. A row is valid only for the version of the
parser that wrote it (`parser_version`). Without a usable file everything is parsed, and cached in
memory.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from publisher.sqlite_wal import enable_wal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Two writes within a tick of the file system's clock have the same time of change.
TICK_NS = 2_000_000_000
KEPT_DAYS = 60
_DAY = 86_400
_LAYOUT = 4
# Summaries are in both tables: at every start those of a folder are read, and nothing else.
_SCHEMA = f"""
DROP TABLE IF EXISTS parsed;
DROP TABLE IF EXISTS files;
CREATE TABLE parsed (
    key BLOB PRIMARY KEY, used INTEGER NOT NULL, summary BLOB NOT NULL,
    findings BLOB NOT NULL, body BLOB NOT NULL
);
CREATE INDEX parsed_used ON parsed (used);
CREATE TABLE files (
    root TEXT NOT NULL, path TEXT NOT NULL, version BLOB NOT NULL, size INTEGER NOT NULL,
    changed INTEGER NOT NULL, seen INTEGER NOT NULL, key BLOB NOT NULL, summary BLOB NOT NULL,
    PRIMARY KEY (root, path)
);
CREATE INDEX files_seen ON files (seen);
PRAGMA user_version = {_LAYOUT}
"""
_INSERT = "INSERT OR REPLACE INTO parsed VALUES (?, ?, ?, ?, ?)"


class Stamp(NamedTuple):
    """Size of a file in bytes, and its time of change in nanoseconds since 1970."""

    size: int
    changed: int


class CachedFile(NamedTuple):
    """A file when it was parsed: its stamp, and summary and key of its entry."""

    size: int
    changed: int
    key: bytes
    summary: bytes


class CacheEntry(NamedTuple):
    """A parsed file, encoded; `summary` is read at every start, the others when needed."""

    summary: bytes = b""
    findings: bytes = b""
    body: bytes = b""


class CacheRow(NamedTuple):
    """A file to store."""

    path: str
    stamp: Stamp
    key: bytes
    entry: CacheEntry


class Cache:
    """The open cache, which continues in memory after an error of its file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read from `connection`, which has the tables; see `open_cache`."""
        self._connection = connection

    def files(self, root: str, version: bytes) -> dict[str, CachedFile]:
        """Return the files below `root` that this `version` of the parser stored, by path."""
        # Not those changed while or just after they were read: a later change may have their time.
        query = (
            "SELECT path, size, changed, key, summary FROM files"
            " WHERE root = ? AND version = ? AND seen - changed > ?"
        )
        rows = self._do(lambda database: database.execute(query, (root, version, TICK_NS)))
        return {path: CachedFile._make(rest) for path, *rest in rows}

    def entry(self, key: bytes) -> CacheEntry | None:
        """Return the entry stored under `key`, None without one."""
        query = "SELECT summary, findings, body FROM parsed WHERE key = ?"
        for row in self._do(lambda database: database.execute(query, (key,))):
            return CacheEntry._make(row)
        return None

    def findings(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the encoded findings stored under `keys`, by key; unknown keys are left out."""
        query = "SELECT key, findings FROM parsed WHERE key = ?"
        return dict(
            self._do(
                lambda database: [row for key in keys for row in database.execute(query, (key,))]
            )
        )

    def store(
        self, root: str, version: bytes, rows: Sequence[CacheRow], gone: Iterable[str] = ()
    ) -> None:
        """Store `rows` of files below `root`, parsed by `version`; delete the paths `gone`."""
        now = time.time_ns()
        old = now - KEPT_DAYS * _DAY * 1_000_000_000
        files = [
            (root, path, version, *stamp, now, key, entry.summary)
            for path, stamp, key, entry in rows
        ]

        def write(database: sqlite3.Connection) -> Iterable[Any]:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_INSERT, [(row.key, _today(), *row.entry) for row in rows])
                database.executemany(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", files
                )
                database.executemany(
                    "DELETE FROM files WHERE root = ? AND path = ?", [(root, path) for path in gone]
                )
                database.execute("DELETE FROM files WHERE seen < ?", (old,))
                return database.execute(
                    "DELETE FROM parsed WHERE used < ? AND key NOT IN (SELECT key FROM files)",
                    (_today() - KEPT_DAYS,),
                )

        self._do(write)

    def put(self, key: bytes, entry: CacheEntry) -> None:
        """Store `entry`, which belongs to no file, under `key`."""
        self._do(lambda database: database.execute(_INSERT, (key, _today(), *entry)))

    def delete(self, key: bytes) -> None:
        """Delete the entry under `key`."""
        self._do(lambda database: database.execute("DELETE FROM parsed WHERE key = ?", (key,)))

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def __del__(self) -> None:
        """Close the file when the papers that are read from it are deleted."""
        self.close()

    def _do(self, task: Callable[[sqlite3.Connection], Iterable[Any]]) -> list[Any]:
        """Return the rows of `task`; after an error of the file, those of a cache in memory."""
        try:
            return list(task(self._connection))
        except sqlite3.Error:
            self.close()
            self._connection = _in_memory()
            return list(task(self._connection))


def _today() -> int:
    return int(time.time()) // _DAY


def open_cache(path: Path | None) -> Cache:
    """Return the cache in the file `path`, replaced if damaged, or in memory if None.

    Raises nothing: without a folder that can be written, the cache is in memory.
    """
    if path is None:
        return Cache(_in_memory())
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        except (OSError, sqlite3.Error):
            break
        try:
            enable_wal(connection)
            # A power cut may lose the last rows, whose files are parsed again.
            connection.execute("PRAGMA synchronous = NORMAL")
            _create_tables(connection)
            return Cache(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only
                break
            with suppress(OSError):
                path.unlink()
    return Cache(_in_memory())


def _in_memory() -> sqlite3.Connection:
    # Another thread than the one that met the error may read papers.
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _create_tables(connection)
    return connection


def _create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables anew where they are missing or have another layout."""
    if _layout(connection) == _LAYOUT:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if _layout(connection) != _LAYOUT:  # another process may have been faster
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)


def _layout(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@lru_cache(maxsize=1)
def parser_version() -> bytes:
    """Return a hash of the collector's source, which invalidates the rows of other versions.

    The modules that rooms share are part of it. Its data files count too: with other words, a
    digest is read differently.
    """
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    shared = (*package.parent.glob("*.py"), *(package.parent / "models").glob("*.py"))
    sources = (path for path in package.rglob("*") if path.suffix in {".py", ".toml"})
    for source in [*sorted(shared), *sorted(sources)]:
        digest.update(source.read_bytes())
    return digest.digest()[:16]


def list_key(version: bytes, root: str, path: str) -> bytes:
    """Return the key of a rolling list, whose content it does not depend on."""
    return content_key(version, b"list", os.fsencode(root), os.fsencode(path))


def content_key(*parts: bytes) -> bytes:
    """Return a key of 20 bytes, equal only for equal `parts`."""
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
