"""Deletion of rows that are of no use any more, so that no table grows for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.store.tables.gathering import (
    announcements,
    batches,
    choices,
    gathered_papers,
    model_calls,
    refusals,
    spending,
    summaries,
)
from publisher.store.tables.mail import knock_counts, seen_mail, single_mails
from publisher.store.tables.operator import login_links, sessions
from publisher.store.tables.people import confirmations, imports
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.store.engine import Database

_DAY = timedelta(days=1)
# A mail must be known as long as it is read, and its own date may be later than its arrival.
_MARGIN = timedelta(days=30)
# Longer than announcements that were missed are made up for (gather/plan.py); in three large
# categories they take 3 MB a day.
_GATHERED = timedelta(days=45)
_Rows = tuple[sa.Table, sa.ColumnElement[bool]]
# Rows of no use without others. Papers in digests stay: a new version is compared with them.
_UNUSED: dict[str, _Rows] = {
    "announced papers": (
        gathered_papers,
        ~sa.exists().where(announcements.c.paper_id == gathered_papers.c.paper_id)
        & ~sa.exists().where(choices.c.paper_id == gathered_papers.c.paper_id),
    ),
    "summaries": (
        summaries,
        ~sa.exists().where(gathered_papers.c.paper_id == summaries.c.paper_id)
        & ~sa.exists().where(choices.c.paper_id == summaries.c.paper_id),
    ),
    "refusals": (refusals, ~sa.exists().where(model_calls.c.key == refusals.c.key)),
}


class Retention:
    """Deletes rows whose time is over."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def delete_expired(self, *, now: datetime, mail_days: int) -> dict[str, int]:
        """Delete what has expired; return how many rows of what, in words, without the zeros.

        `mail_days` is the age in days up to which mails of the operator's mailbox are read. Raises
        `StoreError`.
        """
        forgotten = to_ms(now - timedelta(days=mail_days) - _MARGIN)
        gathered = (now - _GATHERED).date().isoformat()
        old: dict[str, _Rows] = {
            "requests": (confirmations, confirmations.c.expires_at <= to_ms(now)),
            "login links": (login_links, login_links.c.expires_at <= to_ms(now)),
            "sessions": (sessions, sessions.c.expires_at <= to_ms(now)),
            "counts": (knock_counts, knock_counts.c.window <= to_ms(now - 2 * _DAY)),
            "single mails": (single_mails, single_mails.c.at <= to_ms(now - _DAY)),
            "read mails": (seen_mail, seen_mail.c.at <= forgotten),
            # With their files and remarks, which name people.
            "imports": (imports, imports.c.created_at <= to_ms(now - 7 * _DAY)),
            # Without its batch a day counts as never read, rather than as one without papers.
            "announcements": (batches, batches.c.day < gathered),
            "days of spending": (spending, spending.c.day < gathered),
            "model calls": (model_calls, model_calls.c.day < gathered),
        }
        with self._database.writing() as connection:
            deleted = _delete(connection, old)
            # These take a second where there are many, and depend on what was deleted above.
            if deleted["announcements"] or deleted["model calls"]:
                deleted |= _delete(connection, _UNUSED)
        return {what: count for what, count in deleted.items() if count}


def _delete(connection: sa.Connection, rows: Mapping[str, _Rows]) -> dict[str, int]:
    return {
        what: connection.execute(sa.delete(table).where(which)).rowcount
        for what, (table, which) in rows.items()
    }
