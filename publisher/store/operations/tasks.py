"""What runs by itself: who is at which task, what was asked for, and what came of it.

A task of which two at once would do harm is taken for a while (a lease). Who holds one asks again
before each step that counts: a lease that ran out, or was taken over, is a reason to stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.tables.automation import tasks
from publisher.store.times import optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.store.engine import Database

_LONGEST = 500  # characters of what is kept of an outcome


@dataclass(frozen=True, slots=True)
class TaskState:
    """How a task stands. `said` is what the last run did, or why it failed."""

    name: str
    asked_at: datetime | None
    served_at: datetime | None  # the newest request that a run has taken up
    began_at: datetime | None
    ended_at: datetime | None
    failed: bool
    said: str

    @property
    def waits(self) -> bool:
        """Whether somebody asked for a run that has not begun."""
        return self.asked_at is not None and (
            self.served_at is None or self.asked_at > self.served_at
        )

    @property
    def runs(self) -> bool:
        """Whether a run has begun and not ended, as far as the store was told."""
        return self.began_at is not None and (
            self.ended_at is None or self.ended_at < self.began_at
        )


class Tasks:
    """One row for each task. Everything raises `StoreError` where the database fails."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def take(
        self,
        name: str,
        owner: str,
        *,
        until: datetime,
        now: datetime,
        is_dead: Callable[[str], bool] = lambda _owner: False,
    ) -> bool:
        """Take the task, or keep it, for `owner` until then; False where another has it.

        A lease of an owner that `is_dead` (sender/delivery/process_owner.py) counts no more.
        """
        free = sa.or_(
            tasks.c.owner == "", tasks.c.owner == owner, tasks.c.lease_until <= to_ms(now)
        )
        with self._database.writing() as connection:
            self._make(connection, name)
            holder = connection.scalar(
                sa.select(tasks.c.owner).where(tasks.c.name == name).with_for_update()
            )
            if holder and holder != owner and is_dead(holder):
                free = tasks.c.owner == holder
            taken = connection.execute(
                sa.update(tasks)
                .where(tasks.c.name == name, free)
                .values(owner=owner, lease_until=to_ms(until))
            )
            return taken.rowcount == 1

    def give_back(self, name: str, owner: str) -> None:
        """End the lease of `owner`, where it still holds it."""
        mine = sa.and_(tasks.c.name == name, tasks.c.owner == owner)
        with self._database.writing() as connection:
            connection.execute(sa.update(tasks).where(mine).values(owner="", lease_until=0))

    def ask(self, name: str, *, now: datetime) -> None:
        """Ask whoever runs the task to run it soon; asking twice is asking once."""
        with self._database.writing() as connection:
            self._make(connection, name)
            later = sa.case(
                (tasks.c.asked_at >= to_ms(now), tasks.c.asked_at + 1), else_=to_ms(now)
            )
            connection.execute(sa.update(tasks).where(tasks.c.name == name).values(asked_at=later))

    def asked(self, name: str) -> int:
        """Return the mark of the newest request: another one is greater; 0 where there is none."""
        with self._database.reading() as connection:
            query = sa.select(tasks.c.asked_at).where(tasks.c.name == name)
            return int(connection.scalar(query) or 0)

    def began(self, name: str, *, serving: int, now: datetime) -> None:
        """Note that a run begins, which takes up the requests up to the mark `serving`."""
        with self._database.writing() as connection:
            self._make(connection, name)
            connection.execute(
                sa.update(tasks)
                .where(tasks.c.name == name)
                .values(
                    began_at=to_ms(now),
                    served_at=sa.case(
                        (tasks.c.served_at > serving, tasks.c.served_at), else_=serving
                    ),
                )
            )

    def ended(self, name: str, said: str, *, failed: bool, now: datetime) -> None:
        """Note what came of a run, in one line."""
        values = {"ended_at": to_ms(now), "failed": int(failed), "said": said[:_LONGEST]}
        with self._database.writing() as connection:
            self._make(connection, name)
            connection.execute(sa.update(tasks).where(tasks.c.name == name).values(values))

    def state(self, name: str) -> TaskState:
        """Return how a task stands; one that never ran has no times."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(tasks).where(tasks.c.name == name)).one_or_none()
        return (
            TaskState(name, None, None, None, None, failed=False, said="")
            if row is None
            else _state(row)
        )

    def all(self) -> list[TaskState]:
        """Return how all tasks stand that ever ran or were asked for, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(tasks).order_by(tasks.c.name)).all()
        return [_state(row) for row in rows]

    def _make(self, connection: sa.Connection, name: str) -> None:
        connection.execute(self._database.insert_new(tasks).values(name=name))


def _state(row: sa.Row[tuple[object, ...]]) -> TaskState:
    return TaskState(
        name=row.name,
        asked_at=optional_time(row.asked_at or None),
        served_at=optional_time(row.served_at or None),
        began_at=optional_time(row.began_at or None),
        ended_at=optional_time(row.ended_at or None),
        failed=bool(row.failed),
        said=row.said,
    )
