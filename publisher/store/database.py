"""`open_store`: the way into the store."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from publisher.errors import StoreError
from publisher.store import cleaning, schema
from publisher.store.access_tokens import AccessTokens
from publisher.store.confirmations import Confirmations
from publisher.store.engine import Database, create_engine, explain
from publisher.store.figures import Figures
from publisher.store.imports import ImportedRow, ImportResult, import_rows, quiet
from publisher.store.knocks import KnockLimits, Knocks
from publisher.store.ledger import Ledger
from publisher.store.letters import Letters
from publisher.store.mailbox import MailboxRecord
from publisher.store.migrate import ensure_schema
from publisher.store.operators import Operators
from publisher.store.personal import held_of
from publisher.store.polls import PollRecord
from publisher.store.requests import MailRequest, accept_requests
from publisher.store.search import Found, Wanted, search
from publisher.store.subscribers import Subscribers
from publisher.store.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

# How long a write waits for another process's transaction, in seconds.
BUSY_SECONDS = 30.0


class Store:
    """An open database: people, ledger, mail that is to go, and the secret `keys`."""

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Join the parts; use `open_store`."""
        self._database = database
        # By id, oldest first: the newest makes unsubscribe tokens, all of them verify, the oldest
        # makes the hashes that must stay the same for ever.
        self.keys = keys
        self.subscribers = Subscribers(database, keys)
        self.ledger = Ledger(database, keys)
        self.confirmations = Confirmations(database, self.subscribers)
        self.letters = Letters(database)
        self.knocks = Knocks(database, keys)
        self.mailbox = MailboxRecord(database, keys)
        self.figures = Figures(database)
        self.operators = Operators(database)
        self.polls = PollRecord(database)
        self.tasks = Tasks(database)
        self.access_tokens = AccessTokens(database)

    def import_subscribers(
        self,
        rows: Iterable[ImportedRow],
        *,
        now: datetime,
        detail: str = "",
        invite: bool = False,
        on_progress: Callable[[int], None] = quiet,
    ) -> ImportResult:
        """Put many people on the list, all or none; see `imports.import_rows`.

        Raises `StoreError`.
        """
        return import_rows(
            self._database,
            self.subscribers,
            self.keys,
            rows,
            now=now,
            detail=detail,
            invite=invite,
            on_progress=on_progress,
        )

    def search(self, wanted: Wanted, *, before: int = 0, size: int = 50) -> Found:
        """Return a page of people; see `search.search`. Raises `StoreError`."""
        return search(self._database, wanted, before=before, size=size)

    def accept_requests(
        self, requests: Sequence[MailRequest], limits: KnockLimits, *, now: datetime
    ) -> list[bool]:
        """Queue the letters that strangers may have; see `requests`. Raises `StoreError`."""
        return accept_requests(self._database, self.knocks, requests, limits, now=now)

    def held_of(self, email: str) -> dict[str, object]:
        """Return everything that is kept of a person, as JSON values. Raises `StoreError`."""
        return held_of(self._database, self.keys, email)

    def ping(self) -> None:
        """Raise `StoreError` where the database can't be read."""
        with self._database.reading() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def clean(self, *, now: datetime, mail_days: int) -> dict[str, int]:
        """Delete what has expired, see `cleaning.clean`. Raises `StoreError`."""
        return cleaning.clean(self._database, now=now, mail_days=mail_days)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database."""
        self.close()


def open_store(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Return the store at `url`, made or upgraded where needed.

    `url` is an SQLAlchemy URL such as "sqlite:////home/me/publisher.db"; a relative path is seen
    from the working directory. The parent folder of an SQLite file is made.

    Raises `StoreError` with one line: locked, read-only, full disk, not a database, a folder, or a
    database of a newer program.
    """
    parsed = _parse(url)
    # An SQLite file is known by its path; of other URLs the password must not be shown.
    label = parsed.database or "the database"
    if parsed.get_backend_name() == "sqlite":
        _prepare_file(parsed, label)
    else:
        label = f"{parsed.get_backend_name()} database {label!r}"
    try:
        engine = create_engine(parsed, busy_seconds)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"{label}: {explain(error)}") from error
    database = Database(engine, label)
    try:
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        ensure_schema(database, label, now_ms)
        with database.reading() as connection:
            rows = connection.execute(
                sa.select(schema.keys.c.id, schema.keys.c.secret).order_by(schema.keys.c.id)
            ).all()
    except BaseException:
        engine.dispose()
        raise
    return Store(database, {row.id: bytes(row.secret) for row in rows})


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        # The URL may hold a password: never repeat it.
        raise StoreError(f"store.url: {explain(error)}") from error
    return parsed


def _prepare_file(url: sa.URL, label: str) -> None:
    """Make the folder of an SQLite file, and the file itself, readable for its owner only."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    path = Path(url.database)
    if path.is_dir():
        raise StoreError(f"{label}: is a folder, not a database file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # It will hold addresses and keys.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{label}: can't be created: {error.strerror}") from error
