"""Scheduled tasks: their leases, requests to run them, and the results of the last runs.

A task that must not run twice at once is leased. The holder renews the lease before each step that
matters, and stops where it ran out or was taken over.
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

_LONGEST = 500  # characters of a result


@dataclass(frozen=True, slots=True)
class TaskState:
    """The state of a task. `result` tells what the last run did, or why it failed."""

    name: str
    asked_at: datetime | None
    served_at: datetime | None  # time of the newest request that a run has served
    began_at: datetime | None
    ended_at: datetime | None
    failed: bool
    result: str

    @property
    def waits(self) -> bool:
        """Whether a requested run has not begun."""
        return self.asked_at is not None and (
            self.served_at is None or self.asked_at > self.served_at
        )

    @property
    def runs(self) -> bool:
        """Whether a run has begun and not ended, as far as the store knows."""
        return self.began_at is not None and (
            self.ended_at is None or self.ended_at < self.began_at
        )


class Tasks:
    """One row for each task. Everything raises `StoreError` where the database fails."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def acquire(
        self,
        name: str,
        owner: str,
        *,
        until: datetime,
        now: datetime,
        is_dead: Callable[[str], bool] = lambda _owner: False,
    ) -> bool:
        """Lease the task to `owner` until `until`, or renew the lease.

        The lease of an owner that `is_dead` (sender/delivery/process_owner.py) does not count.
        Returns False where another owner has the task.
        """
        free = sa.or_(
            tasks.c.owner == "", tasks.c.owner == owner, tasks.c.lease_until <= to_ms(now)
        )
        with self._database.writing() as connection:
            self._insert_new(connection, name)
            holder = connection.scalar(
                sa.select(tasks.c.owner).where(tasks.c.name == name).with_for_update()
            )
            if holder and holder != owner and is_dead(holder):
                free = tasks.c.owner == holder
            leased = connection.execute(
                sa.update(tasks)
                .where(tasks.c.name == name, free)
                .values(owner=owner, lease_until=to_ms(until))
            )
            return leased.rowcount == 1

    def release(self, name: str, owner: str) -> None:
        """End the lease of `owner` where it is still the holder."""
        mine = sa.and_(tasks.c.name == name, tasks.c.owner == owner)
        with self._database.writing() as connection:
            connection.execute(sa.update(tasks).where(mine).values(owner="", lease_until=0))

    def request_run(self, name: str, *, now: datetime) -> None:
        """Request that the task runs soon; two requests before a run count as one."""
        with self._database.writing() as connection:
            self._insert_new(connection, name)
            later = sa.case(
                (tasks.c.asked_at >= to_ms(now), tasks.c.asked_at + 1), else_=to_ms(now)
            )
            connection.execute(sa.update(tasks).where(tasks.c.name == name).values(asked_at=later))

    def newest_request(self, name: str) -> int:
        """Return the number of the newest request, which grows; 0 where there is none."""
        with self._database.reading() as connection:
            query = sa.select(tasks.c.asked_at).where(tasks.c.name == name)
            return int(connection.scalar(query) or 0)

    def note_start(self, name: str, *, serving: int, now: datetime) -> None:
        """Note that a run begins, which serves the requests up to the number `serving`."""
        with self._database.writing() as connection:
            self._insert_new(connection, name)
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

    def note_end(self, name: str, result: str, *, failed: bool, now: datetime) -> None:
        """Note the result of a run, in one line."""
        values = {"ended_at": to_ms(now), "failed": int(failed), "said": result[:_LONGEST]}
        with self._database.writing() as connection:
            self._insert_new(connection, name)
            connection.execute(sa.update(tasks).where(tasks.c.name == name).values(values))

    def state(self, name: str) -> TaskState:
        """Return the state of a task; one that never ran has no times."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(tasks).where(tasks.c.name == name)).one_or_none()
        return (
            TaskState(name, None, None, None, None, failed=False, result="")
            if row is None
            else _state(row)
        )

    def all(self) -> list[TaskState]:
        """Return the states of all tasks that ever ran or were requested, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(tasks).order_by(tasks.c.name)).all()
        return [_state(row) for row in rows]

    def _insert_new(self, connection: sa.Connection, name: str) -> None:
        connection.execute(self._database.insert_new(tasks).values(name=name))


def _state(row: sa.Row[tuple[object, ...]]) -> TaskState:
    return TaskState(
        name=row.name,
        asked_at=optional_time(row.asked_at or None),
        served_at=optional_time(row.served_at or None),
        began_at=optional_time(row.began_at or None),
        ended_at=optional_time(row.ended_at or None),
        failed=bool(row.failed),
        result=row.said,
    )
