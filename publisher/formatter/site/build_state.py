"""The state of an output folder: the targets that the last build made, and of which input.

One SQLite file in the cache folder for each output folder, safe to delete: without it everything
is made anew and compared with what is there. It is believed as far as the output still looks as
the last build left it, by the times of change of its folders and of the files in `WATCHED`.
Where it can't be written, as on a full disk, it is given up as a whole: knowing nothing costs time,
but a wrong belief would leave old files to readers.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.formatter.site.build_target import BuildTarget

# Folders whose files are looked at one by one. Elsewhere a change in place, without a new name,
# goes unseen: there may be a hundred thousand files, and nobody has a reason to change one.
WATCHED = ("", "topics")
CLOCK = "publisher-clock"  # a file in the output folder that is there for a moment
_VARIABLES = 900  # SQLite takes 999 in a query where it was built long ago
_SCHEMA = """
CREATE TABLE IF NOT EXISTS targets (
    name TEXT PRIMARY KEY, fingerprint INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS paths (
    name TEXT PRIMARY KEY, paths TEXT NOT NULL, parts TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS folders (path TEXT PRIMARY KEY, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (key INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, content BLOB NOT NULL);
"""


class BuildState:
    """The state of one output folder; see `open_state`."""

    def __init__(
        self, connection: sqlite3.Connection, folder: Path, path: Path | None = None
    ) -> None:
        """Wrap an open database about the output `folder`; `path` is its file, if it has one."""
        self._connection = connection
        self._folder = folder
        self._path = path
        self._process = os.getpid()

    def fingerprints(self, program: int) -> dict[str, int]:
        """Return the fingerprint of each target, by its name, that the same `program` made."""
        if self._fact("program") != program:
            return {}
        return dict(self._connection.execute("SELECT name, fingerprint FROM targets"))

    def was_interrupted(self) -> bool:
        """Return whether a build began and did not end."""
        return bool(self._fact("building"))

    def is_made_of(self, program: int, content: int) -> bool:
        """Return whether the last build was by `program`, of this `content`, and ended."""
        facts = dict(self._connection.execute("SELECT name, value FROM facts"))
        expected = {"program": program, "content": content, "building": 0}
        return all(facts.get(name) == value for name, value in expected.items())

    def disturbed(self) -> dict[str, frozenset[str]]:
        """Return the folders that no longer look as they were left.

        With each, the names of what is in it and was not touched since.
        """
        finished = self._fact("finished")
        folders: dict[str, frozenset[str]] = {}
        for path, changed in self._connection.execute("SELECT path, changed FROM folders"):
            at = f"{self._folder}/{path}"
            looked_at = path.split("/")[0] in WATCHED
            try:
                if os.stat(at).st_mtime_ns == changed and not looked_at:  # noqa: PTH116 - thousands
                    continue
                with os.scandir(at) as listing:
                    entries = [(entry.name, entry.stat().st_ctime_ns) for entry in listing]
            except OSError:
                folders[path] = frozenset()
                continue
            # Not the time of change that cp and rsync set back.
            untouched = frozenset(name for name, ctime in entries if ctime <= finished)
            if len(untouched) < len(entries) or os.stat(at).st_mtime_ns != changed:  # noqa: PTH116 - thousands
                folders[path] = untouched
        return folders

    def paths(self, names: Iterable[str]) -> set[str]:
        """Return the paths of the files of the targets `names` as they were built."""
        files: set[str] = set()
        for name in names:
            query = "SELECT paths FROM paths WHERE name = ?"
            for (paths,) in self._connection.execute(query, (name,)):
                files.update(filter(None, paths.split("\n")))
        return files

    def parts(self, name: str) -> dict[str, int]:
        """Return the `BuildTarget.parts` of the target `name` as it was built, by their paths."""
        query = "SELECT paths, parts FROM paths WHERE name = ?"
        for paths, parts in self._connection.execute(query, (name,)):
            return dict(zip(paths.split("\n"), map(int, parts.split()), strict=False))
        return {}

    def begin(self, program: int, names: Iterable[str]) -> None:
        """Note that a build begins which makes or removes the targets `names`.

        What it does not end is unknown to the next one.
        """
        with self._writing():
            if self._fact("program") != program:
                self._connection.execute("DELETE FROM targets")
                self._connection.execute("DELETE FROM folders")
                self._connection.execute("DELETE FROM entries")
            self._connection.executemany(
                "DELETE FROM targets WHERE name = ?", [(name,) for name in names]
            )
            # Not the old content either: it may come back before this build is noted as ended.
            self._note(program=program, building=1, content=0)

    def keep_entries(self, entries: Mapping[int, bytes]) -> None:
        """Keep `entries`, by their keys, for this build and the next."""
        if not entries:
            return
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO entries VALUES (?, ?)", entries.items()
            )

    def finish(
        self,
        targets: Collection[BuildTarget],
        paths: Mapping[str, Sequence[str]],
        folders: Iterable[str],
    ) -> None:
        """Note that the build ended, which made `targets` and wrote to `folders`.

        `paths` are those of each target by its name.
        """
        finished = _file_clock(self._folder)
        parts = {target.name: " ".join(map(str, target.parts())) for target in targets}
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO targets VALUES (?, ?)",
                [(target.name, target.fingerprint) for target in targets],
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO paths VALUES (?, ?, ?)",
                [
                    (name, "\n".join(of_target), parts.get(name, ""))
                    for name, of_target in paths.items()
                ],
            )
            for path in folders:
                try:
                    changed = os.stat(f"{self._folder}/{path}").st_mtime_ns  # noqa: PTH116 - thousands
                except FileNotFoundError:
                    self._connection.execute("DELETE FROM folders WHERE path = ?", (path,))
                    continue
                self._connection.execute(
                    "INSERT OR REPLACE INTO folders VALUES (?, ?)", (path, changed)
                )
            self._note(building=0, finished=finished)

    def note_content(self, content: int) -> None:
        """Note that the output is what is made of this `content`."""
        with self._writing():
            self._note(content=content)

    def entries(self, keys: Sequence[int]) -> dict[int, bytes]:
        """Return what is kept of the entries `keys`; forked processes may ask too."""
        if self._path and os.getpid() != self._process:
            # A connection must not be used by two processes, nor closed by the other one.
            self._inherited = self._connection
            self._connection = sqlite3.connect(self._path, timeout=10)
            self._process = os.getpid()
        entries: dict[int, bytes] = {}
        for start in range(0, len(keys), _VARIABLES):
            batch = keys[start : start + _VARIABLES]
            marks = ",".join("?" * len(batch))
            query = f"SELECT key, content FROM entries WHERE key IN ({marks})"  # noqa: S608 - "?" alone
            entries.update(self._connection.execute(query, batch))
        return entries

    def kept(self, name: str, stamp: str) -> bytes | None:
        """Return what was kept under `name` with the same `stamp`."""
        query = "SELECT content FROM kept WHERE name = ? AND stamp = ?"
        return next(self._connection.execute(query, (name, stamp)), (None,))[0]

    def keep(self, name: str, stamp: str, content: bytes) -> None:
        """Keep `content` under `name` instead of what was."""
        with self._writing():
            self._connection.execute(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (name, stamp, content)
            )

    def give_up(self) -> None:
        """Know nothing from here on, and have the next build know nothing."""
        self.close()
        if self._path:
            for path in (self._path.with_name(f"{self._path.name}-journal"), self._path):
                with suppress(OSError):
                    path.unlink()
        self._path = None
        self._connection = _in_memory()

    def close(self) -> None:
        """Close the file."""
        with suppress(sqlite3.Error):
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._connection:
                yield
        except sqlite3.DatabaseError:
            self.give_up()

    def _fact(self, name: str) -> int:
        rows = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,))
        return int(next(rows, (0,))[0])

    def _note(self, **facts: int) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())


def open_state(cache: Path, folder: Path) -> BuildState:
    """Return the state of the output `folder`, kept in the folder `cache`.

    Never raises: where it can't be kept, or is damaged, nothing is known.
    """
    name = hashlib.blake2b(os.fsencode(os.path.realpath(folder)), digest_size=8).hexdigest()
    path = cache / f"built-{name}.sqlite"
    for _ in range(2):
        with suppress(OSError, sqlite3.OperationalError):  # read-only, full, locked
            cache.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=10)
            try:
                if _is_ready(connection):
                    return BuildState(connection, folder, path)
            except sqlite3.OperationalError:
                connection.close()
                break
            except sqlite3.DatabaseError:
                pass
            connection.close()
            path.unlink()
            continue
        break
    return BuildState(_in_memory(), folder)


def _in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(_SCHEMA)
    return connection


def _is_ready(connection: sqlite3.Connection) -> bool:
    """Make the tables where there are none; return whether they are those of this program."""
    connection.execute("PRAGMA synchronous = NORMAL")
    layout = zlib.crc32(_SCHEMA.encode()) & 0x7FFF_FFFF
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and version != layout:
        return False
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA user_version = {layout}")
    return True


def _file_clock(folder: Path) -> int:
    """Return the time (ns) by the clock that the file system of `folder` writes to its files."""
    path = folder / f".{CLOCK}.{os.getpid()}.tmp"
    try:
        path.touch()
        return path.stat().st_ctime_ns
    except OSError:
        return 0
    finally:
        with suppress(OSError):
            path.unlink()
