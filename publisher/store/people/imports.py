"""Imports of many people at once, as a file has them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.models import SubscriberStatus
from publisher.store.mail.outgoing_queue import enqueue
from publisher.store.people.confirmations import SubscriptionRequest
from publisher.store.people.hashing import email_hash
from publisher.store.people.subscriber_rows import (
    insert_subscribers,
    insert_topics,
    preference_columns,
)
from publisher.store.tables.people import subscribers, suppressions
from publisher.store.times import optional_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from publisher.models.imports import ImportedSubscriber
    from publisher.store.engine import Database
    from publisher.store.people.consent import ConsentLog

_CHUNK = 500
INVITATION = "confirm"
# One statement for all chunks: of a new one each, the program keeps the addresses for a long time.
_PRESENT = sa.select(subscribers.c.address_key, subscribers.c.id, subscribers.c.status).where(
    subscribers.c.address_key.in_(sa.bindparam("keys", expanding=True))
)
_SUPPRESSED = sa.select(suppressions.c.email_hash, suppressions.c.reason).where(
    suppressions.c.email_hash.in_(sa.bindparam("hashes", expanding=True))
)
_AGREED = (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED)


def ignore_progress(_lines: int) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import: how many people are new, newly confirmed, or unchanged.

    `active` ones became so; `pending` ones are new and have yet to confirm; `left` ones are new and
    kept as unsubscribed.
    """

    added: int = 0
    confirmed: int = 0
    unchanged: int = 0
    refused: tuple[tuple[int, str], ...] = ()  # line and reason
    invited: int = 0
    active: int = 0
    pending: int = 0
    left: int = 0

    def plus(self, other: ImportResult) -> ImportResult:
        """Return the sum with another part of the file."""
        return ImportResult(
            self.added + other.added,
            self.confirmed + other.confirmed,
            self.unchanged + other.unchanged,
            (*self.refused, *other.refused),
            self.invited + other.invited,
            self.active + other.active,
            self.pending + other.pending,
            self.left + other.left,
        )


class SubscriberImports:
    """Puts many people on the list, as a file has them."""

    def __init__(
        self, database: Database, keys: Mapping[int, bytes], consent_log: ConsentLog
    ) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes of addresses."""
        self._database = database
        self._keys = keys
        self._consent_log = consent_log

    def import_rows(
        self,
        rows: Iterable[ImportedSubscriber],
        *,
        now: datetime,
        detail: str = "",
        invite: bool = False,
        on_progress: Callable[[int], None] = ignore_progress,
    ) -> ImportResult:
        """Add `rows` in one transaction, all or none; return what was done.

        `detail` goes to the consent log. `invite` has those who are new and pending asked by mail,
        unless they are suppressed. `on_progress` gets the number of lines read so far.

        Someone on the list stays as they are, except that a pending one whose row is active becomes
        so. Someone who has unsubscribed or is suppressed is never made active by an import.

        Raises `StoreError`.
        """
        result = ImportResult()
        left = iter(rows)
        with self._database.writing() as connection:
            while chunk := list(islice(left, _CHUNK)):
                result = result.plus(
                    self.take(connection, chunk, now=now, detail=detail, invite=invite)
                )
                on_progress(chunk[-1].line)
        return result

    def take(
        self,
        connection: sa.Connection,
        rows: list[ImportedSubscriber],
        *,
        now: datetime,
        detail: str,
        invite: bool,
    ) -> ImportResult:
        """Add some rows in the caller's transaction; see `import_rows`."""
        part = _Chunk(connection, self._keys, rows, now)
        for row in rows:
            part.judge(row)
        part.write(self._consent_log, detail)
        invited = (
            enqueue(self._database, connection, INVITATION, part.invitations, now) if invite else 0
        )
        return part.result(invited)

    def foresee(
        self, connection: sa.Connection, rows: list[ImportedSubscriber], *, now: datetime
    ) -> ImportResult:
        """Return what an import of these rows would do, all invited, and write nothing."""
        part = _Chunk(connection, self._keys, rows, now)
        for row in rows:
            part.judge(row)
        return part.result(len(part.invitations))


