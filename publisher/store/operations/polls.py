"""Counts of feed requests, by app, feed and day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from publisher.store.tables.polls import polls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.models.polls import PollCount
    from publisher.store.engine import Database


@dataclass(frozen=True, slots=True)
class AppPolls:
    """An app in a range of days: its latest number of subscribers, and its requests in all."""

    app: str
    subscribers: int
    polls: int


class PollRecord:
    """Counts by day, an ISO date of the site's time zone. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def add(self, rows: Iterable[PollCount], *, keep_from: str) -> None:
        """Add counts to those of their day, and delete the days before `keep_from`."""
        values = [
            {
                "day": row.day,
                "feed": row.feed[:255],
                "app": row.app,
                "variant": row.variant,
                "polls": row.polls,
                "subscribers": row.subscribers,
            }
            for row in rows
        ]
        if not values:
            return
        make = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        insert = make(polls)
        new, old = insert.excluded, polls.c
        most = sa.case((new.subscribers > old.subscribers, new.subscribers), else_=old.subscribers)
        statement = insert.on_conflict_do_update(
            index_elements=["day", "feed", "app", "variant"],
            set_={"polls": old.polls + new.polls, "subscribers": most},
        )
        with self._database.writing() as connection:
            connection.execute(statement, values)
            connection.execute(sa.delete(polls).where(polls.c.day < keep_from))

    def by_app(self, first: str, last: str, *, feed: str = "") -> list[AppPolls]:
        """Return the apps that asked from day `first` to `last`, those with most subscribers first.

        For each feed of a service, the newest day counts on which it reported its subscribers;
        these numbers are added up. `feed` narrows the result to one feed.
        """
        which: sa.ColumnElement[bool] = polls.c.day.between(first, last)
        if feed:
            which &= polls.c.feed == feed
        keys = (polls.c.feed, polls.c.app, polls.c.variant)
        newest = (
            sa.func.row_number()
            .over(partition_by=keys, order_by=(polls.c.subscribers == 0, polls.c.day.desc()))
            .label("place")
        )
        ranked = (
            sa.select(polls.c.app, polls.c.polls, polls.c.subscribers, newest)
            .where(which)
            .subquery()
        )
        reported = sa.case((ranked.c.place == 1, ranked.c.subscribers), else_=0)
        people, times = sa.func.sum(reported), sa.func.sum(ranked.c.polls)
        query = (
            sa.select(ranked.c.app, people, times)
            .group_by(ranked.c.app)
            .order_by(people.desc(), times.desc(), ranked.c.app)
        )
        with self._database.reading() as connection:
            return [
                AppPolls(app, int(people), int(times))
                for app, people, times in connection.execute(query)
            ]

    def by_day(self, first: str, last: str) -> dict[str, tuple[int, int]]:
        """Return the numbers of requests and of subscribers, by day."""
        query = (
            sa.select(polls.c.day, sa.func.sum(polls.c.polls), sa.func.sum(polls.c.subscribers))
            .where(polls.c.day.between(first, last))
            .group_by(polls.c.day)
            .order_by(polls.c.day)
        )
        with self._database.reading() as connection:
            return {
                day: (int(times), int(people)) for day, times, people in connection.execute(query)
            }

    def by_feed(self, first: str, last: str, *, most: int) -> list[tuple[str, int]]:
        """Return the `most` popular feeds with their number of requests."""
        times = sa.func.sum(polls.c.polls)
        query = (
            sa.select(polls.c.feed, times)
            .where(polls.c.day.between(first, last))
            .group_by(polls.c.feed)
            .order_by(times.desc(), polls.c.feed)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [(feed, int(times)) for feed, times in connection.execute(query)]
