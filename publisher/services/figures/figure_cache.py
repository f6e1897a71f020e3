"""The copies of figures in the cache folder, and what is known of each address.

    <cache>/figures/<16 digits>-<width>x<height>.webp          for pages
    <cache>/figures/<16 digits>-<width>x<height>-small.webp    for lists
    <cache>/figures/figures.sqlite                             addresses, failures, papers

Safe to delete; then all are fetched again.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec

from publisher.formatter.paths import thumbnail_of_figure
from publisher.formatter.site.atomic_write import explained, write_whole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from publisher.services.figures.conversion import FigureCopy

HOUR, DAY = 3600, 86_400
# After the first failure, the second ...; the last one for ever.
RETRY_SECONDS = (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY)
UNUSED_SECONDS = 30 * DAY  # papers come back: a folder was not mounted, a filter was tried
_SCHEMA = """
CREATE TABLE IF NOT EXISTS figures (
    url TEXT PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    unused_since INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS papers (fingerprint INTEGER PRIMARY KEY, urls BLOB NOT NULL);
"""
_decode_urls = msgspec.msgpack.Decoder(tuple[str, ...]).decode


class FigureState(NamedTuple):
    """The state of an address: the name of its copy, or why there is none and when to try again."""

    name: str = ""
    tries: int = 0
    next_try: int = 0  # seconds since 1970
    reason: str = ""


class FigureCache:
    """The copies; may be used by several threads. A context manager that closes its database."""

    def __init__(self, folder: Path) -> None:
        """Open the cache in `folder`, a new one where it is damaged. Raises `OutputError`."""
        self._folder = folder
        self._lock = Lock()
        self._connection = self._open()

    def __enter__(self) -> Self:
        """Return the cache."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the database."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        path = self._folder / "figures.sqlite"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for attempt in (1, 2):
                connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
                try:
                    connection.execute("PRAGMA synchronous = NORMAL")
                    connection.executescript(_SCHEMA)
                except sqlite3.OperationalError as error:
                    connection.close()
                    raise OSError(str(error)) from error
                except sqlite3.DatabaseError:
                    connection.close()
                    if attempt == 2:  # noqa: PLR2004 - the last one
                        raise
                    path.unlink()
                else:
                    return connection
            raise AssertionError
        except OSError as error:
            raise explained(path, error) from error

    def urls_of_papers(self) -> dict[int, tuple[str, ...]]:
        """Return the addresses of figures by the fingerprint of their paper."""
        rows = self._connection.execute("SELECT fingerprint, urls FROM papers")
        return {fingerprint: _decode_urls(urls) for fingerprint, urls in rows}

    def keep_papers(self, new: Mapping[int, tuple[str, ...]], gone: Iterable[int]) -> None:
        """Keep the addresses of `new` papers, and forget those of papers that are `gone`."""
        rows = [(key, msgspec.msgpack.encode(urls)) for key, urls in new.items()]
        with self._lock, self._connection:
            self._connection.executemany(
                "DELETE FROM papers WHERE fingerprint = ?", [(key,) for key in gone]
            )
            self._connection.executemany("INSERT OR REPLACE INTO papers VALUES (?, ?)", rows)

    def states(self) -> dict[str, FigureState]:
        """Return the state of each known address. A copy whose files are missing is none."""
        query = "SELECT url, name, tries, next_try, reason FROM figures"
        rows = self._connection.execute(query).fetchall()
        with os.scandir(self._folder) as listing:
            files = {entry.name for entry in listing}
        return {
            url: FigureState(name, *rest) if not name or _is_whole(name, files) else FigureState()
            for url, name, *rest in rows
        }

    def keep(self, url: str, copy: FigureCopy) -> None:
        """Keep the copy of the figure at `url`. Raises `OutputError`."""
        for name, content in copy.files.items():
            target = self._folder / name
            try:
                write_whole(target, content)
            except OSError as error:
                raise explained(target, error) from error
        self._set(url, FigureState(copy.name))

    def note_failure(self, url: str, state: FigureState, reason: str, now: int) -> None:
        """Note that the figure at `url`, known as `state`, can't be copied."""
        wait = RETRY_SECONDS[min(state.tries, len(RETRY_SECONDS) - 1)]
        self._set(url, FigureState("", state.tries + 1, now + wait, reason))

    def postpone(self, urls: Iterable[str], reason: str, now: int) -> None:
        """Leave `urls` for an hour, as their host is not available."""
        with self._lock, self._connection:
            self._connection.executemany(
                "INSERT INTO figures (url, next_try, reason) VALUES (?, ?, ?) "
                "ON CONFLICT (url) DO UPDATE SET next_try = excluded.next_try, "
                "reason = excluded.reason",
                [(url, now + HOUR, reason) for url in urls],
            )

    def forget_unused(self, used: Collection[str], now: int) -> None:
        """Remove the copies that no paper has named for 30 days; `used` are named now."""
        rows = self._connection.execute("SELECT url, name, unused_since FROM figures").fetchall()
        came_back = [(0, url) for url, _, since in rows if since and url in used]
        went = [(now, url) for url, _, since in rows if not since and url not in used]
        old = {
            url: name
            for url, name, since in rows
            if since and url not in used and now - since >= UNUSED_SECONDS
        }
        if not (came_back or went or old):
            return
        with self._lock, self._connection:
            self._connection.executemany(
                "UPDATE figures SET unused_since = ? WHERE url = ?", [*came_back, *went]
            )
            self._connection.executemany(
                "DELETE FROM figures WHERE url = ?", [(url,) for url in old]
            )
        kept = {name for url, name, _ in rows if url not in old}
        for name in {name for name in old.values() if name} - kept:
            for file in {name, thumbnail_of_figure(name)[0]}:
                with suppress(FileNotFoundError):
                    (self._folder / file).unlink()

    def _set(self, url: str, state: FigureState) -> None:
        with self._lock, self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO figures (url, name, tries, next_try, reason) "
                "VALUES (?, ?, ?, ?, ?)",
                (url, *state),
            )


def _is_whole(name: str, files: Collection[str]) -> bool:
    small = f"{name.removesuffix('.webp')}-small.webp"
    return name in files and (small in files or thumbnail_of_figure(name)[0] == name)
