"""The readers of an issue, grouped by their choice: in SQL, as a list may hold a million people."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from publisher.models import DeliveryState, Frequency, Language, Length, SubscriberStatus
from publisher.models.ledger import ReaderChoice
from publisher.store.tables.metadata import RowId
from publisher.store.tables.newsletter import deliveries
from publisher.store.tables.people import subscriber_topics, subscribers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.newsletter.audience import IssueAudience
    from publisher.store.engine import Database

_PAGE = 1000
# How many ids are looked at together, at first and at most.
_FIRST, _MOST = 1_000, 100_000
# A choice as one text: language, length, topics, received issues. None of them holds these signs.
_FIELD, _ITEM, _ALL_TOPICS = "/", " ", "*"
_NEVER_ARRIVED = (
    DeliveryState.REJECTED.value,
    DeliveryState.SKIPPED.value,
    DeliveryState.ABANDONED.value,
)
# They exist while an issue is frozen, and nobody else sees them.
_temporary = sa.MetaData()
_readers = sa.Table(
    "readers_of_issue",
    _temporary,
    sa.Column("id", RowId, primary_key=True, autoincrement=False),
    sa.Column("choice", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)
_editions = sa.Table(
    "editions_of_choices",
    _temporary,
    sa.Column("choice", sa.Text, primary_key=True),
    sa.Column("edition_key", sa.String(64), nullable=False),
    prefixes=["TEMPORARY"],
)


class IssueReaders:
    """The active subscribers in the stream of an issue. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def choices(self, audience: IssueAudience) -> Iterator[tuple[ReaderChoice, int]]:
        """Yield every choice that somebody made, and how many people made it.

        One may come several times, with others of these people. The first ones come soon.
        """
        low, step = 0, _FIRST
        with self._database.reading() as connection:
            last = connection.scalar(sa.select(sa.func.max(subscribers.c.id))) or 0
            while low < last:
                people = _choices(self._database, audience, between=(low + 1, low + step))
                for text, count in _counted(connection, people.subquery().c.choice):
                    yield _parsed(text), count
                low, step = low + step, min(10 * step, _MOST)


def insert_deliveries(
    database: Database,
    connection: sa.Connection,
    issue_id: str,
    audience: IssueAudience,
    edition_of: Callable[[ReaderChoice], str | None],
    now_ms: int,
) -> int:
    """Insert a delivery for everybody whose choice has an edition; return how many that are.

    Choices are computed once, into a temporary table, so that nobody's can change between the
    question to `edition_of` and the row that follows from it.
    """
    _temporary.create_all(connection, checkfirst=False)
    columns = ["id", "choice"]
    connection.execute(sa.insert(_readers).from_select(columns, _choices(database, audience)))
    choices = _counted(connection, _readers.c.choice)
    while page := list(islice(choices, _PAGE)):
        keys = ((text, edition_of(_parsed(text))) for text, _ in page)
        rows = [{"choice": text, "edition_key": key} for text, key in keys if key is not None]
        if rows:
            connection.execute(sa.insert(_editions), rows)
    inserted = connection.execute(_insert(issue_id, now_ms)).rowcount
    _temporary.drop_all(connection, checkfirst=False)
    return inserted


def _insert(issue_id: str, now_ms: int) -> sa.Insert:
    """Return the INSERT of a delivery for each reader with an edition; erased people have none."""
    fixed = {
        "issue_id": issue_id,
        "state": DeliveryState.READY.value,
        "updated_at": now_ms,
        **dict.fromkeys(("claim_token", "owner", "reason", "message_id", "transport"), ""),
        **dict.fromkeys(("lease_until", "attempts", "next_at", "code"), 0),
    }
    of_person = (
        _readers.c.id,
        subscribers.c.email,
        subscribers.c.name,
        subscribers.c.token_version,
        _editions.c.edition_key,
    )
    people = (
        sa.select(*of_person, *(sa.literal(value) for value in fixed.values()))
        .select_from(_readers)
        .join(subscribers, subscribers.c.id == _readers.c.id)
        .join(_editions, _editions.c.choice == _readers.c.choice)
        # Every index of the table then grows at its end.
        .order_by(_readers.c.id)
    )
    names = ["subscriber_id", "email", "name", "token_version", "edition_key", *fixed]
    return sa.insert(deliveries).from_select(names, people)


