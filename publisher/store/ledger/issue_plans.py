"""The plans of issues: an editor's changes before they are frozen, and the decisions to send them.

Each change is written together with its line in the audit log. A change and a freeze at the same
moment lock the same row: one of them comes first, and the other is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from publisher.errors import AlreadyFrozen, EditedMeanwhile
from publisher.models import NO_EDITS, IssueEdits
from publisher.models.ledger import Decision, IssuePlan
from publisher.newsletter.editing import changes, check
from publisher.store.mail.outgoing_queue import enqueue
from publisher.store.tables.editing import approval_links, issue_plans
from publisher.store.tables.newsletter import issues
from publisher.store.times import optional_ms, optional_time, to_ms
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.operations.audit import AuditLog

# The action of each decision in the audit log.
ACTIONS = {
    Decision.APPROVED: "issue approved",
    Decision.POSTPONED: "issue postponed",
    Decision.SKIPPED: "issue skipped",
    Decision.RELEASED: "issue sent ahead of time",
    Decision.NONE: "decision taken back",
}
_decode = msgspec.json.Decoder(IssueEdits).decode


class IssuePlans:
    """Edits of and decisions on issues that are not frozen. Everything raises `StoreError`."""

    def __init__(self, database: Database, audit_log: AuditLog) -> None:
        """Work on `database`; what is done is written to `audit_log`."""
        self._database = database
        self._audit_log = audit_log

    def get(self, issue_id: str) -> IssuePlan:
        """Return the plan of an issue, an empty one where nobody has touched it."""
        query = sa.select(issue_plans).where(issue_plans.c.issue_id == issue_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return IssuePlan() if row is None else _plan(row)

    def pending(self) -> dict[str, IssuePlan]:
        """Return the plans of all issues that are not frozen, by their ids."""
        frozen = sa.exists().where(issues.c.id == issue_plans.c.issue_id)
        query = sa.select(issue_plans).where(~frozen).order_by(issue_plans.c.issue_id)
        with self._database.reading() as connection:
            return {row.issue_id: _plan(row) for row in connection.execute(query)}

    def change(
        self,
        issue_id: str,
        edit: Callable[[IssueEdits], IssueEdits],
        *,
        by: str,
        now: datetime,
    ) -> IssuePlan:
        """Apply `edit` to the edits of an issue, and write down who did so; return the plan.

        Raises `AlreadyFrozen`, and `IssueError` where the result is not accepted.
        """
        with self._database.writing() as connection:
            plan = self._locked(connection, issue_id)
            edits = edit(plan.edits)
            check(edits)
            if edits != plan.edits:
                for action, paper in changes(plan.edits, edits):
                    about = f"issue {issue_id}, paper {paper}" if paper else f"issue {issue_id}"
                    self._audit_log.insert(connection, by, action, about, now)
                self._update(connection, issue_id, edits=encoded(edits), revision=plan.revision + 1)
        return self.get(issue_id)

    def decide(
        self,
        issue_id: str,
        decision: Decision,
        *,
        by: str,
        now: datetime,
        until: datetime | None = None,
    ) -> bool:
        """Write a decision; return False where it is the same as the last one.

        Raises `AlreadyFrozen`.
        """
        with self._database.writing() as connection:
            return self._decide(connection, issue_id, decision, by, now, until)

    def _decide(
        self,
        connection: sa.Connection,
        issue_id: str,
        decision: Decision,
        by: str,
        now: datetime,
        until: datetime | None,
    ) -> bool:
        plan = self._locked(connection, issue_id)
        if (plan.decision, plan.until) == (decision, until):
            return False
        self._audit_log.insert(connection, by, ACTIONS[decision], f"issue {issue_id}", now)
        self._update(
            connection,
            issue_id,
            revision=plan.revision + 1,
            decision=decision.value,
            until=optional_ms(until),
            decided_by=by,
            decided_at=to_ms(now),
            asked_at=None,
        )
        return True

    def ask(
        self, issue_id: str, kind: str, mails: Iterable[tuple[str, str]], *, now: datetime
    ) -> bool:
        """Put the mails that ask for an approval into the queue, once for each round.

        `mails` are addresses with the payloads of mails of this `kind`. Returns False where the
        question was put before, also by another process, or where an address still waits for the
        question about another issue: the next call asks then.
        """
        wanted = list(mails)
        with self._database.writing() as connection, connection.begin_nested() as savepoint:
            plan = self._locked(connection, issue_id)
            if plan.asked_at is not None:
                return False
            if enqueue(self._database, connection, kind, wanted, now) != len(wanted):
                savepoint.rollback()
                return False
            self._audit_log.insert(
                connection, "publisher", "approval asked for", f"issue {issue_id}", now
            )
            self._update(connection, issue_id, asked_at=to_ms(now))
        return True

    def open_link(
        self, token_hash: str, issue_id: str, operator: str, *, now: datetime, expires: datetime
    ) -> None:
        """Let the link whose token has this hash approve an issue, once, until `expires`."""
        row = {"token_hash": token_hash, "issue_id": issue_id, "operator": operator}
        old = approval_links.c.expires_at <= to_ms(now)
        with self._database.writing() as connection:
            connection.execute(sa.delete(approval_links).where(old))
            connection.execute(sa.insert(approval_links).values(**row, expires_at=to_ms(expires)))

    def link(self, token_hash: str, *, now: datetime) -> tuple[str, str] | None:
        """Return the issue and operator of a link, None where it was used or has expired."""
        with self._database.reading() as connection:
            row = connection.execute(
                sa.select(approval_links.c.issue_id, approval_links.c.operator).where(
                    approval_links.c.token_hash == token_hash,
                    approval_links.c.expires_at > to_ms(now),
                )
            ).one_or_none()
        return None if row is None else (row.issue_id, row.operator)

    def use_link(
        self,
        token_hash: str,
        decision: Decision,
        *,
        now: datetime,
        until: datetime | None = None,
    ) -> str | None:
        """Use a link up and decide as its operator; return the issue's id.

        None where there is no such link, or it was used, or has expired; of two attempts at once,
        one succeeds. Raises `AlreadyFrozen`; the link stays then.
        """
        with self._database.writing() as connection:
            row = connection.execute(
                sa.delete(approval_links)
                .where(
                    approval_links.c.token_hash == token_hash,
                    approval_links.c.expires_at > to_ms(now),
                )
                .returning(approval_links.c.issue_id, approval_links.c.operator)
            ).one_or_none()
            if row is None:
                return None
            self._decide(connection, row.issue_id, decision, row.operator, now, until)
        return str(row.issue_id)

    def _locked(self, connection: sa.Connection, issue_id: str) -> IssuePlan:
        """Return the plan with its row locked. Raises `AlreadyFrozen`."""
        plan = lock_plan(self._database, connection, issue_id)
        if connection.scalar(sa.select(issues.c.id).where(issues.c.id == issue_id)) is not None:
            raise AlreadyFrozen(
                _(
                    "issue {issue}: is frozen: its mails are made and can't be changed any more; "
                    "`publisher status` shows how far it is sent"
                ).format(issue=issue_id)
            )
        return plan

    def _update(self, connection: sa.Connection, issue_id: str, **values: object) -> None:
        row = issue_plans.c.issue_id == issue_id
        connection.execute(sa.update(issue_plans).where(row).values(**values))


def lock_plan(database: Database, connection: sa.Connection, issue_id: str) -> IssuePlan:
    """Return the plan of an issue, whose row is locked until the transaction ends."""
    connection.execute(
        database.insert_new(issue_plans).values(
            issue_id=issue_id, edits="", revision=0, decision="", decided_by=""
        )
    )
    query = sa.select(issue_plans).where(issue_plans.c.issue_id == issue_id).with_for_update()
    return _plan(connection.execute(query).one())


def refuse_outdated(plan: IssuePlan, issue_id: str, revision: int) -> None:
    """Raise `EditedMeanwhile` where an issue was drafted from another revision of its plan."""
    if plan.revision != revision:
        raise EditedMeanwhile(f"issue {issue_id} was edited while it was drafted")


def encoded(edits: IssueEdits) -> str:
    """Return `edits` for a column, "" for none."""
    return "" if edits == NO_EDITS else msgspec.json.encode(edits).decode()


def decoded(text: str) -> IssueEdits:
    """Return the edits of a column."""
    return _decode(text) if text else NO_EDITS


def _plan(row: sa.Row[tuple[object, ...]]) -> IssuePlan:
    return IssuePlan(
        edits=decoded(row.edits),
        revision=row.revision,
        decision=Decision(row.decision),
        until=optional_time(row.until),
        by=row.decided_by,
        at=optional_time(row.decided_at),
        asked_at=optional_time(row.asked_at),
    )
