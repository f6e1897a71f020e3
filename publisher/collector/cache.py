"""What files were parsed to, so that a build reads only the files that changed.

One SQLite file, safe to delete and shared by any number of processes. A file is known by its size
and time of change, else by the hash of its content; a row is of use only to the parser that wrote
it (`parser_version`). Nothing here is needed: where the cache can't be used, everything is parsed.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Two writes within one tick of the file system's clock leave the same time of change.
TICK_NS = 2_000_000_000
KEPT_DAYS = 60
_DAY = 86_400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS parsed (
    key BLOB PRIMARY KEY, used INTEGER NOT NULL, head BLOB NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS files (
    root TEXT NOT NULL, path TEXT NOT NULL, version BLOB NOT NULL, size INTEGER NOT NULL,
    changed INTEGER NOT NULL, seen INTEGER NOT NULL, key BLOB NOT NULL, PRIMARY KEY (root, path)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file: bytes, and nanoseconds since 1970."""

    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was when it was parsed, and where its body is kept."""

    stamp: Stamp
    key: bytes
    head: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A file to keep: `head` is read for every file at every start, `body` when it is needed."""

    path: str
    stamp: Stamp
    key: bytes
    head: bytes
    body: bytes


class Cache:
    """The open cache; every method does nothing once something went wrong."""

    def __init__(self, connection: sqlite3.Connection | None) -> None:
        """Use `open_cache`; without a connection nothing is known and nothing is kept."""
        self._connection = connection

    def known(self, root: str, version: bytes) -> dict[str, Known]:
        """Return what a parser of this `version` knew of the files below `root`, by path."""
        query = (
            "SELECT path, size, changed, seen, key, head FROM files JOIN parsed USING (key)"
            " WHERE root = ? AND version = ?"
        )
        found: dict[str, Known] = {}
        with self._quietly() as connection:
            for path, size, changed, seen, key, head in connection.execute(query, (root, version)):
                # Changed while or just after it was read: the same time may hide other content.
                if seen - changed > TICK_NS:
                    found[path] = Known(Stamp(size, changed), key, head)
        return found

    def entry(self, key: bytes) -> tuple[bytes, bytes] | None:
        """Return head and body kept under `key`, whatever file they are of."""
        rows: list[tuple[bytes, bytes]] = []
        with self._quietly() as connection:
            query = "SELECT head, body FROM parsed WHERE key = ?"
            rows += connection.execute(query, (key,))
        return rows[0] if rows else None

    def keep(
        self, root: str, version: bytes, rows: Sequence[Row], gone: Iterable[str] = ()
    ) -> None:
        """Keep `rows` of files below `root`, parsed by `version`; forget the paths `gone`."""
        now = time.time_ns()
        with self._quietly() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            self._write(connection, [(row.key, row.head, row.body) for row in rows])
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (root, row.path, version, row.stamp.size, row.stamp.changed, now, row.key)
                    for row in rows
                ],
            )
            connection.executemany(
                "DELETE FROM files WHERE root = ? AND path = ?", [(root, path) for path in gone]
            )
            old = now - KEPT_DAYS * _DAY * 1_000_000_000
            connection.execute("DELETE FROM files WHERE seen < ?", (old,))
            connection.execute(
                "DELETE FROM parsed WHERE used < ? AND key NOT IN (SELECT key FROM files)",
                (_today() - KEPT_DAYS,),
            )

    def put(self, key: bytes, body: bytes) -> None:
        """Keep `body` under `key`, of no file."""
        with self._quietly() as connection, connection:
            self._write(connection, [(key, b"", body)])

    @staticmethod
    def _write(connection: Any, entries: Sequence[tuple[bytes, bytes, bytes]]) -> None:  # noqa: ANN401
        connection.executemany(
            "INSERT OR REPLACE INTO parsed VALUES (?, ?, ?, ?)",
            [(key, _today(), head, body) for key, head, body in entries],
        )

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
        self._connection = None

    def __del__(self) -> None:
        """Close the file when the papers that are read from it are no longer of use."""
        self.close()

    @contextmanager
    def _quietly(self) -> Iterator[Any]:
        """Give the connection; on a fault of the cache, go on without it from here on."""
        if self._connection is None:
            yield _Nothing()
            return
        try:
            yield self._connection
        except sqlite3.Error:
            self.close()


class _Nothing:
    """A connection of a cache that is not there."""

    def execute(self, *_: object) -> _Nothing:
        return self

    executemany = execute

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _today() -> int:
    return int(time.time()) // _DAY


def open_cache(path: Path | None) -> Cache:
    """Return the cache in the file `path`, made anew where it is damaged; None for no cache.

    Never raises: a folder that can't be written means that everything is parsed.
    """
    if path is None:
        return Cache(None)
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        except (OSError, sqlite3.Error):
            return Cache(None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # A power cut may lose the last rows, which are only parsed again.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
            return Cache(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only
                return Cache(None)
            with suppress(OSError):
                path.unlink()
    return Cache(None)


@lru_cache(maxsize=1)
def parser_version() -> bytes:
    """Return a hash of the collector's own source: what another parser kept is of no use."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for source in [package.parent / "models.py", *sorted(package.rglob("*.py"))]:
        digest.update(source.read_bytes())
    return digest.digest()[:16]


def content_key(*parts: bytes) -> bytes:
    """Return a key for `parts`: 20 bytes, the same for the same parts only."""
    digest = hashlib.blake2b(digest_size=20)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
