"""`open_store`: the way into the store."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from publisher.errors import StoreError
from publisher.store.engine import Database, create_engine, explain_error
from publisher.store.ledger.ledger import Ledger
from publisher.store.mail.mail_requests import MailRequest, accept_requests
from publisher.store.mail.mailbox import MailboxRecord
from publisher.store.mail.outgoing_queue import OutgoingQueue
from publisher.store.mail.rate_limits import RateLimits, RequestLimits
from publisher.store.migrate import ensure_schema
from publisher.store.operations import retention
from publisher.store.operations.access_tokens import AccessTokens
from publisher.store.operations.operators import Operators
from publisher.store.operations.polls import PollRecord
from publisher.store.operations.statistics import Statistics
from publisher.store.operations.tasks import Tasks
from publisher.store.people.confirmations import Confirmations
from publisher.store.people.gdpr_export import export_person
from publisher.store.people.imports import (
    ImportedRow,
    ImportResult,
    import_rows,
    quiet,
)
from publisher.store.people.search import SubscriberPage, SubscriberQuery, search
from publisher.store.people.subscribers import Subscribers
from publisher.store.tables import main

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
        self.letters = OutgoingQueue(database)
        self.knocks = RateLimits(database, keys)
        self.mailbox = MailboxRecord(database, keys)
        self.figures = Statistics(database)
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

    def search(self, wanted: SubscriberQuery, *, before: int = 0, size: int = 50) -> SubscriberPage:
        """Return a page of people; see `search.search`. Raises `StoreError`."""
        return search(self._database, wanted, before=before, size=size)

    def accept_requests(
        self, requests: Sequence[MailRequest], limits: RequestLimits, *, now: datetime
    ) -> list[bool]:
        """Queue the letters that strangers may have; see `requests`. Raises `StoreError`."""
        return accept_requests(self._database, self.knocks, requests, limits, now=now)

    def export_person(self, email: str) -> dict[str, object]:
        """Return everything that is kept of a person, as JSON values. Raises `StoreError`."""
        return export_person(self._database, self.keys, email)

    def ping(self) -> None:
        """Raise `StoreError` where the database can't be read."""
        with self._database.reading() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def clean(self, *, now: datetime, mail_days: int) -> dict[str, int]:
        """Delete what has expired, see `cleaning.clean`. Raises `StoreError`."""
        return retention.clean(self._database, now=now, mail_days=mail_days)

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
        raise StoreError(f"{label}: {explain_error(error)}") from error
    database = Database(engine, label)
    try:
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        ensure_schema(database, label, now_ms)
        with database.reading() as connection:
            rows = connection.execute(
                sa.select(main.keys.c.id, main.keys.c.secret).order_by(main.keys.c.id)
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
        raise StoreError(f"store.url: {explain_error(error)}") from error
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
