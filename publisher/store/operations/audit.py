"""The audit log: what operators, and programs with a token, did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.tables.operator import audit
from publisher.store.times import from_ms, to_ms

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.store.engine import Database


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action of an operator; `about` names its object by ids."""

    at: datetime
    operator: str
    action: str
    about: str


class AuditLog:
    """Entries are added and never changed. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def note(self, operator: str, action: str, about: str, *, now: datetime) -> None:
        """Write down what an operator did; `about` must name no address, which may be erased."""
        with self._database.writing() as connection:
            self.insert(connection, operator, action, about, now)

    def insert(
        self, connection: sa.Connection, operator: str, action: str, about: str, now: datetime
    ) -> None:
        """Do the same as `note` in the caller's transaction."""
        row = {"at": to_ms(now), "operator": operator, "action": action, "about": about}
        connection.execute(sa.insert(audit).values(row))

    def recent_actions(self, *, limit: int) -> list[AuditEntry]:
        """Return the newest `limit` entries, newest first."""
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [
                AuditEntry(from_ms(row.at), row.operator, row.action, row.about)
                for row in connection.execute(query)
            ]
