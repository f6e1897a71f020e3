"""The addresses that get no mail, by keyed hash: an entry outlives the person's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.people.hashing import email_hash
from publisher.store.tables.people import suppressions
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.people.consent import ConsentLog


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address gets no mail, and since when."""

    reason: str
    created_at: datetime


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
        """Allow mail to `email` again; return whether it was suppressed. Raises `StoreError`."""
        with self._database.writing() as connection:
            lifted = self.delete(connection, email)
            if lifted:
                self._consent_log.log(connection, email, "suppression lifted", detail, now)
            return lifted

    def insert(self, connection: sa.Connection, email: str, reason: str, now: datetime) -> bool:
        """Suppress `email` in the caller's transaction, which also writes the consent log.

        Returns False for an address that is suppressed already.
        """
        values = {
            "email_hash": email_hash(self._keys, email),
            "reason": reason,
            "created_at": to_ms(now),
        }
        added = connection.execute(self._database.insert_new(suppressions).values(values))
        return added.rowcount == 1

    def delete(self, connection: sa.Connection, email: str) -> bool:
        """Take `email` off the list in the caller's transaction; return whether it was on it."""
        hashed = email_hash(self._keys, email)
        deleted = connection.execute(
            sa.delete(suppressions).where(suppressions.c.email_hash == hashed)
        )
        return deleted.rowcount == 1