class _Chunk:
    """Some lines, judged one after the other and written together, which is by far the quickest."""

    def __init__(
        self,
        connection: sa.Connection,
        keys: Mapping[int, bytes],
        rows: list[ImportedSubscriber],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._now = now
        self._hashes = {address_key(row.email): email_hash(keys, row.email) for row in rows}
        self._present = _present(connection, list(self._hashes))
        self._suppressed = _suppressed(connection, list(self._hashes.values()))
        # By the key of the address, as the three before.
        self._new: dict[str, tuple[ImportedSubscriber, SubscriberStatus, datetime | None]] = {}
        self._confirmed: dict[str, datetime] = {}  # pending until now
        self._actions: list[tuple[str, str]] = []
        self.unchanged = 0
        self.refused: list[tuple[int, str]] = []
        self.invitations: list[tuple[str, str]] = []

    def result(self, invited: int) -> ImportResult:
        """Return what was decided."""
        confirmed = sum(action == "confirmed" for _, action in self._actions)
        return ImportResult(
            len(self._new),
            confirmed,
            self.unchanged,
            tuple(self.refused),
            invited,
            self._new_with(SubscriberStatus.ACTIVE) + len(self._confirmed),
            self._new_with(SubscriberStatus.PENDING),
            self._new_with(SubscriberStatus.UNSUBSCRIBED),
        )

    def _new_with(self, status: SubscriberStatus) -> int:
        return sum(status is new for _, new, _ in self._new.values())

    def judge(self, row: ImportedSubscriber) -> None:
        """Decide what is written of a line."""
        key = address_key(row.email)
        suppressed = self._hashes[key] in self._suppressed
        agrees = row.status in _AGREED
        if agrees and suppressed:
            reason = self._suppressed[self._hashes[key]]
            self.refused.append((row.line, f"suppressed: {reason}; not imported"))
            return
        status = self._status(key)
        if status is None:
            self._new[key] = (row, row.status, row.confirmed_at)
            self._actions.append((row.email, f"imported as {row.status}"))
        elif agrees and status is SubscriberStatus.UNSUBSCRIBED:
            self.refused.append((row.line, "has unsubscribed; not made active again"))
        elif agrees and status is SubscriberStatus.PENDING:
            self._confirm(key, row.confirmed_at or self._now)
        else:
            self.unchanged += 1
        if self._status(key) is SubscriberStatus.PENDING and not suppressed:
            request = SubscriptionRequest(row.email, row.topics, row.preferences, row.name)
            self.invitations.append((row.email, request.to_json()))

    def write(self, consent_log: ConsentLog, detail: str) -> None:
        """Write what was decided."""
        rows = [
            {"address_key": key, **_columns(*person, self._now)}
            for key, person in self._new.items()
        ]
        ids = insert_subscribers(self._connection, rows)
        insert_topics(
            self._connection,
            ((ids[key], slug) for key, (row, _, _) in self._new.items() for slug in row.topics),
        )
        for key, subscriber_id in ids.items():
            if self._hashes[key] in self._suppressed:
                _link_suppression(self._connection, self._hashes[key], subscriber_id)
        for key, at in self._confirmed.items():
            _activate(self._connection, self._present[key][0], at)
        consent_log.log_all(self._connection, self._actions, detail, self._now)

    def _status(self, key: str) -> SubscriberStatus | None:
        if key in self._new:
            return self._new[key][1]
        if key in self._confirmed:
            return SubscriberStatus.ACTIVE
        return self._present[key][1] if key in self._present else None

    def _confirm(self, key: str, at: datetime) -> None:
        self._actions.append((key, "confirmed"))
        if key in self._new:
            self._new[key] = (self._new[key][0], SubscriberStatus.ACTIVE, at)
        else:
            self._confirmed[key] = at


def _present(connection: sa.Connection, keys: list[str]) -> dict[str, tuple[int, SubscriberStatus]]:
    rows = connection.execute(_PRESENT, {"keys": keys})
    return {row.address_key: (row.id, SubscriberStatus(row.status)) for row in rows}


def _suppressed(connection: sa.Connection, hashes: list[str]) -> dict[str, str]:
    """Return the reason by the hash of each suppressed address."""
    rows = connection.execute(_SUPPRESSED, {"hashes": hashes})
    return {row.email_hash: row.reason for row in rows}


def _link_suppression(connection: sa.Connection, hashed: str, subscriber_id: int) -> None:
    connection.execute(
        sa.update(suppressions)
        .where(suppressions.c.email_hash == hashed)
        .values(subscriber_id=subscriber_id)
    )


def _columns(
    row: ImportedSubscriber, status: SubscriberStatus, confirmed_at: datetime | None, now: datetime
) -> dict[str, object]:
    agreed = status in _AGREED
    return {
        "email": row.email,
        "name": row.name,
        "status": status.value,
        "created_at": to_ms(row.created_at or now),
        "confirmed_at": to_ms(confirmed_at or now) if agreed else optional_ms(confirmed_at),
        "unsubscribed_at": to_ms(now) if status is SubscriberStatus.UNSUBSCRIBED else None,
        **preference_columns(row.preferences),
    }


def _activate(connection: sa.Connection, subscriber_id: int, at: datetime) -> None:
    values = {"status": SubscriberStatus.ACTIVE.value, "confirmed_at": to_ms(at)}
    connection.execute(
        sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
    )
