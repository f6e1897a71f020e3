"""SQLite's write-ahead log, for files that several processes may create at the same moment."""

from __future__ import annotations

import sqlite3
import time

_PAUSES = (0.01, 0.05, 0.2, 0.5, 1.0)  # seconds


def enable_wal(connection: sqlite3.Connection) -> None:
    """Switch the database of `connection` to WAL, in which readers and a writer work side by side.

    Retries where two processes switch a new file at once: SQLite ignores the connection's time-out
    there. Raises `sqlite3.Error`.
    """
    for pause in _PAUSES:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(pause)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")
