"""One run over one issue: what it was given, and what it has counted."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.models import DeliveryState, IssueState
from publisher.sender.delivery.states import Event
from publisher.sender.limits.circuit_breaker import CircuitBreakers
from publisher.sender.message.edition_message import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from publisher.models import Claim
    from publisher.sender.delivery.claim_queue import ClaimQueue
    from publisher.sender.delivery.ledger import DeliveryStore
    from publisher.sender.delivery.outcome import DeliveryOutcome
    from publisher.sender.limits.rate_limit import RateLimiter

# Of large messages, some megabytes.
_TEMPLATES = 128


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


@dataclass(slots=True)
class Run:
    """What `deliver` was given, and what was counted so far."""

    issue_id: str
    store: DeliveryStore
    claims: ClaimQueue
    envelope_sender: str
    keys: Mapping[int, bytes]
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    margin: timedelta
    failure_limit: int
    give_up: timedelta
    pace: RateLimiter
    sleep: Callable[[float], None]
    connections: int
    stopping: Callable[[], bool]
    on_progress: Callable[[Step], None]
    stopped: str = ""
    breakers: CircuitBreakers = field(default_factory=CircuitBreakers)
    _templates: OrderedDict[str, Template] = field(default_factory=OrderedDict)
    _counted: dict[DeliveryState, int] = field(default_factory=dict)
    _failures: int = 0

    def goes_on(self) -> bool:
        """Return whether another message may be begun."""
        if not self.stopped and self.stopping():
            self.stopped = "stopped on request"
        return not self.stopped

    def template(self, edition_key: str) -> Template:
        """Return the frozen message of an edition. Raises `StoreError` and `IssueError`."""
        found = self._templates.get(edition_key)
        if found is None:
            found = Template.parse(self.store.issues.message(self.issue_id, edition_key))
            self._templates[edition_key] = found
            if len(self._templates) > _TEMPLATES:
                self._templates.popitem(last=False)
        else:
            self._templates.move_to_end(edition_key)
        return found

    def note(self, step: Step) -> None:
        """Count what became of a delivery, and tell who wants to know."""
        self._counted[step.state] = self._counted.get(step.state, 0) + 1
        self.on_progress(step)

    def consider(self, outcome: DeliveryOutcome) -> None:
        """Stop the issue where that is called for; the same command takes it up again."""
        if outcome.event is Event.ACCEPTED:
            self._failures = 0
        elif outcome.alarming:
            self._failures += 1
        if outcome.stop:
            self.stop(outcome.reason, outcome.pause_until)
        elif self._failures >= self.failure_limit:
            self.stop(f"{self._failures} failures in a row, the last: {outcome.reason}", None)

    def lost(self, outcome: DeliveryOutcome) -> None:
        """Go on without a connection that can't be made; the last one to go ends the run.

        Many servers limit the connections of one client: those that are open do the work.
        """
        self.connections -= 1
        if outcome.stop or self.connections <= 0:
            self.stop(outcome.reason, outcome.pause_until)

    def stop(self, reason: str, until: datetime | None) -> None:
        """Pause the issue; the first reason given is the one that stays."""
        if not self.stopped:
            self.stopped = reason
            self.store.issues.pause(self.issue_id, until=until or self.now(), reason=reason)

    def no_longer_open(self) -> None:
        """Stop where somebody has paused the issue meanwhile."""
        row = self.store.issues.get(self.issue_id)
        if (row is None or row.state is not IssueState.OPEN) and not self.stopped:
            self.stopped = (row and row.pause_reason) or "the issue is no longer open"

    def give_back(
        self, claim: Claim, token: str, next_at: datetime | None = None
    ) -> DeliveryState | None:
        """Settle a claim that is not sent now; see store/ledger/ledger.py. Raises `StoreError`."""
        return self.store.ledger.give_back(
            self.issue_id,
            claim.subscriber_id,
            token=token,
            email=claim.email,
            now=self.now(),
            next_at=next_at,
        )

    def report(self, *, done: bool, paused_until: datetime | None) -> Report:
        """Return what was done, and what the ledger says is left."""
        left = self.store.deliveries.counts(self.issue_id)
        busy = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
        return Report(
            issue_id=self.issue_id,
            sent=self._counted.get(DeliveryState.SENT, 0),
            rejected=self._counted.get(DeliveryState.REJECTED, 0),
            skipped=self._counted.get(DeliveryState.SKIPPED, 0),
            put_off=self._counted.get(DeliveryState.READY, 0),
            in_doubt=self._counted.get(DeliveryState.IN_DOUBT, 0),
            waiting=sum(left[state] for state in busy),
            in_doubt_total=left[DeliveryState.IN_DOUBT],
            next_due=self.store.deliveries.next_due(self.issue_id),
            done=done,
            stopped=self.stopped,
            paused_until=paused_until,
        )
