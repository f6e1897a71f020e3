"""The people on the list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.errors import SubscriberError
from publisher.models import (
    NO_PREFERENCES,
    Preferences,
    Subscriber,
    SubscriberStatus,
)
from publisher.store.people.gdpr_export import read_person
from publisher.store.people.hashing import email_hash
from publisher.store.people.search import find_page
from publisher.store.people.subscriber_rows import (
    current_id,
    find_row,
    has_status,
    insert_subscriber,
    is_person,
    load_subscribers,
    preference_columns,
    read_subscriber,
    update_subscriber,
    write_topics,
)
from publisher.store.tables.mail import bounces, letters
from publisher.store.tables.newsletter import decisions, deliveries
from publisher.store.tables.people import (
    confirmations,
    consent_log,
    merged_subscribers,
    subscriber_topics,
    subscribers,
    suppressions,
)
from publisher.store.times import optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.people.consent import ConsentLog
    from publisher.store.people.search import SubscriberPage, SubscriberQuery
    from publisher.store.people.suppressions import Suppressions

# Rows fetched at a time: no list of people is ever in memory as a whole.
_PAGE = 1000
_AGREED = (SubscriberStatus.ACTIVE.value, SubscriberStatus.PAUSED.value)
_RESUMED = {"status": SubscriberStatus.ACTIVE.value, "paused_until": None}


class Subscribers:
    """The list. Every address given here is normalised already (addresses.py).

    An address that differs from a known one in case is the same person's.
    """

    def __init__(
        self,
        database: Database,
        keys: Mapping[int, bytes],
        consent_log: ConsentLog,
        suppressions: Suppressions,
    ) -> None:
        """Work on `database`; the oldest of `keys` makes the hashes of addresses."""
        self._database = database
        self._keys = keys
        self._consent_log = consent_log
        self._suppressions = suppressions

    def add(
        self,
        email: str,
        name: str,
        topics: Iterable[str],
        preferences: Preferences = NO_PREFERENCES,
        *,
        now: datetime,
        detail: str = "",
    ) -> Subscriber:
        """Put a person on the list as PENDING, also one who has left it.

        Mail goes to the address as it is given here.

        `topics` are slugs, none for all; `detail` goes to the consent log, e.g. who asked for it.

        Raises `SubscriberError` for somebody who has confirmed already, and `StoreError`.
        """
        with self._database.writing() as connection:
            row = find_row(connection, email)
            if row is not None and row.status in _AGREED:
                raise SubscriberError(f"{email}: is on the list already")
            if row is None:
                values = {"email": email, "name": name, "created_at": to_ms(now)}
                subscriber_id = insert_subscriber(
                    connection, values | preference_columns(preferences)
                )
                self._suppressions.set_person(connection, email, subscriber_id)
            else:
                subscriber_id = row.id
                pending = {
                    "email": email,
                    "name": name,
                    "status": SubscriberStatus.PENDING.value,
                }
                update_subscriber(
                    connection, subscriber_id, pending | preference_columns(preferences)
                )
            write_topics(connection, subscriber_id, topics)
            self._consent_log.log(connection, email, "added", detail, now)
            return read_subscriber(connection, subscriber_id)

    def confirm(self, email: str, *, now: datetime, detail: str = "") -> Subscriber:
        """Make a pending person ACTIVE; nothing changes for one who is active already.

        A confirmation is a new consent, and proves that the mailbox works: an older suppression of
        the address is lifted.

        Raises `SubscriberError` for somebody unknown, or who has unsubscribed since, and
        `StoreError`.
        """
        with self._database.writing() as connection:
            row = find_row(connection, email)
            if row is None:
                raise SubscriberError(f"{email}: is not on the list; add it first")
            if row.status == SubscriberStatus.UNSUBSCRIBED:
                raise SubscriberError(f"{email}: has unsubscribed; add it again first")
            if row.status == SubscriberStatus.PENDING:
                self.activate(connection, row.id, email, now=now, detail=detail)
            return read_subscriber(connection, row.id)

    def activate(
        self,
        connection: sa.Connection,
        subscriber_id: int,
        email: str,
        *,
        now: datetime,
        detail: str,
        wording: str = "",
        origin: str = "",
    ) -> None:
        """Make a person active who has just agreed, in the caller's transaction; see `confirm`."""
        active = {"status": SubscriberStatus.ACTIVE.value, "confirmed_at": to_ms(now)}
        update_subscriber(connection, subscriber_id, {**active, "paused_until": None})
        self._suppressions.delete(connection, email)
        hashed = email_hash(self._keys, email)
        # Earlier bounces no longer count: the mailbox works.
        connection.execute(sa.delete(bounces).where(bounces.c.email_hash == hashed))
        self._consent_log.log(connection, email, "confirmed", detail, now, wording, origin)

    def pause(
        self, subscriber_id: int, *, until: datetime | None, now: datetime, detail: str = ""
    ) -> bool:
        """Send a person nothing until `until` (None: until they resume).

        Returns False for somebody who is not on the list or not confirmed. Raises `StoreError`.
        """
        paused = {
            "status": SubscriberStatus.PAUSED.value,
            "paused_until": None if until is None else to_ms(until),
        }
        return self._change_status(subscriber_id, _AGREED, paused, "paused", now, detail)

    def resume(self, subscriber_id: int, *, now: datetime, detail: str = "") -> bool:
        """End a pause; return whether there was one. Raises `StoreError`."""
        paused = (SubscriberStatus.PAUSED.value,)
        return self._change_status(subscriber_id, paused, _RESUMED, "resumed", now, detail)

    def resume_due(self, *, now: datetime) -> int:
        """End the pauses that are over; return how many. Raises `StoreError`."""
        over = sa.and_(
            subscribers.c.status == SubscriberStatus.PAUSED.value,
            subscribers.c.paused_until <= to_ms(now),
        )
        with self._database.writing() as connection:
            return connection.execute(sa.update(subscribers).where(over).values(_RESUMED)).rowcount

    def next_resume(self) -> datetime | None:
        """Return when the first pause ends, None where none does by itself."""
        query = sa.select(sa.func.min(subscribers.c.paused_until)).where(
            subscribers.c.status == SubscriberStatus.PAUSED.value
        )
        with self._database.reading() as connection:
            return optional_time(connection.scalar(query))

    def _change_status(
        self,
        subscriber_id: int,
        from_status: tuple[str, ...],
        values: Mapping[str, object],
        action: str,
        now: datetime,
        detail: str,
    ) -> bool:
        with self._database.writing() as connection:
            changed = connection.execute(
                sa.update(subscribers)
                .where(subscribers.c.id == subscriber_id, subscribers.c.status.in_(from_status))
                .values(values)
                .returning(subscribers.c.email)
            ).one_or_none()
            if changed is not None:
                self._consent_log.log(connection, changed.email, action, detail, now)
            return changed is not None

    def unsubscribe(self, subscriber_id: int, *, now: datetime, detail: str = "") -> bool:
        """Take a person off the list; return whether that changed anything. Raises `StoreError`."""
        with self._database.writing() as connection:
            row = connection.execute(
                sa.select(subscribers).where(
                    subscribers.c.id == current_id(connection, subscriber_id)
                )
            ).one_or_none()
            if row is None or row.status == SubscriberStatus.UNSUBSCRIBED:
                return False
            gone = {"status": SubscriberStatus.UNSUBSCRIBED.value, "unsubscribed_at": to_ms(now)}
            update_subscriber(connection, row.id, gone)
            self._consent_log.log(connection, row.email, "unsubscribed", detail, now)
            return True

    def remove(self, email: str, *, now: datetime, detail: str = "") -> bool:
        """Unsubscribe by address; return whether that changed anything. Raises `StoreError`."""
        person = self.find(email)
        return person is not None and self.unsubscribe(person.id, now=now, detail=detail)

    def erase(self, email: str, *, now: datetime, detail: str = "") -> bool:
        """Erase a person and suppress the address; return whether they were on the list.

        A keyed hash stays in the suppression list and the consent log, and deliveries stay without
        address, name or the server's words. Raises `StoreError`.
        """
        key = address_key(email)
        with self._database.writing() as connection:
            row = find_row(connection, email)
            if row is not None:
                blank = {"email": "", "name": "", "reason": "erased"}
                connection.execute(
                    sa.update(deliveries)
                    .where(is_person(deliveries.c.subscriber_id, row.id))
                    .values(blank)
                )
                # A report's words may name the person.
                connection.execute(
                    sa.update(decisions)
                    .where(is_person(decisions.c.subscriber_id, row.id))
                    .values(reason="erased")
                )
                for table in (subscriber_topics, merged_subscribers):
                    connection.execute(sa.delete(table).where(table.c.subscriber_id == row.id))
                connection.execute(sa.delete(subscribers).where(subscribers.c.id == row.id))
            for table in (confirmations, letters):
                connection.execute(sa.delete(table).where(table.c.address_key == key))
            hashed = email_hash(self._keys, email)
            connection.execute(sa.delete(bounces).where(bounces.c.email_hash == hashed))
            self._suppressions.insert(connection, email, "erased", now)
            self._suppressions.set_person(connection, email, None)
            connection.execute(
                sa.update(consent_log).where(consent_log.c.subject == hashed).values(origin="")
            )
            self._consent_log.log(connection, email, "erased", detail, now)
            return row is not None

    def export_person(self, email: str) -> dict[str, object]:
        """Return everything that is kept of a person, as JSON values. Raises `StoreError`."""
        with self._database.reading() as connection:
            return read_person(connection, self._keys, email)

    def set_topics(self, subscriber_id: int, topics: Iterable[str]) -> Subscriber:
        """Replace a person's topics (slugs, none for all).

        Raises `SubscriberError` for an unknown id, and `StoreError`.
        """
        with self._database.writing() as connection:
            read_subscriber(connection, subscriber_id)
            write_topics(connection, subscriber_id, topics)
            return read_subscriber(connection, subscriber_id)

    def set_preferences(self, subscriber_id: int, preferences: Preferences) -> Subscriber:
        """Replace a person's preferences.

        Raises `SubscriberError` for an unknown id, and `StoreError`.
        """
        with self._database.writing() as connection:
            read_subscriber(connection, subscriber_id)
            update_subscriber(connection, subscriber_id, preference_columns(preferences))
            return read_subscriber(connection, subscriber_id)

    def find(self, email: str) -> Subscriber | None:
        """Return whoever has the address, None if unknown. Raises `StoreError`."""
        with self._database.reading() as connection:
            row = find_row(connection, email)
            return None if row is None else read_subscriber(connection, row.id)

    def get(self, subscriber_id: int) -> Subscriber | None:
        """Return the person who has or had the id, None if unknown. Raises `StoreError`."""
        with self._database.reading() as connection:
            current = current_id(connection, subscriber_id)
            people = load_subscribers(connection, subscribers.c.id == current)
        return people[0] if people else None

    def search(self, query: SubscriberQuery, *, before: int = 0, size: int = 50) -> SubscriberPage:
        """Return the newest `size` people, those with an id below `before` where that is set.

        Raises `StoreError`.
        """
        with self._database.reading() as connection:
            return find_page(connection, query, before=before, size=size)

    def token_version(self, subscriber_id: int) -> int | None:
        """Return the version an unsubscribe token must have, None for an unknown id."""
        tables = (subscribers, merged_subscribers)
        query = sa.union_all(
            *(
                sa.select(table.c.token_version).where(table.c.id == subscriber_id)
                for table in tables
            )
        )
        with self._database.reading() as connection:
            value: int | None = connection.scalar(query)
        return value

    def iterate(self, status: SubscriberStatus | None = None) -> Iterator[Subscriber]:
        """Yield everyone, or those with `status`, by id, a page at a time. Raises `StoreError`."""
        last = 0
        while True:
            with self._database.reading() as connection:
                where = subscribers.c.id > last
                if status is not None:
                    where &= has_status(status)
                page = load_subscribers(connection, where, limit=_PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].id

    def count(self) -> dict[SubscriberStatus, int]:
        """Return how many people have each status, 0 included. Raises `StoreError`."""
        query = sa.select(subscribers.c.status, sa.func.count()).group_by(subscribers.c.status)
        # Few among very many: those are subtracted, rather than looked for in every row.
        of_suppressed = query.join_from(
            suppressions, subscribers, suppressions.c.subscriber_id == subscribers.c.id
        ).where(subscribers.c.status != SubscriberStatus.UNSUBSCRIBED.value)
        with self._database.reading() as connection:
            counted = Counter({row[0]: row[1] for row in connection.execute(query)})
            suppressed = Counter({row[0]: row[1] for row in connection.execute(of_suppressed)})
        counted -= suppressed
        counted[SubscriberStatus.SUPPRESSED.value] = suppressed.total()
        return {status: counted[status.value] for status in SubscriberStatus}
