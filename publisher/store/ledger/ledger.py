"""The ledger: one row per issue and subscriber, and every move of it as one conditional UPDATE.

The states and the moves between them are in sender/delivery/states.py. The rule here: a row moves
only where the UPDATE's own WHERE allows it, so that one of two processes gets it; what a program
read before does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import DeliveryState
from publisher.models.ledger import Claim, IssueState
from publisher.models.subscribers import BOUNCED
from publisher.store.ledger import transitions
from publisher.store.people.hashing import email_hash
from publisher.store.tables.newsletter import decisions, deliveries, issues
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from publisher.models.ledger import Mark, Settlement
    from publisher.store.engine import Database
    from publisher.store.people.consent import ConsentLog
    from publisher.store.people.suppressions import Suppressions


class Ledger:
    """The moves of deliveries. All raise `StoreError` where the database fails."""

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

    def claim(
        self, issue_id: str, *, limit: int, token: str, owner: str, lease: datetime, now: datetime
    ) -> list[Claim]:
        """Take up to `limit` rows that are ready and due; they are ours until `lease`.

        `token` must be new and random: later moves are checked by it. `owner` names the process
        (sender/delivery/process_owner.py).
        """
        values = {
            "row_issue": issue_id,
            "batch": limit,
            "token": token,
            "new_owner": owner,
            "lease": to_ms(lease),
            "now": to_ms(now),
        }
        with self._database.writing() as connection:
            rows = connection.execute(transitions.claim, values).all()
        return sorted((Claim(*row) for row in rows), key=lambda row: row.subscriber_id)

    def give_back(
        self,
        issue_id: str,
        subscriber_id: int,
        *,
        token: str,
        email: str,
        now: datetime,
        next_at: datetime | None = None,
    ) -> DeliveryState | None:
        """Settle a claimed row that is not going to be sent; nothing has left the machine.

        Returns SKIPPED for somebody who may get no mail any more, READY for a row that can be
        claimed again (from `next_at` on), None where the row is no longer ours.
        """
        values = {"row_issue": issue_id, "row_subscriber": subscriber_id, "row_token": token}
        claimed = sa.and_(transitions.is_ours, deliveries.c.state == transitions.CLAIMED)
        free: dict[str, object] = {"updated_at": to_ms(now), **transitions.FREE}
        with self._database.writing() as connection:
            skipped = connection.execute(
                sa.update(deliveries)
                .where(claimed, ~transitions.may_get_mail)
                .values(
                    state=DeliveryState.SKIPPED.value, reason="unsubscribed or suppressed", **free
                ),
                {**values, "row_hash": email_hash(self._keys, email)},
            )
            if skipped.rowcount == 1:
                return DeliveryState.SKIPPED
            if next_at is not None:
                free["next_at"] = to_ms(next_at)
            released = connection.execute(
                sa.update(deliveries).where(claimed).values(state=transitions.READY, **free), values
            )
            return DeliveryState.READY if released.rowcount == 1 else None

    def record(
        self, issue_id: str, settlements: Sequence[Settlement], marks: Sequence[Mark]
    ) -> tuple[list[bool], list[bool]]:
        """Write the results of rows that were sending, then move others from claimed to sending.

        All in one transaction, on disk when this returns, so that many connections share the wait
        for the disk. Returns for each settlement and each mark whether its row was still ours; a
        message whose mark is False must not be sent, and `give_back` tells why.

        The mark is the fence: it succeeds where the token is still ours, the lease runs, the issue
        is open, and the person is active and not suppressed.
        """
        with self._database.writing() as connection:
            settled = [self._settle(connection, issue_id, row) for row in settlements]
            mark = self._database.prepared(transitions.mark_sending)
            marked = [mark.run(connection, self._mark(issue_id, row)) == 1 for row in marks]
        return settled, marked

    def _mark(self, issue_id: str, row: Mark) -> dict[str, object]:
        return {
            "row_issue": issue_id,
            "row_subscriber": row.subscriber_id,
            "row_token": row.token,
            "row_hash": email_hash(self._keys, row.email),
            "new_message_id": row.message_id,
            "new_transport": row.transport,
            "lease": to_ms(row.lease),
            "now": to_ms(row.now),
        }

    def _settle(self, connection: sa.Connection, issue_id: str, row: Settlement) -> bool:
        values = {
            "row_issue": issue_id,
            "row_subscriber": row.subscriber_id,
            "row_token": row.token,
            "new_state": row.state.value,
            "new_code": row.code,
            "new_reason": row.reason,
            "next": 0 if row.next_at is None else to_ms(row.next_at),
            "refund": 0 if row.counted else 1,
            "now": to_ms(row.now),
        }
        settled = self._database.prepared(transitions.settle).run(connection, values) == 1
        if settled and row.suppress:
            # By the word that lets a working mailbox come back (`Suppression.is_bounce`).
            reason = f"{BOUNCED}: {row.reason}"
            if self._suppressions.insert(connection, row.suppress, reason, row.now):
                self._consent_log.log(connection, row.suppress, "suppressed", reason, row.now)
        return settled

    def release_claims(self, issue_id: str, *, token: str, now: datetime) -> int:
        """Free the rows that `token` has claimed and not begun to send; return how many."""
        mine = deliveries.c.claim_token == token
        with self._database.writing() as connection:
            return _release(connection, issue_id, mine, to_ms(now))

    def release_expired(self, issue_id: str, *, now: datetime) -> tuple[int, int]:
        """Free the rows whose lease is over: claimed ones are ready, sending ones in doubt.

        Returns how many of each.
        """
        over = deliveries.c.lease_until <= to_ms(now)
        with self._database.writing() as connection:
            released = _release(connection, issue_id, over, to_ms(now))
            return released, _doubt(connection, issue_id, over, "the lease ran out", to_ms(now))

    def release_dead_owners(
        self, issue_id: str, is_dead: Callable[[str], bool], *, now: datetime
    ) -> tuple[int, int]:
        """Free the rows of processes that `is_dead` says are gone, as `release_expired` does."""
        busy = deliveries.c.state.in_([transitions.CLAIMED, transitions.SENDING])
        query = (
            sa.select(deliveries.c.owner).where(deliveries.c.issue_id == issue_id, busy).distinct()
        )
        with self._database.reading() as connection:
            owners = [owner for (owner,) in connection.execute(query)]
        dead = [owner for owner in owners if is_dead(owner)]
        if not dead:
            return 0, 0
        theirs = deliveries.c.owner.in_(dead)
        with self._database.writing() as connection:
            released = _release(connection, issue_id, theirs, to_ms(now))
            return released, _doubt(connection, issue_id, theirs, "the sender died", to_ms(now))

    def resolve(
        self,
        issue_id: str,
        subscriber_id: int,
        state: DeliveryState,
        *,
        reason: str,
        now: datetime,
        by: str = "evidence",
    ) -> bool:
        """Settle a row in doubt as SENT, REJECTED, READY or ABANDONED.

        `reason` and `by`, who decided, are kept as a `DoubtDecision`. READY opens a finished issue
        again. Returns False for a row that is not in doubt.
        """
        settled = {DeliveryState.SENT, DeliveryState.REJECTED, DeliveryState.ABANDONED}
        if state not in settled | {DeliveryState.READY}:
            raise ValueError(state)
        doubt = deliveries.c.state == transitions.IN_DOUBT
        with self._database.writing() as connection:
            return _decide(connection, (issue_id, subscriber_id), doubt, state, reason, by, now)

    def resend(
        self,
        issue_id: str,
        subscriber_id: int,
        *,
        seen: tuple[DeliveryState, int],
        reason: str,
        now: datetime,
        by: str,
    ) -> bool:
        """Make a row in doubt or rejected ready again, also of a finished issue.

        `seen` is the state and the number of attempts on which `by` decided: returns False for a
        row that has moved since.
        """
        state, attempts = seen
        if state not in {DeliveryState.IN_DOUBT, DeliveryState.REJECTED}:
            raise ValueError(state)
        same = sa.and_(deliveries.c.state == state.value, deliveries.c.attempts == attempts)
        row, ready = (issue_id, subscriber_id), DeliveryState.READY
        with self._database.writing() as connection:
            return _decide(connection, row, same, ready, reason, by, now)


def _decide(
    connection: sa.Connection,
    row: tuple[str, int],
    which: sa.ColumnElement[bool],
    state: DeliveryState,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Move a row (issue and subscriber) that matches `which`; keep who decided, and why."""
    issue_id, subscriber_id = row
    new = {"state": state.value, "reason": reason, "next_at": 0, "updated_at": to_ms(now)}
    statement = sa.update(deliveries).where(transitions.is_row, which)
    values = {"row_issue": issue_id, "row_subscriber": subscriber_id}
    if connection.execute(statement.values(**new, **transitions.FREE), values).rowcount != 1:
        return False
    decision = {"at": to_ms(now), "by": by, "state": state.value, "reason": reason}
    row_ids = {"issue_id": issue_id, "subscriber_id": subscriber_id}
    connection.execute(sa.insert(decisions).values(**row_ids, **decision))
    if state is DeliveryState.READY:
        done = sa.and_(issues.c.id == issue_id, issues.c.state == IssueState.DONE.value)
        connection.execute(sa.update(issues).where(done).values(state=IssueState.OPEN.value))
    return True


def _release(
    connection: sa.Connection, issue_id: str, which: sa.ColumnElement[bool], now_ms: int
) -> int:
    claimed = sa.and_(
        deliveries.c.issue_id == issue_id, deliveries.c.state == transitions.CLAIMED, which
    )
    statement = (
        sa.update(deliveries)
        .where(claimed)
        .values(state=transitions.READY, updated_at=now_ms, **transitions.FREE)
    )
    return connection.execute(statement).rowcount


def _doubt(
    connection: sa.Connection,
    issue_id: str,
    which: sa.ColumnElement[bool],
    reason: str,
    now_ms: int,
) -> int:
    sending = sa.and_(
        deliveries.c.issue_id == issue_id, deliveries.c.state == transitions.SENDING, which
    )
    # The token stays: a holder that is alive after all may still settle the row.
    values = {"state": transitions.IN_DOUBT, "reason": reason, "updated_at": now_ms}
    return connection.execute(sa.update(deliveries).where(sending).values(values)).rowcount
