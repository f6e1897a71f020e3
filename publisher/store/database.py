"""The open store, and `open_store`, which opens it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from publisher.errors import StoreError
from publisher.private_folder import make_private_folder
from publisher.store.engine import (
    Database,
    create_engine,
    create_reading_engine,
    explain_error,
)
from publisher.store.gathering.gathering import Gathering
from publisher.store.ledger.deliveries import Deliveries
from publisher.store.ledger.issue_plans import IssuePlans
from publisher.store.ledger.issues import Issues
from publisher.store.ledger.ledger import Ledger
from publisher.store.ledger.readers import IssueReaders
from publisher.store.ledger.sent_papers import SentPapers
from publisher.store.mail.mail_requests import MailRequests
from publisher.store.mail.mailbox import MailboxRecord
from publisher.store.mail.outgoing_queue import OutgoingQueue
from publisher.store.mail.rate_limits import RateLimits
from publisher.store.migrate import check_schema, ensure_schema
from publisher.store.operations.access_tokens import AccessTokens
from publisher.store.operations.announcements import Announcements
from publisher.store.operations.audit import AuditLog
from publisher.store.operations.operators import Operators
from publisher.store.operations.polls import PollRecord
from publisher.store.operations.retention import Retention
from publisher.store.operations.statistics import Statistics
from publisher.store.operations.tasks import Tasks
from publisher.store.people.confirmations import Confirmations
from publisher.store.people.consent import ConsentLog
from publisher.store.people.import_jobs import ImportJobs
from publisher.store.people.imports import SubscriberImports
from publisher.store.people.subscribers import Subscribers
from publisher.store.people.suppressions import Suppressions
from publisher.store.people.without_mail import PeopleWithoutMail
from publisher.store.tables.keys import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

# The longest that a write waits for another process's transaction, in seconds.
BUSY_SECONDS = 30.0


def _nothing() -> None:
    return


class Store:
    """An open database: its parts by subject, and the secret `keys`.

    Everything raises `StoreError` where the database fails.
    """

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Join the parts; use `open_store`."""
        self._database = database
        # Called before something leaves that must not happen again: a copy has to know of it.
        self.save: Callable[[], object] = _nothing
        # By id, oldest first: the newest makes unsubscribe tokens, all of them verify, the oldest
        # makes the hashes that must stay the same for ever.
        self.keys = keys
        # People.
        self.consent_log = ConsentLog(database, keys)
        self.suppressions = Suppressions(database, keys, self.consent_log)
        self.subscribers = Subscribers(database, keys, self.consent_log, self.suppressions)
        self.imports = SubscriberImports(database, keys, self.consent_log)
        self.import_jobs = ImportJobs(database, self.imports)
        self.confirmations = Confirmations(database, self.subscribers)
        self.without_mail = PeopleWithoutMail(database)
        # Issues and their deliveries; `ledger` moves a delivery from state to state.
        self.issues = Issues(database)
        self.readers = IssueReaders(database)
        self.deliveries = Deliveries(database)
        self.ledger = Ledger(database, keys, self.consent_log, self.suppressions)
        self.sent_papers = SentPapers(database)
        # Single mails.
        self.outgoing_queue = OutgoingQueue(database)
        self.rate_limits = RateLimits(database, keys)
        self.mail_requests = MailRequests(database, self.rate_limits)
        self.mailbox = MailboxRecord(database, keys)
        # Digests that the program writes itself.
        self.gathering = Gathering(database)
        # Chats and networks.
        self.announcements = Announcements(database)
        # Operation.
        self.audit_log = AuditLog(database)
        self.plans = IssuePlans(database, self.audit_log)  # of issues that are not frozen yet
        self.operators = Operators(database, self.audit_log)
        self.access_tokens = AccessTokens(database, self.audit_log)
        self.tasks = Tasks(database)
        self.polls = PollRecord(database)
        self.statistics = Statistics(database)
        self.retention = Retention(database)

    def ping(self) -> None:
        """Read from the database. Raises `StoreError` where that fails."""
        with self._database.reading() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def damage(self) -> str:
        """Return the first damage of an SQLite file, "" where it is sound or on a server."""
        if self._database.dialect != "sqlite":
            return ""
        with self._database.reading() as connection:
            answer = str(connection.scalar(sa.text("PRAGMA quick_check(1)")))
        return "" if answer == "ok" else " ".join(answer.split())

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
        return Store(database, _read_keys(database))
    except BaseException:
        engine.dispose()
        raise


def read_store(url: str, *, seconds: float = 3.0) -> Store | None:
    """Return the store at `url` for reading alone, None where it has no tables yet.

    Nothing is made, upgraded or written. Raises `StoreError`, also where no answer comes within
    `seconds`, and `OutdatedStore`.
    """
    parsed = _parse(url)
    is_file = parsed.get_backend_name() == "sqlite"
    label = parsed.database or "the database"
    label = label if is_file else f"{parsed.get_backend_name()} database {label!r}"
    if is_file and Path(label).is_dir():
        raise StoreError(f"{label}: is a folder, not a database file")
    try:
        engine = create_reading_engine(parsed, seconds)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"{label}: {explain_error(error)}") from error
    database = Database(engine, label)
    try:
        if check_schema(database, label):
            return Store(database, _read_keys(database))
    except BaseException:
        engine.dispose()
        raise
    engine.dispose()
    return None


def _read_keys(database: Database) -> dict[int, bytes]:
    with database.reading() as connection:
        rows = connection.execute(sa.select(keys.c.id, keys.c.secret).order_by(keys.c.id)).all()
    return {row.id: bytes(row.secret) for row in rows}


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
        make_private_folder(path.parent)
        if not path.exists():
            # It will hold addresses and keys.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"{label}: can't be created: {error.strerror}") from error
