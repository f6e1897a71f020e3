"""The connection to the database, and the one place where its errors become `StoreError`."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from publisher.errors import StoreError
from publisher.sqlite_wal import enable_wal
from publisher.store.prepared import Prepared
from publisher.translation import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterator

# A part of the database's message, and what a person can do about it; the first match counts.
_EXPLANATIONS = (
    ("database is locked", mark("another program holds it; try again when that has finished")),
    (
        "database table is locked",
        mark("another program holds it; try again when that has finished"),
    ),
    (
        "readonly database",
        mark("it can't be written; check the permissions of the file and its folder"),
    ),
    ("database or disk is full", mark("the disk is full; make room, and run the command again")),
    ("disk quota exceeded", mark("the disk quota is used up")),
    ("file is not a database", mark("the file is not an SQLite database")),
    ("malformed", mark("the file is damaged; restore it from a backup")),
    (
        "unable to open database file",
        mark("it can't be opened; check the folder and its permissions"),
    ),
    ("disk i/o error", mark("the disk reports an error, or is full")),
    (
        "can't load plugin",
        mark("no such kind of database; the URL begins with sqlite:/// or another"),
    ),
    ("could not parse", mark("not a database URL, e.g. sqlite:///publisher.db")),
    ("no such table", mark("its tables are missing or of another program")),
)


def explain_error(error: BaseException) -> str:
    """Return the foreign database `error` as one line for people, without SQL and parameters."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = " ".join(str(cause).split())
    for part, explanation in _EXPLANATIONS:
        if part in text.lower():
            return _(explanation)
    # A statement's text follows in further lines; a driver's first line may name host and port.
    return text[:300] or type(cause).__name__


class Database:
    """An engine with the transactions this program needs."""

    def __init__(self, engine: sa.Engine, label: str) -> None:
        """Wrap `engine`; `label` names the database in errors and holds no password."""
        self._engine = engine
        self._label = label
        self.dialect = engine.dialect.name
        self._prepared: dict[int, Prepared] = {}
        # SQLite lets one connection write at a time, and those that wait try again after growing
        # pauses: among threads that write without end, one could wait for very long.
        self._turns = Lock() if self.dialect == "sqlite" else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction that only reads. Raises `StoreError`."""
        with self.translating(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection whose work is committed at the end, or undone on any exception.

        On SQLite the write lock is taken first (BEGIN IMMEDIATE): a transaction that begins to
        read and then writes fails at once where another wrote in between.

        Raises `StoreError`.
        """
        with self._turns, self.translating(), self._engine.connect() as opened:
            connection = opened.execution_options(publisher_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn every database error inside into `StoreError`."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StoreError(f"{self._label}: {explain_error(error)}") from error

    def prepared(self, statement: sa.Update) -> Prepared:
        """Return `statement`, one of a module's own, compiled for this database."""
        prepared = self._prepared.get(id(statement))
        if prepared is None:
            prepared = self._prepared[id(statement)] = Prepared(statement, self._engine.dialect)
        return prepared

    def insert_new(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        """Return an INSERT into `table` that does nothing where the row is there already."""
        if self.dialect == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()

    def close(self) -> None:
        """Close all connections."""
        with self.translating():
            self._engine.dispose()


def create_engine(url: sa.URL, busy_seconds: float) -> sa.Engine:
    """Return an engine for `url`, set up but not yet connected.

    A SQLite connection waits up to `busy_seconds` for another process's transaction.
    """
    if url.get_backend_name() != "sqlite":
        # Without it the number of rows that an INSERT made is unknown.
        counted = {"preserve_rowcount": True}
        return sa.create_engine(url, pool_pre_ping=True, execution_options=counted)
    engine = sa.create_engine(url, connect_args={"timeout": busy_seconds})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def create_reading_engine(url: sa.URL, seconds: float) -> sa.Engine:
    """Return an engine for `url` that writes nothing, also no file beside that of SQLite.

    A connection waits up to `seconds` for the server, or for another process's transaction.
    """
    if url.get_backend_name() != "sqlite":
        options = {"postgresql_readonly": True}
        arguments = {"connect_timeout": max(2, round(seconds))}
        return sa.create_engine(url, connect_args=arguments, execution_options=options)
    path = Path(url.database or "")

    def connect() -> sqlite3.Connection:
        # A reader of a closed database would make the files of its log, and leave them there.
        is_open = Path(f"{path}-wal").exists()
        mode = "mode=ro" if is_open else "mode=ro&immutable=1"
        address = f"{path.absolute().as_uri()}?{mode}"
        return sqlite3.connect(address, timeout=seconds, uri=True, check_same_thread=False)

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)


def _prepare_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401 - sqlalchemy's event
    # The driver would otherwise begin transactions at moments of its own choice.
    connection.isolation_level = None
    enable_wal(connection)
    # FULL: with NORMAL a power cut loses the `sending` mark, and with it the promise that nobody
    # gets an issue twice.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("publisher_writes", False)
    # Not by SQLAlchemy, which takes longer for it than SQLite itself, once for every message.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
