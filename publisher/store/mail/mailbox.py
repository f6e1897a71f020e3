"""The record of the operator's mailbox: mails that were read, and bounces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.ledger.delivery_rows import delivery_of
from publisher.store.people.hashing import email_hash
from publisher.store.tables.mail import bounces, mailboxes, seen_mail
from publisher.store.tables.newsletter import deliveries
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.models import Delivery
    from publisher.store.engine import Database


class MailboxRecord:
    """Hashes only: no content and no address of a mail is kept. Everything raises `StoreError`."""

    def __init__(self, database: Database, keys: Mapping[int, bytes]) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes of addresses."""
        self._database = database
        self._keys = keys

    def verdict_of(self, key: str) -> str | None:
        """Return the verdict on a mail, None where it was never read."""
        with self._database.reading() as connection:
            verdict: str | None = connection.scalar(
                sa.select(seen_mail.c.verdict).where(seen_mail.c.key == key)
            )
        return verdict

    def mark_seen(self, keys: tuple[str, ...], verdict: str, *, now: datetime) -> None:
        """Note that the mail known by these keys was handled."""
        with self._database.writing() as connection:
            for key in keys:
                values = {"key": key, "at": to_ms(now), "verdict": verdict}
                connection.execute(self._database.insert_new(seen_mail).values(values))

    def position(self, name: str, validity: int) -> int:
        """Return the UID of the last mail read in the folder, 0 where its UIDVALIDITY changed."""
        query = sa.select(mailboxes.c.last_uid).where(
            mailboxes.c.name == name, mailboxes.c.validity == validity
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def advance(self, name: str, validity: int, uid: int) -> None:
        """Note that the folder was read up to the mail with this UID."""
        row = {"name": name, "validity": validity, "last_uid": uid}
        with self._database.writing() as connection:
            connection.execute(sa.delete(mailboxes).where(mailboxes.c.name == name))
            connection.execute(sa.insert(mailboxes).values(row))

    def add_bounce(
        self,
        report: str,
        email: str,
        *,
        weight: str,
        status: str,
        issue_id: str,
        reason: str,
        now: datetime,
    ) -> bool:
        """Keep what a report said of an address; return False where that was known already."""
        row = {
            "report": report,
            "email_hash": email_hash(self._keys, email),
            "domain": email.rpartition("@")[2].lower(),
            "at": to_ms(now),
            "weight": weight,
            "status": status,
            "issue_id": issue_id,
            "reason": reason,
        }
        with self._database.writing() as connection:
            added = connection.execute(self._database.insert_new(bounces).values(row))
            return added.rowcount == 1

    def soft_bounces(self, email: str, *, since: datetime) -> int:
        """Return for how many issues and single mails the address bounced softly after `since`."""
        query = sa.select(sa.func.count(sa.distinct(bounces.c.issue_id))).where(
            bounces.c.email_hash == email_hash(self._keys, email),
            bounces.c.weight == "soft",
            bounces.c.at > to_ms(since),
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def delivery(self, message_id: str, issue_id: str) -> Delivery | None:
        """Return the delivery of an issue that has the Message-ID, None if unknown.

        Reads all rows of the issue: an index would cost every delivery a page, for the few that
        bounce.
        """
        exact = sa.and_(deliveries.c.issue_id == issue_id, deliveries.c.message_id == message_id)
        query = sa.select(deliveries).where(exact).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else delivery_of(row)
