"""The queue of single mails: requests to confirm, and answers.

A mail is marked on disk before it leaves and deleted after. One whose sender died in between may
have left and is dropped: who misses it asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.store.tables.mail import letters, single_mails
from publisher.store.times import from_ms, optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from publisher.store.engine import Database

# Longer than any transport takes for one message.
_LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail of a `MailKind` to one address; `payload` is the kind's own."""

    id: int
    kind: str
    email: str
    payload: str
    attempts: int
    created_at: datetime


class OutgoingQueue:
    """At most one mail of a kind for each address. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def put(self, kind: str, email: str, payload: str, *, now: datetime) -> bool:
        """Add a mail; return False where one of the kind is waiting for the address already."""
        with self._database.writing() as connection:
            return enqueue(self._database, connection, kind, [(email, payload)], now) == 1

    def take(self, *, now: datetime) -> QueuedMail | None:
        """Return a mail that is due, marked on disk as leaving; None where there is none."""
        due = (
            sa.select(letters.c.id)
            .where(letters.c.sending_since.is_(None), letters.c.next_at <= to_ms(now))
            .order_by(letters.c.next_at, letters.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .cte("due")  # see ledger/transitions.claim
        )
        with self._database.writing() as connection:
            row = connection.execute(
                sa.update(letters)
                .where(letters.c.id.in_(sa.select(due.c.id)), letters.c.sending_since.is_(None))
                .values(sending_since=to_ms(now), attempts=letters.c.attempts + 1)
                .returning(letters)
            ).one_or_none()
        if row is None:
            return None
        return QueuedMail(
            row.id, row.kind, row.email, row.payload, row.attempts, from_ms(row.created_at)
        )

    def remove(self, mail_id: int, *, left: datetime | None = None) -> None:
        """Delete a mail that left at `left`, which counts in rate limits, or (None) never will."""
        with self._database.writing() as connection:
            email = connection.execute(
                sa.delete(letters).where(letters.c.id == mail_id).returning(letters.c.email)
            ).scalar_one_or_none()
            if left is not None and email is not None:
                values = {"at": to_ms(left), "domain": email.rpartition("@")[2]}
                connection.execute(sa.insert(single_mails).values(values))

    def put_off(self, mail_id: int, until: datetime) -> None:
        """Have a mail that nobody accepted tried again at `until`."""
        values = {"sending_since": None, "next_at": to_ms(until)}
        with self._database.writing() as connection:
            connection.execute(sa.update(letters).where(letters.c.id == mail_id).values(values))

    def drop_doubtful(self, *, now: datetime) -> int:
        """Delete the mails whose sender died while they were leaving; return how many."""
        doubtful = letters.c.sending_since <= to_ms(now - _LEASE)
        with self._database.writing() as connection:
            return connection.execute(sa.delete(letters).where(doubtful)).rowcount

    def next_due(self) -> datetime | None:
        """Return when the earliest mail may go, None where none is waiting."""
        query = sa.select(sa.func.min(letters.c.next_at)).where(letters.c.sending_since.is_(None))
        with self._database.reading() as connection:
            return optional_time(connection.scalar(query))

    def waiting(self) -> int:
        """Return how many mails are waiting."""
        with self._database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(letters)) or 0)


def enqueue(
    database: Database,
    connection: sa.Connection,
    kind: str,
    pairs: Iterable[tuple[str, str]],
    now: datetime,
) -> int:
    """Add a mail for each (address, payload) in the caller's transaction; return how many."""
    added = 0
    for email, payload in pairs:
        values = queue_row(kind, email, payload, now)
        added += connection.execute(database.insert_new(letters).values(values)).rowcount
    return added


def queue_row(kind: str, email: str, payload: str, now: datetime) -> dict[str, object]:
    """Return the columns of a mail that may go at once."""
    return {
        "kind": kind,
        "email": email,
        "address_key": address_key(email),
        "payload": payload,
        "attempts": 0,
        "next_at": to_ms(now),
        "created_at": to_ms(now),
    }
