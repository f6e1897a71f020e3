"""Sends an issue to everyone who has not got it, at most once each, whatever dies when.

Each message costs two commits: `sending` before it leaves, the outcome after. A process that dies
in between leaves that one delivery in doubt, and nothing else. The moves are in states.py.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.errors import IssueError, TransportError
from publisher.models import DeliveryState
from publisher.sender import tokens
from publisher.sender.message import Recipient, Template
from publisher.sender.outcome import Outcome, judge
from publisher.sender.owner import owner_is_dead, this_owner
from publisher.sender.replies import one_line
from publisher.sender.states import Event, after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.sender.ledger import Claim, Ledger
    from publisher.sender.transports.base import Transport

BATCH = 100
FAILURES_IN_A_ROW = 10
# A claim that nobody works on is free again after this; nothing has left the machine.
CLAIM_LEASE = timedelta(minutes=10)
# Beyond the transport's own limit: the commit, and clocks of other hosts.
_MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one delivery in this run; logs show the id, never the address."""

    subscriber_id: int
    state: DeliveryState
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, and what it leaves."""

    issue_id: str
    sent: int = 0
    rejected: int = 0
    skipped: int = 0
    put_off: int = 0
    in_doubt: int = 0
    waiting: int = 0  # deliveries of the issue still to come, other processes' among them
    in_doubt_total: int = 0  # of the issue, for the operator to settle
    next_due: datetime | None = None  # when the earliest of the waiting may go
    done: bool = False  # nothing is left to send
    stopped: str = ""  # why the run ended early; empty when it did not
    paused_until: datetime | None = None


def _quiet(_step: Step) -> None:
    return


def _never() -> bool:
    return False


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Run:
    """One run over one issue: what `deliver` was given, and what it has counted."""

    issue_id: str
    ledger: Ledger
    transport: Transport
    envelope_sender: str
    keys: Mapping[int, bytes]
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    owner: str
    failure_limit: int
    on_progress: Callable[[Step], None]
    templates: dict[str, Template] = field(default_factory=dict)
    counted: dict[DeliveryState, int] = field(default_factory=dict)
    failures: int = 0
    stopped: str = ""

    def note(self, subscriber_id: int, state: DeliveryState, reason: str) -> None:
        self.counted[state] = self.counted.get(state, 0) + 1
        self.on_progress(Step(subscriber_id, state, reason))

    def send_one(self, claim: Claim, token: str) -> None:
        """Send one claimed delivery; sets `stopped` where the next would fare no better."""
        if claim.edition_key not in self.templates:
            message = self.ledger.message(self.issue_id, claim.edition_key)
            self.templates[claim.edition_key] = Template.parse(message)
        template = self.templates[claim.edition_key]
        who = tokens.pseudonym(self.keys, self.issue_id, claim.subscriber_id)
        unsubscribe = tokens.make_token(self.keys, claim.subscriber_id, claim.token_version)
        message = template.splice(Recipient(claim.email, claim.name, who, unsubscribe))
        message_id = template.message_id(who)
        now = self.now()
        marked = self.ledger.mark_sending(
            self.issue_id,
            claim.subscriber_id,
            token=token,
            email=claim.email,
            message_id=message_id,
            transport=self.transport.name,
            lease=now + timedelta(seconds=self.transport.timeout_seconds) + _MARGIN,
            now=now,
        )
        if not marked:
            self._not_sent(claim, token)
            return
        try:
            answer = self.transport.send(self.envelope_sender, claim.email, message, message_id)
        except TransportError as error:
            outcome = judge(
                error, attempts=claim.attempts + 1, now=self.now(), jitter=self.jitter()
            )
        except BaseException as error:
            # An interruption, or a fault of the program: it may have left.
            doubt = f"the sender was interrupted: {one_line(repr(error))}"
            self._settle(claim, token, Outcome(Event.NO_ANSWER, doubt))
            raise
        else:
            outcome = Outcome(Event.ACCEPTED, answer, alarming=False)
        self._settle(claim, token, outcome)
        self._consider(outcome)

    def _not_sent(self, claim: Claim, token: str) -> None:
        state = self.ledger.give_back(
            self.issue_id, claim.subscriber_id, token=token, email=claim.email, now=self.now()
        )
        if state is DeliveryState.SKIPPED:
            self.note(claim.subscriber_id, state, "unsubscribed or suppressed")
            return
        # Our lease ran out and another has the row, or somebody has paused the issue.
        row = self.ledger.issue(self.issue_id)
        if row is None or row.state != "open":
            self.stopped = (row and row.pause_reason) or "the issue is no longer open"

    def _settle(self, claim: Claim, token: str, outcome: Outcome) -> None:
        state = after(DeliveryState.SENDING, outcome.event)
        self.ledger.settle(
            self.issue_id,
            claim.subscriber_id,
            token=token,
            state=state,
            now=self.now(),
            code=outcome.code,
            reason=outcome.reason,
            next_at=outcome.next_at,
            counted=outcome.counted,
            suppress=claim.email if outcome.suppress else "",
        )
        self.note(claim.subscriber_id, state, outcome.reason)

    def _consider(self, outcome: Outcome) -> None:
        """Stop the issue where that is called for; the same command takes it up again."""
        if outcome.event is Event.ACCEPTED:
            self.failures = 0
        elif outcome.alarming:
            self.failures += 1
        if outcome.stop:
            self.stop(outcome.reason, outcome.pause_until)
        elif self.failures >= self.failure_limit:
            self.stop(f"{self.failures} failures in a row, the last: {outcome.reason}", None)

    def stop(self, reason: str, until: datetime | None) -> None:
        self.stopped = reason
        self.ledger.pause(self.issue_id, until=until or self.now(), reason=reason)

    def report(self, *, done: bool, paused_until: datetime | None) -> Report:
        left = self.ledger.counts(self.issue_id)
        busy = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
        return Report(
            issue_id=self.issue_id,
            sent=self.counted.get(DeliveryState.SENT, 0),
            rejected=self.counted.get(DeliveryState.REJECTED, 0),
            skipped=self.counted.get(DeliveryState.SKIPPED, 0),
            put_off=self.counted.get(DeliveryState.READY, 0),
            in_doubt=self.counted.get(DeliveryState.IN_DOUBT, 0),
            waiting=sum(left[state] for state in busy),
            in_doubt_total=left[DeliveryState.IN_DOUBT],
            next_due=self.ledger.next_due(self.issue_id),
            done=done,
            stopped=self.stopped,
            paused_until=paused_until,
        )


def deliver(
    issue_id: str,
    ledger: Ledger,
    transport: Transport,
    *,
    envelope_sender: str,
    keys: Mapping[int, bytes],
    now: Callable[[], datetime] = _clock,
    owner: str | None = None,
    is_dead: Callable[[str], bool] = owner_is_dead,
    jitter: Callable[[], float] = random.random,
    batch: int = BATCH,
    failures_in_a_row: int = FAILURES_IN_A_ROW,
    stopping: Callable[[], bool] = _never,
    on_progress: Callable[[Step], None] = _quiet,
) -> Report:
    """Send what is due of a frozen issue; return what was done. Any number may run at once.

    `transport` is opened when there is something to send; the caller closes it. `keys` are the
    store's; `stopping` is asked between two messages (stopping.graceful_stop).

    Raises `IssueError` for an issue that is not frozen, and `StoreError`. A transport's failure is
    no exception: the report says why the run stopped.
    """
    run = _Run(
        issue_id=issue_id,
        ledger=ledger,
        transport=transport,
        envelope_sender=envelope_sender,
        keys=keys,
        now=now,
        jitter=jitter,
        owner=owner or this_owner(),
        failure_limit=failures_in_a_row,
        on_progress=on_progress,
    )
    row = ledger.issue(issue_id)
    if row is None:
        raise IssueError(f"issue {issue_id} is not frozen; there is nothing to send")
    take_over(issue_id, ledger, transport, now=now, is_dead=is_dead)
    if row.state == "paused":
        if row.paused_until is None or row.paused_until > now():
            run.stopped = row.pause_reason or "the issue is paused"
            return run.report(done=False, paused_until=row.paused_until)
        ledger.resume(issue_id)
    due = ledger.next_due(issue_id)
    if due is not None and due <= now():
        _send_batches(run, batch, stopping)
    done = ledger.finish(issue_id)
    row = ledger.issue(issue_id)
    return run.report(done=done, paused_until=None if row is None else row.paused_until)


def take_over(
    issue_id: str,
    ledger: Ledger,
    transport: Transport,
    *,
    now: Callable[[], datetime] = _clock,
    is_dead: Callable[[str], bool] = owner_is_dead,
) -> None:
    """Free what dead processes held, and settle doubts that `transport` has evidence about."""
    ledger.release_dead_owners(issue_id, is_dead, now=now())
    ledger.release_expired(issue_id, now=now())
    for row in ledger.doubts(issue_id, transport.name):
        arrived = transport.evidence(row.message_id)
        if arrived is not None:
            event = Event.EVIDENCE_FOR if arrived else Event.EVIDENCE_AGAINST
            reason = f"{row.reason}; {event.value}"
            state = after(DeliveryState.IN_DOUBT, event)
            ledger.resolve(issue_id, row.subscriber_id, state, reason=reason, now=now())


def _send_batches(run: _Run, batch: int, stopping: Callable[[], bool]) -> None:
    try:
        run.transport.open()
    except TransportError as error:
        outcome = judge(error, attempts=1, now=run.now(), jitter=run.jitter())
        run.stop(outcome.reason, outcome.pause_until)
        return
    while not run.stopped:
        if stopping():
            run.stopped = "stopped on request"
            return
        token = secrets.token_hex(16)
        now = run.now()
        claims = run.ledger.claim(
            run.issue_id,
            limit=batch,
            token=token,
            owner=run.owner,
            lease=now + CLAIM_LEASE,
            now=now,
        )
        if not claims:
            return
        try:
            for claim in claims:
                run.send_one(claim, token)
                if run.stopped or stopping():
                    break
        finally:
            run.ledger.release_claims(run.issue_id, token=token, now=run.now())
