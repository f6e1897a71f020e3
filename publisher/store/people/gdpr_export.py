"""The export of everything that is kept of one person (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.store.people.hashing import email_hash
from publisher.store.people.subscriber_rows import is_person, read_subscriber
from publisher.store.tables.mail import bounces, letters
from publisher.store.tables.newsletter import decisions, deliveries
from publisher.store.tables.people import (
    confirmations,
    consent_log,
    subscriber_topics,
    subscribers,
    suppressions,
)
from publisher.store.times import from_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMES = ("at", "_at", "_until", "_since")
# Secrets of the mail, and numbers without a meaning outside of this program.
_LEFT_OUT = frozenset(
    {
        *("token_hash", "reply_hash", "token_version", "email_hash", "subject", "claim_token"),
        *("owner", "lease_until", "next_at", "edition_key", "report", "subscriber_id"),
        "address_key",
    }
)


def read_person(
    connection: sa.Connection, keys: Mapping[int, bytes], email: str
) -> dict[str, object]:
    """Return what each table holds of the address as JSON values, times as ISO 8601 in UTC.

    A person who is not on the list has a consent log at most.
    """
    hashed = email_hash(keys, email)

    def rows(table: sa.Table, where: sa.ColumnElement[bool]) -> list[dict[str, object]]:
        selected = connection.execute(sa.select(table).where(where)).mappings()
        return [
            {key: _value(key, value) for key, value in row.items() if key not in _LEFT_OUT}
            for row in selected
        ]

    key = address_key(email)
    person = rows(subscribers, subscribers.c.address_key == key)
    subscriber_id = int(str(person[0]["id"])) if person else -1
    for columns in person:
        columns["status"] = read_subscriber(connection, subscriber_id).status.value
    topics = connection.scalars(
        sa.select(subscriber_topics.c.slug)
        .where(subscriber_topics.c.subscriber_id == subscriber_id)
        .order_by(subscriber_topics.c.slug)
    )
    return {
        "email": person[0]["email"] if person else email,
        "subscriber": {**person[0], "topics": list(topics)} if person else None,
        "consent": rows(consent_log, consent_log.c.subject == hashed),
        "suppression": rows(suppressions, suppressions.c.email_hash == hashed),
        "requests": rows(confirmations, confirmations.c.address_key == key),
        "letters": rows(letters, letters.c.address_key == key),
        "deliveries": rows(deliveries, is_person(deliveries.c.subscriber_id, subscriber_id)),
        "decisions": rows(decisions, is_person(decisions.c.subscriber_id, subscriber_id)),
        "bounces": rows(bounces, bounces.c.email_hash == hashed),
    }


def _value(key: str, value: object) -> object:
    if isinstance(value, int) and key.endswith(_TIMES):
        return from_ms(value).isoformat()
    return value
