"""Announcements: at most one for each item and target, with the states of a delivery.

An item is a paper or an issue. It is taken once for each target, in the transaction that stores the
announcement's words. `SENDING` is committed before a call; of two processes one gets it. What was
interrupted then is in doubt, and is not sent again by itself.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import DeliveryState
from publisher.models.announcements import Announcement, AnnouncementText
from publisher.store.tables.announcements import announce_targets, announced_items, announcements
from publisher.store.times import from_ms, optional_ms, optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime

    from publisher.models.announcements import AnnouncementLimits
    from publisher.store.engine import Database

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Of what is asked for and inserted at once: databases limit the number of parameters.
_BATCH = 500
_INTERRUPTED = "interrupted while it was sent: it may have arrived"


class Announcements:
    """The announcements of all targets. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def first_seen(self, target: str) -> datetime | None:
        """Return when `target` was seen for the first time, None where it never was."""
        query = sa.select(announce_targets.c.first_seen).where(announce_targets.c.name == target)
        with self._database.reading() as connection:
            return optional_time(connection.scalar(query))

    def begin(self, target: str, items: Iterable[str], *, now: datetime) -> bool:
        """Add a new `target`, to which none of the present `items` will be announced.

        Returns whether it is new.
        """
        present = [{"target": target, "item": item} for item in dict.fromkeys(items)]
        with self._database.writing() as connection:
            values = {"name": target, "first_seen": to_ms(now)}
            insert = self._database.insert_new(announce_targets).values(values)
            if connection.execute(insert).rowcount != 1:
                return False
            if present:
                connection.execute(sa.insert(announced_items), present)
        return True

    def unannounced(self, target: str, items: Sequence[str]) -> list[str]:
        """Return those of `items` that `target` has not had, in their order."""
        with self._database.reading() as connection:
            return _without_taken(connection, target, items)

    def is_full(self, target: str, limits: AnnouncementLimits, *, now: datetime) -> bool:
        """Return whether `target` has had as many announcements as `limits` allow."""
        with self._database.reading() as connection:
            return _is_full(connection, target, limits, now)

    def freeze(
        self,
        target: str,
        event: str,
        items: Sequence[str],
        compose: Callable[[Collection[str]], AnnouncementText],
        *,
        limits: AnnouncementLimits,
        now: datetime,
    ) -> int:
        """Store an announcement of those `items` that `target` has not had; return their number.

        `compose` returns its words. It is 0, and nothing is stored, where there are none, or where
        the limits are reached. Whatever `compose` raises leaves everything as it was.
        """
        with self._database.writing() as connection:
            # The row of the target is the lock of those who announce to it at once.
            locked = sa.select(announce_targets.c.name).where(announce_targets.c.name == target)
            connection.execute(locked.with_for_update()).one()
            new = _without_taken(connection, target, items)
            if not new or _is_full(connection, target, limits, now):
                return 0
            text = compose(frozenset(new))
            number = connection.execute(
                sa.insert(announcements)
                .values(
                    target=target,
                    event=event,
                    items=len(new),
                    title=text.title,
                    body=text.body,
                    state=DeliveryState.READY.value,
                    attempts=0,
                    token="",
                    owner="",
                    lease_until=0,
                    next_at=to_ms(now),
                    reason="",
                    created_at=to_ms(now),
                    updated_at=to_ms(now),
                )
                .returning(announcements.c.id)
            ).scalar_one()
            rows = [{"target": target, "item": item, "announcement_id": number} for item in new]
            connection.execute(sa.insert(announced_items), rows)
        return len(new)

    def due(self, targets: Collection[str], *, now: datetime) -> list[int]:
        """Return the announcements to `targets` that may be sent, oldest first."""
        query = (
            sa.select(announcements.c.id)
            .where(_is_due(now), announcements.c.target.in_(targets))
            .order_by(announcements.c.id)
        )
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def next_due(self, targets: Collection[str]) -> datetime | None:
        """Return when the earliest announcement to `targets` may be sent, None for none."""
        query = sa.select(sa.func.min(announcements.c.next_at)).where(
            announcements.c.state == DeliveryState.READY.value, announcements.c.target.in_(targets)
        )
        with self._database.reading() as connection:
            return optional_time(connection.scalar(query))

    def mark(
        self, number: int, owner: str, *, lease: datetime, now: datetime
    ) -> tuple[Announcement, str] | None:
        """Mark an announcement, on disk, as leaving; return it with the token to `settle` it by.

        None where it is not due any more: another process was quicker.
        """
        token = secrets.token_hex(16)
        with self._database.writing() as connection:
            row = connection.execute(
                sa.update(announcements)
                .where(announcements.c.id == number, _is_due(now))
                .values(
                    state=DeliveryState.SENDING.value,
                    attempts=announcements.c.attempts + 1,
                    token=token,
                    owner=owner,
                    lease_until=to_ms(lease),
                    updated_at=to_ms(now),
                )
                .returning(announcements)
            ).one_or_none()
        return None if row is None else (_announcement(row), token)

    def settle(
        self,
        number: int,
        token: str,
        state: DeliveryState,
        *,
        reason: str,
        next_at: datetime | None,
        now: datetime,
    ) -> bool:
        """Store the outcome of what was marked with `token`; an answer that is late counts too."""
        ours = sa.and_(
            announcements.c.id == number,
            announcements.c.token == token,
            announcements.c.state.in_(
                (DeliveryState.SENDING.value, DeliveryState.IN_DOUBT.value),
            ),
        )
        values = {
            "state": state.value,
            "reason": reason,
            "next_at": optional_ms(next_at),
            "owner": "",
            "lease_until": 0,
            "updated_at": to_ms(now),
        }
        with self._database.writing() as connection:
            return (
                connection.execute(sa.update(announcements).where(ours).values(values)).rowcount
                == 1
            )

    def doubt_interrupted(self, is_dead: Callable[[str], bool], *, now: datetime) -> int:
        """Put in doubt what was leaving when its process ended, or its lease; return the number.

        `is_dead` tells whether the process of an owner has certainly ended.
        """
        sending = announcements.c.state == DeliveryState.SENDING.value
        query = sa.select(announcements.c.id, announcements.c.owner, announcements.c.lease_until)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(sending)).all()
        over = [row.id for row in rows if row.lease_until <= to_ms(now) or is_dead(row.owner)]
        if not over:
            return 0
        values = {"state": DeliveryState.IN_DOUBT.value, "reason": _INTERRUPTED}
        with self._database.writing() as connection:
            return connection.execute(
                sa.update(announcements)
                .where(announcements.c.id.in_(over), sending)
                .values(**values, next_at=None, owner="", lease_until=0, updated_at=to_ms(now))
            ).rowcount

    def resolve(
        self, targets: Collection[str], state: DeliveryState, *, by: str, now: datetime
    ) -> int:
        """Decide those in doubt, READY to send them again or ABANDONED; return their number."""
        next_at = to_ms(now) if state is DeliveryState.READY else None
        in_doubt = announcements.c.state == DeliveryState.IN_DOUBT.value
        with self._database.writing() as connection:
            return connection.execute(
                sa.update(announcements)
                .where(in_doubt, announcements.c.target.in_(targets))
                .values(
                    state=state.value,
                    reason=f"{state.value} on the word of {by}",
                    token="",
                    next_at=next_at,
                    updated_at=to_ms(now),
                )
            ).rowcount

    def newest(self, limit: int, *, target: str = "") -> list[Announcement]:
        """Return the newest announcements, of all targets or of `target`, newest first."""
        query = sa.select(announcements).order_by(announcements.c.id.desc()).limit(limit)
        if target:
            query = query.where(announcements.c.target == target)
        with self._database.reading() as connection:
            return [_announcement(row) for row in connection.execute(query)]

    def in_doubt(self) -> dict[str, int]:
        """Return how many announcements are in doubt, by target."""
        query = (
            sa.select(announcements.c.target, sa.func.count())
            .where(announcements.c.state == DeliveryState.IN_DOUBT.value)
            .group_by(announcements.c.target)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        announcements.c.state == DeliveryState.READY.value, announcements.c.next_at <= to_ms(now)
    )


