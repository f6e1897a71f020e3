"""Puts many people on the list at once, as a file has them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from publisher.models import SubscriberStatus, Wishes
from publisher.store.confirmations import Request
from publisher.store.hashing import email_hash
from publisher.store.letters import put_letters
from publisher.store.schema import subscribers, suppressions
from publisher.store.subscriber_rows import insert_subscriber, wish_columns, write_topics
from publisher.store.times import optional_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.subscribers import Subscribers

_CHUNK = 500
INVITATION = "confirm"
_AGREED = (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED)


def quiet(_lines: int) -> None:
    """Tell nobody."""


class ImportedRow(Protocol):
    """A checked line of a file; see sender/subscribers.py."""

    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def topics(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def status(self) -> SubscriberStatus: ...  # noqa: D102
    @property
    def created_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def confirmed_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def wishes(self) -> Wishes: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: how many people are new, now confirmed, or were there as they are."""

    added: int
    confirmed: int
    known: int
    refused: tuple[tuple[int, str], ...]  # line and reason
    invited: int = 0  # of those added


def import_rows(
    database: Database,
    people: Subscribers,
    keys: Mapping[int, bytes],
    rows: Iterable[ImportedRow],
    *,
    now: datetime,
    detail: str,
    invite: bool = False,
    on_progress: Callable[[int], None] = quiet,
) -> ImportResult:
    """Add `rows` in one transaction, all or none; return what was done.

    `invite` has those who are new and pending asked by mail, unless they are suppressed.
    `on_progress` is told how many lines were read so far.

    Someone on the list stays as they are, except that a pending one whose row is active becomes
    so. Someone who has unsubscribed or is suppressed is never made active by an import.

    Raises `StoreError`.
    """
    added = confirmed = known = invited = 0
    refused: list[tuple[int, str]] = []
    pending = iter(rows)
    with database.writing() as connection:
        while chunk := list(islice(pending, _CHUNK)):
            present = _present(connection, [row.email for row in chunk])
            hashes = {row.email: email_hash(keys, row.email) for row in chunk}
            suppressed = _suppressed(connection, list(hashes.values()))
            asked: list[tuple[str, str]] = []
            for row in chunk:
                suppress = hashes[row.email] in suppressed
                if row.status in _AGREED and suppress:
                    refused.append((row.line, "unsubscribed for good or bounced; not imported"))
                    continue
                if row.email not in present:
                    present[row.email] = (_insert(connection, row, now), row.status)
                    people.log(connection, row.email, f"imported as {row.status}", detail, now)
                    added += 1
                elif row.status in _AGREED:
                    subscriber_id, status = present[row.email]
                    if status is SubscriberStatus.UNSUBSCRIBED:
                        refused.append((row.line, "has unsubscribed; not made active again"))
                    elif status is SubscriberStatus.PENDING:
                        _activate(connection, subscriber_id, row.confirmed_at or now)
                        people.log(connection, row.email, "confirmed", detail, now)
                        present[row.email] = (subscriber_id, SubscriberStatus.ACTIVE)
                        confirmed += 1
                    else:
                        known += 1
                else:
                    known += 1
                if present[row.email][1] is SubscriberStatus.PENDING and not suppress:
                    request = Request(row.email, row.topics, row.wishes, row.name)
                    asked.append((row.email, request.to_json()))
            if invite:
                invited += put_letters(database, connection, INVITATION, asked, now)
            on_progress(chunk[-1].line)
    return ImportResult(added, confirmed, known, tuple(refused), invited)


def _present(
    connection: sa.Connection, emails: list[str]
) -> dict[str, tuple[int, SubscriberStatus]]:
    columns = (subscribers.c.email, subscribers.c.id, subscribers.c.status)
    query = sa.select(*columns).where(subscribers.c.email.in_(emails))
    return {row.email: (row.id, SubscriberStatus(row.status)) for row in connection.execute(query)}


def _suppressed(connection: sa.Connection, hashes: list[str]) -> set[str]:
    query = sa.select(suppressions.c.email_hash).where(suppressions.c.email_hash.in_(hashes))
    return set(connection.scalars(query))


def _insert(connection: sa.Connection, row: ImportedRow, now: datetime) -> int:
    active = row.status in _AGREED
    values = {
        "email": row.email,
        "name": row.name,
        "status": row.status.value,
        "created_at": to_ms(row.created_at or now),
        "confirmed_at": to_ms(row.confirmed_at or now) if active else optional_ms(row.confirmed_at),
        "unsubscribed_at": to_ms(now) if row.status is SubscriberStatus.UNSUBSCRIBED else None,
        **wish_columns(row.wishes),
    }
    subscriber_id = insert_subscriber(connection, values)
    if row.topics:
        write_topics(connection, subscriber_id, row.topics)
    return subscriber_id


def _activate(connection: sa.Connection, subscriber_id: int, at: datetime) -> None:
    values = {"status": SubscriberStatus.ACTIVE.value, "confirmed_at": to_ms(at)}
    connection.execute(
        sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
    )
