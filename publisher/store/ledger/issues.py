"""Frozen issues: their messages, their recipients and their progress."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.errors import AlreadyFrozen, StoreError
from publisher.models import NO_EDITS, DeliveryState
from publisher.models.ledger import FrozenIssue, IssueState
from publisher.store.ledger.issue_plans import decoded, encoded, lock_plan, refuse_outdated
from publisher.store.ledger.readers import insert_deliveries
from publisher.store.tables.newsletter import deliveries, editions, issue_papers, issues
from publisher.store.times import from_ms, optional_ms, optional_time, to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from publisher.models import IssueEdits
    from publisher.models.ledger import FrozenEdition, ReaderChoice
    from publisher.newsletter.audience import IssueAudience
    from publisher.store.engine import Database

# While rows are in one of these, the issue is not done.
_UNFINISHED = (DeliveryState.READY.value, DeliveryState.CLAIMED.value, DeliveryState.SENDING.value)


class Issues:
    """The frozen issues. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def freeze(
        self,
        issue_id: str,
        *,
        period: tuple[datetime, datetime],
        papers: Iterable[tuple[str, int]],
        frozen_editions: Iterable[FrozenEdition],
        audience: IssueAudience,
        edition_of: Callable[[ReaderChoice], str | None],
        now: datetime,
        edited: tuple[IssueEdits, int] = (NO_EDITS, 0),
    ) -> int:
        """Write the issue, its papers (id and version), messages and recipients; all or nothing.

        `period` is its start and end, `edited` the edits that it was drafted with, and the revision
        of its plan at that time.

        The recipients are the active subscribers in the stream of `audience` whose choice has an
        edition: `edition_of` returns its key, or None. From here on the issue's bytes and addresses
        never change. Returns the number of recipients.

        Of two processes that freeze an issue at once, one succeeds. Raises `AlreadyFrozen` for the
        other, `EditedMeanwhile` where the plan has another revision, and `StoreError`.
        """
        versions = sorted(set(papers))
        edition_values = [
            {
                "issue_id": issue_id,
                "key": row.key,
                "subject": row.subject,
                "message": row.message,
                "sha256": hashlib.sha256(row.message).hexdigest(),
            }
            for row in frozen_editions
        ]
        hashes = sorted([values["key"], values["sha256"]] for values in edition_values)
        content = json.dumps([versions, hashes])
        edits, revision = edited
        with self._database.writing() as connection:
            plan = lock_plan(self._database, connection, issue_id)
            # Not looked up first: another process may insert it at the same moment.
            inserted = connection.execute(
                self._database.insert_new(issues).values(
                    id=issue_id,
                    start_at=to_ms(period[0]),
                    end_at=to_ms(period[1]),
                    content_hash=hashlib.sha256(content.encode()).hexdigest(),
                    frozen_at=to_ms(now),
                    state=IssueState.OPEN.value,
                    pause_reason="",
                    edits=encoded(edits),
                )
            )
            if inserted.rowcount == 0:
                raise AlreadyFrozen(f"issue {issue_id} is frozen already")
            refuse_outdated(plan, issue_id, revision)
            if versions:
                rows = [{"issue_id": issue_id, "paper_id": p, "version": v} for p, v in versions]
                connection.execute(sa.insert(issue_papers), rows)
            if edition_values:
                connection.execute(sa.insert(editions), edition_values)
            return insert_deliveries(
                self._database, connection, issue_id, audience, edition_of, to_ms(now)
            )

    def get(self, issue_id: str) -> FrozenIssue | None:
        """Return the issue, None where there is no such. Raises `StoreError`."""
        with self._database.reading() as connection:
            return _issue(connection, issue_id)

    def all(self) -> list[FrozenIssue]:
        """Return all issues, oldest first. Raises `StoreError`."""
        with self._database.reading() as connection:
            query = sa.select(issues).order_by(issues.c.end_at, issues.c.id)
            return [_info(row) for row in connection.execute(query)]

    def first_frozen(self) -> datetime | None:
        """Return when the first issue of all was frozen. Raises `StoreError`."""
        with self._database.reading() as connection:
            value = connection.scalar(sa.select(sa.func.min(issues.c.frozen_at)))
        return optional_time(value)

    def edition_keys(self, issue_id: str) -> list[str]:
        """Return the keys of the editions of an issue, sorted."""
        query = sa.select(editions.c.key).where(editions.c.issue_id == issue_id)
        with self._database.reading() as connection:
            return list(connection.scalars(query.order_by(editions.c.key)))

    def message(self, issue_id: str, edition_key: str) -> bytes:
        """Return the frozen message of an edition.

        Raises `StoreError`, also where the bytes are not the ones that were frozen.
        """
        query = sa.select(editions.c.message, editions.c.sha256).where(
            editions.c.issue_id == issue_id, editions.c.key == edition_key
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise StoreError(f"issue {issue_id}: edition {edition_key} is missing")
        message = bytes(row.message)
        if hashlib.sha256(message).hexdigest() != row.sha256:
            raise StoreError(f"issue {issue_id}: edition {edition_key} is damaged; nothing is sent")
        return message

    def pause(self, issue_id: str, *, until: datetime | None, reason: str) -> None:
        """Stop an issue that is not done before its next message.

        The pause ends at `until`, or (None) when `resume` is called. A time does not shorten a
        pause that `resume` has to end: an operator ordered it.
        """
        changeable = issues.c.state != IssueState.DONE.value
        if until is not None:
            paused = issues.c.state == IssueState.PAUSED.value
            changeable &= ~sa.and_(paused, issues.c.paused_until.is_(None))
        values = {"paused_until": optional_ms(until), "pause_reason": reason}
        self._change(issue_id, changeable, IssueState.PAUSED, values)

    def resume(self, issue_id: str) -> None:
        """Open a paused issue again; the reason of the pause stays on record."""
        paused = issues.c.state == IssueState.PAUSED.value
        self._change(issue_id, paused, IssueState.OPEN, {"paused_until": None})

    def finish(self, issue_id: str) -> bool:
        """Mark the issue done if nothing is left to send; return whether it is done now."""
        left = sa.exists().where(
            deliveries.c.issue_id == issue_id, deliveries.c.state.in_(_UNFINISHED)
        )
        with self._database.writing() as connection:
            result = connection.execute(
                sa.update(issues)
                .where(issues.c.id == issue_id, ~left)
                .values(state=IssueState.DONE.value, paused_until=None, pause_reason="")
            )
            return result.rowcount == 1

    def _change(
        self,
        issue_id: str,
        which: sa.ColumnElement[bool],
        state: IssueState,
        values: Mapping[str, object],
    ) -> None:
        with self._database.writing() as connection:
            connection.execute(
                sa.update(issues)
                .where(issues.c.id == issue_id, which)
                .values(state=state.value, **values)
            )


def _issue(connection: sa.Connection, issue_id: str) -> FrozenIssue | None:
    row = connection.execute(sa.select(issues).where(issues.c.id == issue_id)).one_or_none()
    return None if row is None else _info(row)


def _info(row: sa.Row[tuple[object, ...]]) -> FrozenIssue:
    return FrozenIssue(
        id=row.id,
        start=from_ms(row.start_at),
        end=from_ms(row.end_at),
        frozen_at=from_ms(row.frozen_at),
        content_hash=row.content_hash,
        state=IssueState(row.state),
        paused_until=optional_time(row.paused_until),
        pause_reason=row.pause_reason,
        edits=decoded(row.edits),
    )
