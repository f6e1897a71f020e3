"""The people on the list who get no mail, by reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import DeliveryState, SubscriberStatus
from publisher.models.subscribers import BOUNCED, COMPLAINED
from publisher.store.people.search import count_of, page_of
from publisher.store.people.subscriber_rows import has_status
from publisher.store.tables.newsletter import deliveries
from publisher.store.tables.people import subscriber_topics, subscribers, suppressions
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.people.search import SubscriberPage


class MailObstacle(StrEnum):
    """A reason for which somebody on the list gets no mail, or did not get the newest issue."""

    UNCONFIRMED = "unconfirmed"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"  # for any other reason
    NO_TOPIC = "no_topic"  # no digest has any of their topics
    NO_PAPERS = "no_papers"  # the newest issue had none for them
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NewestIssue:
    """The newest issue of a stream; `frequencies` are the stored choices of its readers."""

    id: str
    frozen_at: datetime
    frequencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailScope:
    """The topics that digests have, none where they are unknown, and the newest issues."""

    topics: Collection[str] = ()
    issues: tuple[NewestIssue, ...] = ()


class PeopleWithoutMail:
    """Counts and pages of people by obstacle. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def count(self, obstacle: MailObstacle, scope: MailScope) -> int:
        """Return how many people it stops, `MOST_COUNTED` at most."""
        with self._database.reading() as connection:
            return count_of(connection, _where(obstacle, scope))

    def page(
        self, obstacle: MailObstacle, scope: MailScope, *, before: int = 0, size: int = 50
    ) -> SubscriberPage:
        """Return the newest `size` of them, those with an id below `before` where it is not 0."""
        with self._database.reading() as connection:
            return page_of(connection, _where(obstacle, scope), before=before, size=size)


_STATUSES = {
    MailObstacle.UNCONFIRMED: SubscriberStatus.PENDING,
    MailObstacle.PAUSED: SubscriberStatus.PAUSED,
    MailObstacle.UNSUBSCRIBED: SubscriberStatus.UNSUBSCRIBED,
}
_STATES = {
    MailObstacle.IN_DOUBT: (DeliveryState.IN_DOUBT.value,),
    MailObstacle.REFUSED: (DeliveryState.REJECTED.value, DeliveryState.ABANDONED.value),
}


def _where(obstacle: MailObstacle, scope: MailScope) -> sa.ColumnElement[bool]:
    if obstacle in _STATUSES:
        return has_status(_STATUSES[obstacle])
    if obstacle is MailObstacle.NO_TOPIC:
        return has_status(SubscriberStatus.ACTIVE) & _has_no_known_topic(scope.topics)
    if obstacle is MailObstacle.NO_PAPERS:
        missed = [_got_nothing(issue) for issue in scope.issues]
        return has_status(SubscriberStatus.ACTIVE) & sa.or_(sa.false(), *missed)
    if obstacle in _STATES:
        return subscribers.c.id.in_(
            sa.select(deliveries.c.subscriber_id).where(
                deliveries.c.issue_id.in_([issue.id for issue in scope.issues]),
                deliveries.c.state.in_(_STATES[obstacle]),
            )
        )
    return has_status(SubscriberStatus.SUPPRESSED) & _is_suppressed_for(obstacle)


def _is_suppressed_for(obstacle: MailObstacle) -> sa.ColumnElement[bool]:
    bounced, complained = (suppressions.c.reason.startswith(word) for word in (BOUNCED, COMPLAINED))
    reasons = {
        MailObstacle.BOUNCED: bounced,
        MailObstacle.COMPLAINED: complained,
        MailObstacle.SUPPRESSED: ~bounced & ~complained,
    }
    return sa.exists().where(suppressions.c.subscriber_id == subscribers.c.id, reasons[obstacle])


def _has_no_known_topic(topics: Collection[str]) -> sa.ColumnElement[bool]:
    if not topics:
        return sa.false()
    chosen = subscriber_topics.c.subscriber_id == subscribers.c.id
    known = subscriber_topics.c.slug.in_(sorted(topics))
    return sa.exists().where(chosen) & ~sa.exists().where(chosen, known)


def _got_nothing(issue: NewestIssue) -> sa.ColumnElement[bool]:
    got = sa.exists().where(
        deliveries.c.issue_id == issue.id, deliveries.c.subscriber_id == subscribers.c.id
    )
    return sa.and_(
        subscribers.c.frequency.in_(issue.frequencies),
        subscribers.c.confirmed_at <= to_ms(issue.frozen_at),
        ~got,
    )
