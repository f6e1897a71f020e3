"""The log of what people agreed to and when, which outlives a person's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.people.hashing import email_hash
from publisher.store.tables.people import consent_log, wordings
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.store.engine import Database

_LONGEST_ORIGIN = 128


class ConsentLog:
    """Entries by keyed hash of the address, which is normalised already (addresses.py).

    Everything raises `StoreError`.
    """

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes of addresses."""
        self._database = database
        self._keys = keys

    def keep_wording(self, version: str, text: str, *, now: datetime) -> None:
        """Keep the text that people are asked to agree to; a known version stays as it is."""
        values = {"version": version, "text": text, "since": to_ms(now)}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(wordings).values(values))

    def wording(self, version: str) -> str:
        """Return the text of a version, "" for an unknown one."""
        query = sa.select(wordings.c.text).where(wordings.c.version == version)
        with self._database.reading() as connection:
            return str(connection.scalar(query) or "")

    def history(self, email: str) -> list[tuple[datetime, str, str]]:
        """Return the entries of an address, oldest first: time, action and detail."""
        query = (
            sa.select(consent_log)
            .where(consent_log.c.subject == email_hash(self._keys, email))
            .order_by(consent_log.c.id)
        )
        with self._database.reading() as connection:
            return [(from_ms(row.at), row.action, row.detail) for row in connection.execute(query)]

    def newest(self) -> int:
        """Return the number of the newest entry, which grows; 0 where there is none."""
        with self._database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.max(consent_log.c.id))) or 0)

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
        """Write one entry in the caller's transaction."""
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
        """Write many entries, as pairs of address and action."""
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
