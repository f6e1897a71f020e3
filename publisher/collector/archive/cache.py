"""What files were parsed to, so that a build reads only the files that changed.

One SQLite file, safe to delete and shared by any number of processes. A file is known by its size
and time of change, else by the hash of its content; a row is of use only to the parser that wrote
it (`parser_version`). Nothing here is needed: where the cache can't be used, everything is parsed
and kept in memory.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from publisher.sqlite_wal import enable_wal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Two writes within one tick of the file system's clock leave the same time of change.
TICK_NS = 2_000_000_000
KEPT_DAYS = 60
_DAY = 86_400
_LAYOUT = 3
# Heads stand in both tables: all of a folder are read at every start, and nothing else is.
_SCHEMA = f"""
DROP TABLE IF EXISTS parsed;
DROP TABLE IF EXISTS files;
CREATE TABLE parsed (
    key BLOB PRIMARY KEY, used INTEGER NOT NULL, head BLOB NOT NULL, findings BLOB NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX parsed_used ON parsed (used);
CREATE TABLE files (
    root TEXT NOT NULL, path TEXT NOT NULL, version BLOB NOT NULL, size INTEGER NOT NULL,
    changed INTEGER NOT NULL, seen INTEGER NOT NULL, key BLOB NOT NULL, head BLOB NOT NULL,
    PRIMARY KEY (root, path)
);
CREATE INDEX files_seen ON files (seen);
PRAGMA user_version = {_LAYOUT}
"""
_KEEP = "INSERT OR REPLACE INTO parsed VALUES (?, ?, ?, ?, ?)"


class Stamp(NamedTuple):
    """What the file system says of a file: bytes, and nanoseconds since 1970."""

    size: int
    changed: int


class KnownFile(NamedTuple):
    """A file as it was when it was parsed: its stamp, its head, and the key of all else."""

    size: int
    changed: int
    key: bytes
    head: bytes


class CacheEntry(NamedTuple):
    """What a file was parsed to; `head` is read at every start, the others when needed."""

    head: bytes = b""
    findings: bytes = b""
    body: bytes = b""


class CacheRow(NamedTuple):
    """A file to keep."""

    path: str
    stamp: Stamp
    key: bytes
    entry: CacheEntry


class Cache:
    """The open cache; on a fault of its file it goes on in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use `open_cache`."""
        self._connection = connection

    def known(self, root: str, version: bytes) -> dict[str, KnownFile]:
        """Return what a parser of this `version` knew of the files below `root`, by path."""
        # Changed while or just after it was read: the same time may hide other content.
        query = (
            "SELECT path, size, changed, key, head FROM files"
            " WHERE root = ? AND version = ? AND seen - changed > ?"
        )
        rows = self._do(lambda database: database.execute(query, (root, version, TICK_NS)))
        return {path: KnownFile._make(rest) for path, *rest in rows}

    def entry(self, key: bytes) -> CacheEntry | None:
        """Return what is kept under `key`, whatever file it is of."""
        query = "SELECT head, findings, body FROM parsed WHERE key = ?"
        for row in self._do(lambda database: database.execute(query, (key,))):
            return CacheEntry._make(row)
        return None

    def findings(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the findings that are kept under `keys`, by key; unknown keys are left out."""
        query = "SELECT key, findings FROM parsed WHERE key = ?"
        return dict(
            self._do(
                lambda database: [row for key in keys for row in database.execute(query, (key,))]
            )
        )

    def keep(
        self, root: str, version: bytes, rows: Sequence[CacheRow], gone: Iterable[str] = ()
    ) -> None:
        """Keep `rows` of files below `root`, parsed by `version`; forget the paths `gone`."""
        now = time.time_ns()
        old = now - KEPT_DAYS * _DAY * 1_000_000_000
        files = [
            (root, path, version, *stamp, now, key, entry.head) for path, stamp, key, entry in rows
        ]

        def write(database: sqlite3.Connection) -> Iterable[Any]:
            with database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany(_KEEP, [(row.key, _today(), *row.entry) for row in rows])
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
        """Keep `entry` under `key`, of no file."""
        self._do(lambda database: database.execute(_KEEP, (key, _today(), *entry)))

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def __del__(self) -> None:
        """Close the file when the papers that are read from it are no longer of use."""
        self.close()

    def _do(self, task: Callable[[sqlite3.Connection], Iterable[Any]]) -> list[Any]:
        """Return the rows that `task` gives; on a fault of the file, try again in memory."""
        try:
            return list(task(self._connection))
        except sqlite3.Error:
            self.close()
            self._connection = _in_memory()
            return list(task(self._connection))


def _today() -> int:
    return int(time.time()) // _DAY


def open_cache(path: Path | None) -> Cache:
    """Return the cache in the file `path`, made anew where it is damaged; None for memory alone.

    Never raises: a folder that can't be written means that everything is parsed.
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
            # A power cut may lose the last rows, which are only parsed again.
            connection.execute("PRAGMA synchronous = NORMAL")
            _lay_out(connection)
            return Cache(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only
                break
            with suppress(OSError):
                path.unlink()
    return Cache(_in_memory())


def _in_memory() -> sqlite3.Connection:
    # Papers may be read by another thread than the one that met the fault.
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _lay_out(connection)
    return connection


def _lay_out(connection: sqlite3.Connection) -> None:
    """Make the tables anew where they are missing or of another layout."""
    if _layout(connection) == _LAYOUT:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if _layout(connection) != _LAYOUT:  # another process may have been here
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)


def _layout(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@lru_cache(maxsize=1)
def parser_version() -> bytes:
    """Return a hash of the collector's own source: what another parser kept is of no use."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    models = package.parent / "models"
    for source in [*sorted(models.glob("*.py")), *sorted(package.rglob("*.py"))]:
        digest.update(source.read_bytes())
    return digest.digest()[:16]


def content_key(*parts: bytes) -> bytes:
    """Return a key for `parts`: 20 bytes, the same for the same parts only."""
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
