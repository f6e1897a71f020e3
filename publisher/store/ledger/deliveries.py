"""The rows of deliveries, read only: `ledger` moves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import DeliveryState, DoubtDecision
from publisher.store.ledger.delivery_rows import delivery_of
from publisher.store.tables.mail import single_mails
from publisher.store.tables.newsletter import decisions, deliveries, issues
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from publisher.models import Delivery
    from publisher.store.engine import Database

_PAGE = 1000
# Where most deliveries are, before and after.
_MANY = frozenset({DeliveryState.READY, DeliveryState.SENT})
# One that is just leaving is as good as gone: nobody else may take its place.
_LEFT = tuple(
    state.value for state in (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.IN_DOUBT)
)


class Deliveries:
    """Deliveries and what became of them. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def counts(self, issue_id: str) -> dict[DeliveryState, int]:
        """Return how many rows of the issue are in each state, 0 included."""
        query = (
            sa.select(deliveries.c.state, sa.func.count())
            .where(deliveries.c.issue_id == issue_id)
            .group_by(deliveries.c.state)
        )
        with self._database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {state: found.get(state.value, 0) for state in DeliveryState}

    def next_due(self, issue_id: str) -> datetime | None:
        """Return when the earliest ready row may be sent, None where none is ready."""
        query = sa.select(sa.func.min(deliveries.c.next_at)).where(
            deliveries.c.issue_id == issue_id, deliveries.c.state == DeliveryState.READY.value
        )
        with self._database.reading() as connection:
            value = connection.scalar(query)
        return None if value is None else from_ms(value)

    def left_since(self, moment: datetime) -> Iterator[tuple[datetime, str]]:
        """Yield when messages of any issue left after `moment`, oldest first, and to which domain.

        Single mails count too.
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
            # A page at a time: of a large list, all of a day's are too many.
            for found in connection.execution_options(yield_per=_PAGE).execute(query):
                yield from_ms(found.at), found.to.rpartition("@")[2]

    def rows(
        self,
        issue_id: str,
        states: Iterable[DeliveryState] = (),
        *,
        limit: int | None = None,
        after: int = -1,
    ) -> list[Delivery]:
        """Return the rows of the issue by subscriber id: those in `states`, or all."""
        wanted = frozenset(states)
        place: sa.ColumnElement[int] = deliveries.c.subscriber_id
        if wanted and wanted.isdisjoint(_MANY):
            # Few among very many are found by their state, if their order is not there to be had.
            place += 0
        which = deliveries.c.state.in_([state.value for state in sorted(wanted)])
        return self._rows(
            issue_id, (place > after) & (which if wanted else sa.true()), limit, place
        )

    def doubts(self, issue_id: str, transport: str) -> list[Delivery]:
        """Return the rows in doubt that left, or would have left, by the named transport."""
        doubt = sa.and_(
            deliveries.c.state == DeliveryState.IN_DOUBT.value, deliveries.c.transport == transport
        )
        return self._rows(issue_id, doubt, None, deliveries.c.subscriber_id)

    def each(self, issue_id: str, states: Iterable[DeliveryState] = ()) -> Iterator[Delivery]:
        """Yield what `rows` returns, with some of it in memory at a time."""
        wanted, last = list(states), -1
        while page := self.rows(issue_id, wanted, limit=_PAGE, after=last):
            yield from page
            last = page[-1].subscriber_id

    def of_subscriber(self, subscriber_id: int, *, most: int) -> list[Delivery]:
        """Return what somebody got, or did not: the newest `most` deliveries, newest first."""
        query = (
            sa.select(deliveries)
            .join(issues, issues.c.id == deliveries.c.issue_id)
            .where(deliveries.c.subscriber_id == subscriber_id)
            .order_by(issues.c.end_at.desc(), issues.c.id)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [delivery_of(row) for row in connection.execute(query)]

    def decisions(self, issue_id: str) -> list[DoubtDecision]:
        """Return how the doubts of an issue were settled, oldest first."""
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
