"""The rows of deliveries, read only: `ledger` moves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import DeliveryState
from publisher.models.ledger import DoubtDecision
from publisher.store.ledger.delivery_rows import delivery_of
from publisher.store.people.subscriber_rows import is_person
from publisher.store.tables.mail import single_mails
from publisher.store.tables.newsletter import decisions, deliveries, issues
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from publisher.models import Delivery
    from publisher.store.engine import Database

_PAGE = 1000
# The states of most deliveries, before and after sending.
_MANY = frozenset({DeliveryState.READY, DeliveryState.SENT})
# A message that is just leaving counts as gone: no other may take its place in a limit.
_LEFT = tuple(
    state.value for state in (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.IN_DOUBT)
)


class Deliveries:
    """Deliveries and what became of them. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def counts(self, issue_id: str) -> dict[DeliveryState, int]:
        """Return how many deliveries of the issue are in each state, 0 included."""
        query = (
            sa.select(deliveries.c.state, sa.func.count())
            .where(deliveries.c.issue_id == issue_id)
            .group_by(deliveries.c.state)
        )
        with self._database.reading() as connection:
            counted = {row[0]: row[1] for row in connection.execute(query)}
        return {state: counted.get(state.value, 0) for state in DeliveryState}

    def next_due(self, issue_id: str) -> datetime | None:
        """Return when the earliest ready delivery may be sent, None where none is ready."""
        query = sa.select(sa.func.min(deliveries.c.next_at)).where(
            deliveries.c.issue_id == issue_id, deliveries.c.state == DeliveryState.READY.value
        )
        with self._database.reading() as connection:
            value = connection.scalar(query)
        return None if value is None else from_ms(value)

    def left_since(self, moment: datetime) -> Iterator[tuple[datetime, str]]:
        """Yield time and domain of every message that left after `moment`, oldest first.

        Messages of all issues and single mails.
        """
        at, to = deliveries.c.updated_at.label("at"), deliveries.c.email.label("to")
        of_issues = sa.select(at, to).where(
            deliveries.c.state.in_(_LEFT), deliveries.c.updated_at > to_ms(moment)
        )
        singles = sa.select(single_mails.c.at, single_mails.c.domain).where(
            single_mails.c.at > to_ms(moment)
        )
        query = sa.union_all(of_issues, singles).order_by("at")
        with self._database.reading() as connection:
            # A page at a time: all messages of a day to a large list are too many for memory.
            for row in connection.execution_options(yield_per=_PAGE).execute(query):
                yield from_ms(row.at), row.to.rpartition("@")[2]

    def get(self, issue_id: str, subscriber_id: int) -> Delivery | None:
        """Return one delivery, None where there is none."""
        mine = deliveries.c.subscriber_id == subscriber_id
        rows = self._rows(issue_id, mine, 1, deliveries.c.subscriber_id)
        return rows[0] if rows else None

    def rows(
        self,
        issue_id: str,
        states: Iterable[DeliveryState] = (),
        *,
        limit: int | None = None,
        after: int = -1,
    ) -> list[Delivery]:
        """Return the deliveries of the issue by subscriber id: those in `states`, or all.

        At most `limit` of them, of subscribers whose id is greater than `after`.
        """
        chosen = frozenset(states)
        place: sa.ColumnElement[int] = deliveries.c.subscriber_id
        if chosen and chosen.isdisjoint(_MANY):
            # Rows in rare states are found by the index on the state; an order that the primary
            # key offers would tempt the database to read all rows of the issue instead.
            place += 0
        which = deliveries.c.state.in_([state.value for state in sorted(chosen)])
        return self._rows(
            issue_id, (place > after) & (which if chosen else sa.true()), limit, place
        )

    def doubts(self, issue_id: str, transport: str) -> list[Delivery]:
        """Return the deliveries in doubt that went, or were about to go, by the named transport."""
        doubt = sa.and_(
            deliveries.c.state == DeliveryState.IN_DOUBT.value, deliveries.c.transport == transport
        )
        return self._rows(issue_id, doubt, None, deliveries.c.subscriber_id)

    def each(self, issue_id: str, states: Iterable[DeliveryState] = ()) -> Iterator[Delivery]:
        """Yield the same as `rows`, a page of them in memory."""
        chosen, last = list(states), -1
        while page := self.rows(issue_id, chosen, limit=_PAGE, after=last):
            yield from page
            last = page[-1].subscriber_id

    def of_subscriber(self, subscriber_id: int, *, most: int) -> list[Delivery]:
        """Return the newest `most` deliveries to one person, newest first, in any state."""
        query = (
            sa.select(deliveries)
            .join(issues, issues.c.id == deliveries.c.issue_id)
            .where(is_person(deliveries.c.subscriber_id, subscriber_id))
            .order_by(issues.c.end_at.desc(), issues.c.id)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [delivery_of(row) for row in connection.execute(query)]

    def decisions(self, issue_id: str) -> list[DoubtDecision]:
        """Return the settled doubts of an issue, oldest first."""
        query = (
            sa.select(decisions).where(decisions.c.issue_id == issue_id).order_by(decisions.c.id)
        )
        with self._database.reading() as connection:
            return [
                DoubtDecision(
                    from_ms(row.at), row.by, row.subscriber_id, DeliveryState(row.state), row.reason
                )
                for row in connection.execute(query)
            ]

    def _rows(
        self,
        issue_id: str,
        which: sa.ColumnElement[bool],
        limit: int | None,
        place: sa.ColumnElement[int],
    ) -> list[Delivery]:
        query = (
            sa.select(deliveries)
            .where(deliveries.c.issue_id == issue_id, which)
            .order_by(place)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [delivery_of(row) for row in connection.execute(query)]
