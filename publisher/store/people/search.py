"""The search for people on the list, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.store.people.subscriber_rows import has_status, load_subscribers
from publisher.store.tables.people import subscriber_topics, subscribers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Subscriber, SubscriberStatus

# Nobody reads further, and counting very many people takes long.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class SubscriberQuery:
    """The people to look for: every field that is set has to match.

    `text` is a whole address, or a part of an address or name in any case; `topic` is a slug.
    """

    text: str = ""
    topic: str = ""
    status: SubscriberStatus | None = None


@dataclass(frozen=True, slots=True)
class SubscriberPage:
    """A page of people, newest first. `count` is `MOST_COUNTED` at most.

    `older` is the id to pass as `before` for the next page, 0 where there is none.
    """

    people: Sequence[Subscriber]
    count: int
    older: int


def find_page(
    connection: sa.Connection, query: SubscriberQuery, *, before: int, size: int
) -> SubscriberPage:
    """Return the newest `size` people, those with an id below `before` where that is not 0."""
    where = _where(query)
    whole = subscribers.c.address_key == address_key(query.text)
    # The index finds a whole address without a look at all the people.
    where &= whole if "@" in query.text and _exists(connection, whole) else _contains(query.text)
    return page_of(connection, where, before=before, size=size)


def page_of(
    connection: sa.Connection, where: sa.ColumnElement[bool], *, before: int, size: int
) -> SubscriberPage:
    """Return the newest `size` people that match `where`; see `find_page`."""
    page = where & (subscribers.c.id < before) if before else where
    ids = sa.select(subscribers.c.id).where(page).order_by(subscribers.c.id.desc()).limit(size + 1)
    page_ids = list(connection.scalars(ids))
    people = load_subscribers(connection, subscribers.c.id.in_(page_ids[:size]))
    older = page_ids[size - 1] if len(page_ids) > size else 0
    # Few among very many take long to find: once is enough.
    count = len(page_ids) if not before and not older else count_of(connection, where)
    return SubscriberPage(list(reversed(people)), count, older)


def _exists(connection: sa.Connection, where: sa.ColumnElement[bool]) -> bool:
    return connection.scalar(sa.select(subscribers.c.id).where(where)) is not None


def count_of(connection: sa.Connection, where: sa.ColumnElement[bool]) -> int:
    """Return how many people match `where`, `MOST_COUNTED` at most."""
    counted = sa.select(subscribers.c.id).where(where).limit(MOST_COUNTED).subquery()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(counted)) or 0)


def _contains(text: str) -> sa.ColumnElement[bool]:
    if not text:
        return sa.true()
    return sa.or_(
        subscribers.c.address_key.contains(address_key(text), autoescape=True),
        subscribers.c.name.icontains(text, autoescape=True),
    )


def _where(query: SubscriberQuery) -> sa.ColumnElement[bool]:
    where: sa.ColumnElement[bool] = sa.true()
    if query.topic:
        chosen = sa.exists().where(
            subscriber_topics.c.subscriber_id == subscribers.c.id,
            subscriber_topics.c.slug == query.topic,
        )
        where &= chosen
    if query.status is not None:
        where &= has_status(query.status)
    return where