def _choices(
    database: Database, audience: IssueAudience, *, between: tuple[int, int] | None = None
) -> sa.Select[tuple[int, str]]:
    """Return a query of the readers with their choice as a text: all, or those of two ids."""
    topics = _topics(database, audience, between)
    frequencies = [value for value in (None, *Frequency) if audience.has_readers_of(value)]
    topic_texts = sa.case(
        (topics.c.subscriber_id.is_(None), _ALL_TOPICS), else_=sa.func.coalesce(topics.c.slugs, "")
    )
    fields = (subscribers.c.language, subscribers.c.length, topic_texts, _received(audience))
    choice = sa.literal("").concat(fields[0])
    for field in fields[1:]:
        choice = choice.concat(_FIELD).concat(field)
    query = (
        sa.select(subscribers.c.id, choice.label("choice"))
        .select_from(subscribers)
        .outerjoin(topics, topics.c.subscriber_id == subscribers.c.id)
        .where(
            subscribers.c.status == SubscriberStatus.ACTIVE.value,
            subscribers.c.frequency.in_([value or "" for value in frequencies]),
        )
    )
    return query if between is None else query.where(subscribers.c.id.between(*between))


def _topics(
    database: Database, audience: IssueAudience, between: tuple[int, int] | None
) -> sa.Subquery:
    """Return the topics of each person who has chosen some, as far as the issue has them."""
    person = subscriber_topics.c.subscriber_id
    ordered = sa.select(subscriber_topics).order_by(person, subscriber_topics.c.slug)
    chosen = (ordered if between is None else ordered.where(person.between(*between))).subquery()
    of_issue = sa.case((chosen.c.slug.in_(sorted(audience.topics())), chosen.c.slug))
    if database.dialect == "postgresql":
        slugs = sa.func.string_agg(of_issue, aggregate_order_by(sa.literal(_ITEM), chosen.c.slug))
    else:
        # SQLite 3.40 keeps to the order of the subquery, and knows no other.
        slugs = sa.func.group_concat(of_issue, _ITEM)
    return (
        sa.select(chosen.c.subscriber_id, slugs.label("slugs"))
        .group_by(chosen.c.subscriber_id)
        .subquery()
    )


def _received(audience: IssueAudience) -> sa.ColumnElement[str]:
    """Return those of the issues in `audience.shared` that a person got or is still to get."""
    received: sa.ColumnElement[str] = sa.literal("")
    for issue_id in sorted(audience.shared):
        got_it = sa.exists().where(
            deliveries.c.issue_id == issue_id,
            deliveries.c.subscriber_id == subscribers.c.id,
            deliveries.c.state.not_in(_NEVER_ARRIVED),
        )
        received = received.concat(sa.case((got_it, f"{issue_id}{_ITEM}"), else_=""))
    return received


def _counted(connection: sa.Connection, choice: sa.ColumnElement[str]) -> Iterator[tuple[str, int]]:
    query = sa.select(choice, sa.func.count()).group_by(choice)
    # Not an option of the connection: others are executed on it meanwhile.
    for row in connection.execute(query, execution_options={"yield_per": _PAGE}):
        yield row[0], row[1]


def _parsed(text: str) -> ReaderChoice:
    language, length, topics, received = text.split(_FIELD)
    return ReaderChoice(
        topics=None if topics == _ALL_TOPICS else tuple(sorted(topics.split())),
        language=Language(language) if language else None,
        length=Length(length) if length else None,
        received_issues=tuple(received.split()),
    )
