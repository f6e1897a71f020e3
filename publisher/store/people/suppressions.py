"""The addresses that get no mail, by keyed hash: an entry outlives the person's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import SubscriberStatus, Suppression
from publisher.store.people.hashing import email_hash
from publisher.store.people.subscriber_rows import find_row
from publisher.store.tables.mail import bounces
from publisher.store.tables.people import subscribers, suppressions
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.people.consent import ConsentLog


_AGREED = (SubscriberStatus.ACTIVE.value, SubscriberStatus.PAUSED.value)
# Actions in the consent log; the first one counts in the growth of the list.
MAIL_AGAIN, LIFTED = "gets mail again", "suppression lifted"


class Suppressions:
    """The suppression list. Addresses are normalised already (addresses.py)."""

    def __init__(
        self, database: Database, keys: Mapping[int, bytes], consent_log: ConsentLog
    ) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes of addresses."""
        self._database = database
        self._keys = keys
        self._consent_log = consent_log

    def add(self, email: str, reason: str, *, now: datetime) -> bool:
        """Stop all mail to `email`, e.g. because it bounced.

        Returns False for an address that is suppressed already, whose reason stays. Raises
        `StoreError`.
        """
        with self._database.writing() as connection:
            added = self.insert(connection, email, reason, now)
            if added:
                self._consent_log.log(connection, email, "suppressed", reason, now)
            return added

    def find(self, email: str) -> Suppression | None:
        """Return why `email` gets no mail, None where it does. Raises `StoreError`."""
        hashed = email_hash(self._keys, email)
        with self._database.reading() as connection:
            row = connection.execute(
                sa.select(suppressions).where(suppressions.c.email_hash == hashed)
            ).one_or_none()
        return None if row is None else Suppression(row.reason, from_ms(row.created_at))

    def lift(self, email: str, *, now: datetime, detail: str = "") -> bool:
        """Allow mail to `email` again; return whether it was suppressed.

        Earlier bounces no longer count, as after a confirmation. Raises `StoreError`.
        """
        with self._database.writing() as connection:
            lifted = self.delete(connection, email)
            if lifted:
                hashed = email_hash(self._keys, email)
                connection.execute(sa.delete(bounces).where(bounces.c.email_hash == hashed))
                row = find_row(connection, email)
                returns = row is not None and row.status in _AGREED
                action = MAIL_AGAIN if returns else LIFTED
                self._consent_log.log(connection, email, action, detail, now)
            return lifted

    def newest(self, most: int) -> list[tuple[str, Suppression]]:
        """Return the newest suppressions of people on the list, with their addresses.

        Whoever has left is not among them. Raises `StoreError`.
        """
        query = (
            sa.select(subscribers.c.email, suppressions.c.reason, suppressions.c.created_at)
            .join_from(suppressions, subscribers, suppressions.c.subscriber_id == subscribers.c.id)
            .where(subscribers.c.status != SubscriberStatus.UNSUBSCRIBED.value)
            .order_by(suppressions.c.created_at.desc(), subscribers.c.id.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            return [
                (row.email, Suppression(row.reason, from_ms(row.created_at)))
                for row in connection.execute(query)
            ]

    def insert(self, connection: sa.Connection, email: str, reason: str, now: datetime) -> bool:
        """Suppress `email` in the caller's transaction, which also writes the consent log.

        Returns False for an address that is suppressed already.
        """
        row = find_row(connection, email)
        values = {
            "email_hash": email_hash(self._keys, email),
            "reason": reason,
            "created_at": to_ms(now),
            "subscriber_id": None if row is None else row.id,
        }
        added = connection.execute(self._database.insert_new(suppressions).values(values))
        return added.rowcount == 1

    def set_person(self, connection: sa.Connection, email: str, subscriber_id: int | None) -> None:
        """Note whose suppression that of `email` is, in the caller's transaction."""
        hashed = email_hash(self._keys, email)
        connection.execute(
            sa.update(suppressions)
            .where(suppressions.c.email_hash == hashed)
            .values(subscriber_id=subscriber_id)
        )

    def delete(self, connection: sa.Connection, email: str) -> bool:
        """Take `email` off the list in the caller's transaction; return whether it was on it."""
        hashed = email_hash(self._keys, email)
        deleted = connection.execute(
            sa.delete(suppressions).where(suppressions.c.email_hash == hashed)
        )
        return deleted.rowcount == 1
