"""What people agreed to and when, and who must get no mail: what outlives a person's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.people.hashing import email_hash
from publisher.store.tables.main import consent_log, suppressions, wordings
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.store.engine import Database

_LONGEST_ORIGIN = 128


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address gets no mail, and since when."""

    reason: str
    created_at: datetime


class ConsentLog:
    """By keyed hash of the address, which must be normalised already (addresses.py)."""

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes of addresses."""
        self._database = database
        self._keys = keys

    def suppress(self, email: str, reason: str, *, now: datetime) -> bool:
        """Send no mail to `email` any more, e.g. because it bounced; False: so it was already."""
        with self._database.writing() as connection:
            added = self._suppress(connection, email, reason, now)
            if added:
                self.log(connection, email, "suppressed", reason, now)
            return added

    def suppression(self, email: str) -> Suppression | None:
        """Return why `email` gets no mail, None where it does. Raises `StoreError`."""
        hashed = email_hash(self._keys, email)
        with self._database.reading() as connection:
            row = connection.execute(
                sa.select(suppressions).where(suppressions.c.email_hash == hashed)
            ).one_or_none()
        return None if row is None else Suppression(row.reason, from_ms(row.created_at))

    def lift(self, email: str, *, now: datetime, detail: str = "") -> bool:
        """Let mail go to `email` again; return whether it was suppressed. Raises `StoreError`."""
        hashed = email_hash(self._keys, email)
        with self._database.writing() as connection:
            lifted = connection.execute(
                sa.delete(suppressions).where(suppressions.c.email_hash == hashed)
            )
            if lifted.rowcount == 1:
                self.log(connection, email, "suppression lifted", detail, now)
            return lifted.rowcount == 1

    def keep_wording(self, version: str, text: str, *, now: datetime) -> None:
        """Keep the text that people are asked to agree to, once for each version of it."""
        values = {"version": version, "text": text, "since": to_ms(now)}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(wordings).values(values))

    def wording(self, version: str) -> str:
        """Return the text of a version, "" for an unknown one. Raises `StoreError`."""
        query = sa.select(wordings.c.text).where(wordings.c.version == version)
        with self._database.reading() as connection:
            return str(connection.scalar(query) or "")

    def consent(self, email: str) -> list[tuple[datetime, str, str]]:
        """Return what the log holds of an address, oldest first: time, action and detail."""
        query = (
            sa.select(consent_log)
            .where(consent_log.c.subject == email_hash(self._keys, email))
            .order_by(consent_log.c.id)
        )
        with self._database.reading() as connection:
            return [(from_ms(row.at), row.action, row.detail) for row in connection.execute(query)]

    def log(
        self,
        connection: sa.Connection,
        email: str,
        action: str,
        detail: str,
        now: datetime,
        wording: str = "",
        origin: str = "",
    ) -> None:
        """Write one line of the consent log in the caller's transaction."""
        subject = email_hash(self._keys, email)
        values = {"subject": subject, "at": to_ms(now), "action": action, "detail": detail}
        connection.execute(
            sa.insert(consent_log).values(
                **values, wording=wording, origin=origin[:_LONGEST_ORIGIN]
            )
        )

    def log_all(
        self,
        connection: sa.Connection,
        entries: Iterable[tuple[str, str]],
        detail: str,
        now: datetime,
    ) -> None:
        """Write many lines, as pairs of address and action."""
        rows = [
            {
                "subject": email_hash(self._keys, email),
                "at": to_ms(now),
                "action": action,
                "detail": detail,
            }
            for email, action in entries
        ]
        if rows:
            connection.execute(sa.insert(consent_log), rows)

    def _suppress(self, connection: sa.Connection, email: str, reason: str, now: datetime) -> bool:
        hashed = email_hash(self._keys, email)
        values = {"email_hash": hashed, "reason": reason, "created_at": to_ms(now)}
        added = connection.execute(self._database.insert_new(suppressions).values(values))
        return added.rowcount == 1
