"""Looking for people on the list, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.schema import subscriber_topics, subscribers
from publisher.store.subscriber_rows import load_subscribers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Subscriber, SubscriberStatus
    from publisher.store.engine import Database

# Nobody reads further; and to count them all takes long where there are very many.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to look for: each that is set has to be met.

    `text` is a part of the address or name, in any case; `topic` a slug that they chose.
    """

    text: str = ""
    topic: str = ""
    status: SubscriberStatus | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of people, newest first. `count` goes to `MOST_COUNTED` at most.

    `older` is the id to ask the next page with, 0 where there is none.
    """

    people: Sequence[Subscriber]
    count: int
    older: int


def search(database: Database, wanted: Wanted, *, before: int = 0, size: int = 50) -> Found:
    """Return the newest `size` people, those with an id below `before` where that is set.

    Raises `StoreError`.
    """
    where = _where(wanted)
    counted = sa.select(subscribers.c.id).where(where).limit(MOST_COUNTED).subquery()
    page = where & (subscribers.c.id < before) if before else where
    ids = sa.select(subscribers.c.id).where(page).order_by(subscribers.c.id.desc()).limit(size + 1)
    with database.reading() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(counted))
        found = list(connection.scalars(ids))
        people = load_subscribers(connection, subscribers.c.id.in_(found[:size]))
    more = found[size - 1] if len(found) > size else 0
    return Found(list(reversed(people)), int(count or 0), more)


def _where(wanted: Wanted) -> sa.ColumnElement[bool]:
    where: sa.ColumnElement[bool] = sa.true()
    if wanted.text:
        where &= sa.or_(
            subscribers.c.email.icontains(wanted.text, autoescape=True),
            subscribers.c.name.icontains(wanted.text, autoescape=True),
        )
    if wanted.topic:
        chosen = sa.exists().where(
            subscriber_topics.c.subscriber_id == subscribers.c.id,
            subscriber_topics.c.slug == wanted.topic,
        )
        where &= chosen
    if wanted.status is not None:
        where &= subscribers.c.status == wanted.status.value
    return where
