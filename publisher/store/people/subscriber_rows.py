"""The rows of people, read and written in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.errors import SubscriberError
from publisher.models import (
    Frequency,
    Language,
    Length,
    Preferences,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from publisher.store.tables.people import (
    merged_subscribers,
    subscriber_topics,
    subscribers,
    suppressions,
)
from publisher.store.times import from_ms, optional_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def insert_subscriber(connection: sa.Connection, values: Mapping[str, object]) -> int:
    """Insert a person and return the new id.

    `values` are columns; the key of the address, and those that every new pending person has alike,
    may be left out.
    """
    new = {"status": SubscriberStatus.PENDING.value, "token_version": 1}
    row = {"address_key": address_key(str(values["email"])), **new, **values}
    result = connection.execute(sa.insert(subscribers).values(row))
    key = result.inserted_primary_key
    if key is None:
        raise AssertionError
    return int(key[0])


def insert_subscribers(
    connection: sa.Connection, rows: Sequence[Mapping[str, object]]
) -> dict[str, int]:
    """Insert people, all at once, with every column but the default ones; return ids by key."""
    if not rows:
        return {}
    result = connection.execute(
        sa.insert(subscribers).returning(subscribers.c.address_key, subscribers.c.id),
        [{"token_version": 1, **row} for row in rows],
    )
    return {row.address_key: row.id for row in result}


def insert_topics(connection: sa.Connection, pairs: Iterable[tuple[int, str]]) -> None:
    """Insert the topics of people who have none yet, as pairs of id and slug."""
    rows = [{"subscriber_id": subscriber_id, "slug": slug} for subscriber_id, slug in pairs]
    if rows:
        connection.execute(sa.insert(subscriber_topics), rows)


def write_topics(connection: sa.Connection, subscriber_id: int, topics: Iterable[str]) -> None:
    """Replace the topics of a person."""
    connection.execute(
        sa.delete(subscriber_topics).where(subscriber_topics.c.subscriber_id == subscriber_id)
    )
    rows = [{"subscriber_id": subscriber_id, "slug": slug} for slug in sorted(set(topics))]
    if rows:
        connection.execute(sa.insert(subscriber_topics), rows)


def preference_columns(preferences: Preferences) -> dict[str, str]:
    """Return `preferences` as columns; an empty one means the default of the list."""
    return {
        "language": preferences.language or "",
        "length": preferences.length or "",
        "frequency": preferences.frequency or "",
    }


def update_subscriber(
    connection: sa.Connection, subscriber_id: int, values: Mapping[str, object]
) -> None:
    """Write columns of a person."""
    connection.execute(
        sa.update(subscribers).where(subscribers.c.id == subscriber_id).values(values)
    )


def find_row(connection: sa.Connection, email: str) -> sa.Row[tuple[object, ...]] | None:
    """Return the row of whoever has the address, however it is written; None if unknown."""
    return connection.execute(
        sa.select(subscribers).where(subscribers.c.address_key == address_key(email))
    ).one_or_none()


def current_id(connection: sa.Connection, subscriber_id: int) -> int:
    """Return the id of whom `subscriber_id` was merged into, else `subscriber_id` itself."""
    merged: int | None = connection.scalar(
        sa.select(merged_subscribers.c.subscriber_id).where(
            merged_subscribers.c.id == subscriber_id
        )
    )
    return subscriber_id if merged is None else merged


def is_person(column: sa.ColumnElement[int], subscriber_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that `column` is the id of a person, or of whom was merged into them."""
    merged = sa.select(merged_subscribers.c.id).where(
        merged_subscribers.c.subscriber_id == subscriber_id
    )
    return sa.or_(column == subscriber_id, column.in_(merged))


def read_subscriber(connection: sa.Connection, subscriber_id: int) -> Subscriber:
    """Return the person with the id. Raises `SubscriberError` for an unknown one."""
    people = load_subscribers(connection, subscribers.c.id == subscriber_id)
    if not people:
        raise SubscriberError(f"no subscriber has the id {subscriber_id}")
    return people[0]


def has_status(status: SubscriberStatus) -> sa.ColumnElement[bool]:
    """Return the condition for people with `status`, which a suppression changes."""
    suppressed = sa.exists().where(suppressions.c.subscriber_id == subscribers.c.id)
    unsubscribed = SubscriberStatus.UNSUBSCRIBED
    if status is SubscriberStatus.SUPPRESSED:
        return suppressed & (subscribers.c.status != unsubscribed.value)
    same = subscribers.c.status == status.value
    return same if status is unsubscribed else same & ~suppressed


def load_subscribers(
    connection: sa.Connection, where: sa.ColumnElement[bool], limit: int | None = None
) -> Sequence[Subscriber]:
    """Return the people that match `where`, by id, at most `limit`."""
    query = sa.select(subscribers).where(where).order_by(subscribers.c.id)
    rows = connection.execute(query.limit(limit) if limit else query).all()
    topics: dict[int, list[str]] = {row.id: [] for row in rows}
    chosen = (
        sa.select(subscriber_topics)
        .where(subscriber_topics.c.subscriber_id.in_(list(topics)))
        .order_by(subscriber_topics.c.slug)
    )
    for subscriber_id, slug in connection.execute(chosen):
        topics[subscriber_id].append(slug)
    stopped = {
        row.subscriber_id: Suppression(row.reason, from_ms(row.created_at))
        for row in connection.execute(
            sa.select(suppressions).where(suppressions.c.subscriber_id.in_(list(topics)))
        )
    }
    return [
        Subscriber(
            id=row.id,
            email=row.email,
            name=row.name,
            topics=tuple(topics[row.id]),
            status=_shown_status(row.status, stopped.get(row.id)),
            created_at=from_ms(row.created_at),
            confirmed_at=optional_time(row.confirmed_at),
            paused_until=optional_time(row.paused_until),
            suppression=stopped.get(row.id),
            preferences=Preferences(
                language=Language(row.language) if row.language else None,
                length=Length(row.length) if row.length else None,
                frequency=Frequency(row.frequency) if row.frequency else None,
            ),
        )
        for row in rows
    ]


def _shown_status(stored: str, suppression: Suppression | None) -> SubscriberStatus:
    status = SubscriberStatus(stored)
    if suppression is None or status is SubscriberStatus.UNSUBSCRIBED:
        return status
    return SubscriberStatus.SUPPRESSED
