"""The state of one run over one issue: its parts, its counts, and why it stopped."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.models import DeliveryState
from publisher.models.ledger import IssueState
from publisher.sender.delivery.report import Report
from publisher.sender.delivery.states import DeliveryEvent
from publisher.sender.limits.circuit_breaker import CircuitBreakers
from publisher.sender.message.edition_message import Template

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models.ledger import Claim
    from publisher.sender.delivery.claim_queue import ClaimQueue
    from publisher.sender.delivery.ledger import DeliveryStore
    from publisher.sender.delivery.options import DeliveryOptions
    from publisher.sender.delivery.outcome import DeliveryOutcome
    from publisher.sender.delivery.report import Step
    from publisher.sender.limits.rate_limit import RateLimiter

# Of large messages, some megabytes.
_MOST_TEMPLATES = 128


@dataclass(slots=True)
class Run:
    """A call of `deliver` at work."""

    issue_id: str
    store: DeliveryStore
    options: DeliveryOptions
    claims: ClaimQueue
    pace: RateLimiter
    connections: int = 1  # that are still good
    stopped: str = ""  # the reason; empty while it goes on
    breakers: CircuitBreakers = field(default_factory=CircuitBreakers)
    _templates: OrderedDict[str, Template] = field(default_factory=OrderedDict)
    _counted: dict[DeliveryState, int] = field(default_factory=dict)
    _failures_in_a_row: int = 0

    def may_continue(self) -> bool:
        """Return whether another message may be sent."""
        if not self.stopped and self.options.stopping():
            self.stopped = "stopped on request"
        return not self.stopped

    def template(self, edition_key: str) -> Template:
        """Return the frozen message of an edition. Raises `StoreError` and `IssueError`."""
        template = self._templates.get(edition_key)
        if template is None:
            template = Template.parse(self.store.issues.message(self.issue_id, edition_key))
            self._templates[edition_key] = template
            if len(self._templates) > _MOST_TEMPLATES:
                self._templates.popitem(last=False)
        else:
            self._templates.move_to_end(edition_key)
        return template

    def count(self, step: Step) -> None:
        """Count a change of a delivery, and report it to `on_progress`."""
        self._counted[step.state] = self._counted.get(step.state, 0) + 1
        self.options.on_progress(step)

    def stop_if_needed(self, outcome: DeliveryOutcome) -> None:
        """Pause the issue where the outcome, or many failures in a row, call for it."""
        if outcome.event is DeliveryEvent.ACCEPTED:
            self._failures_in_a_row = 0
        elif outcome.alarming:
            self._failures_in_a_row += 1
        if outcome.stop:
            self.stop(outcome.reason, outcome.pause_until)
        elif self._failures_in_a_row >= self.options.failures_in_a_row:
            self.stop(
                f"{self._failures_in_a_row} failures in a row, the last: {outcome.reason}", None
            )

    def lose_connection(self, outcome: DeliveryOutcome) -> None:
        """Continue without a connection that failed; without any, pause the issue.

        Many servers limit the connections of one client: those that are open do the work.
        """
        self.connections -= 1
        if outcome.stop or self.connections <= 0:
            self.stop(outcome.reason, outcome.pause_until)

    def stop(self, reason: str, until: datetime | None) -> None:
        """Pause the issue; of several reasons the first one stays."""
        if not self.stopped:
            self.stopped = reason
            self.store.issues.pause(self.issue_id, until=until or self.options.now(), reason=reason)

    def stop_if_not_open(self) -> None:
        """Stop where somebody else has paused or finished the issue."""
        row = self.store.issues.get(self.issue_id)
        if (row is None or row.state is not IssueState.OPEN) and not self.stopped:
            self.stopped = (row and row.pause_reason) or "the issue is no longer open"

    def give_back(
        self, claim: Claim, token: str, next_at: datetime | None = None
    ) -> DeliveryState | None:
        """Give back a claim that is not sent now; return its new state. Raises `StoreError`."""
        return self.store.ledger.give_back(
            self.issue_id,
            claim.subscriber_id,
            token=token,
            email=claim.email,
            now=self.options.now(),
            next_at=next_at,
        )

    def report(self, *, done: bool, paused_until: datetime | None) -> Report:
        """Return the counts of this run, and what the ledger says is left."""
        counts = self.store.deliveries.counts(self.issue_id)
        unfinished = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)
        return Report(
            issue_id=self.issue_id,
            sent=self._counted.get(DeliveryState.SENT, 0),
            rejected=self._counted.get(DeliveryState.REJECTED, 0),
            skipped=self._counted.get(DeliveryState.SKIPPED, 0),
            put_off=self._counted.get(DeliveryState.READY, 0),
            in_doubt=self._counted.get(DeliveryState.IN_DOUBT, 0),
            waiting=sum(counts[state] for state in unfinished),
            in_doubt_total=counts[DeliveryState.IN_DOUBT],
            next_due=self.store.deliveries.next_due(self.issue_id),
            done=done,
            stopped=self.stopped,
            paused_until=paused_until,
        )