def _without_taken(connection: sa.Connection, target: str, items: Sequence[str]) -> list[str]:
    taken: set[str] = set()
    for start in range(0, len(items), _BATCH):
        query = sa.select(announced_items.c.item).where(
            announced_items.c.target == target,
            announced_items.c.item.in_(items[start : start + _BATCH]),
        )
        taken.update(connection.scalars(query))
    return [item for item in dict.fromkeys(items) if item not in taken]


def _is_full(
    connection: sa.Connection, target: str, limits: AnnouncementLimits, now: datetime
) -> bool:
    query = sa.select(announcements.c.created_at).where(
        announcements.c.target == target, announcements.c.created_at > to_ms(now - _DAY)
    )
    times = list(connection.scalars(query))
    last_hour = sum(time > to_ms(now - _HOUR) for time in times)
    return len(times) >= limits.per_day or last_hour >= limits.per_hour


def _announcement(row: sa.Row[tuple[object, ...]]) -> Announcement:
    return Announcement(
        id=row.id,
        target=row.target,
        event=row.event,
        items=row.items,
        text=AnnouncementText(row.title, row.body),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        reason=row.reason,
        next_at=optional_time(row.next_at),
        created_at=from_ms(row.created_at),
        updated_at=from_ms(row.updated_at),
    )
