"""Circuit breakers: pauses for recipient domains that defer one message after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.sender.delivery.states import DeliveryEvent

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.sender.delivery.outcome import DeliveryOutcome

FAILURES_IN_A_ROW = 5
REST = timedelta(minutes=15)


def rest_after(failures: int) -> timedelta | None:
    """Return how long a domain rests after `failures` in a row, None where it does not."""
    return REST * (failures - FAILURES_IN_A_ROW + 1) if failures >= FAILURES_IN_A_ROW else None


@dataclass(slots=True)
class CircuitBreakers:
    """Failures in a row of each recipient domain in one run."""

    _failures: dict[str, int] = field(default_factory=dict)
    _rests: dict[str, datetime] = field(default_factory=dict)

    def rests_until(self, domain: str, now: datetime) -> datetime | None:
        """Return the end of the rest of `domain`, None where it has none."""
        until = self._rests.get(domain)
        return until if until is not None and until > now else None

    def record(self, domain: str, outcome: DeliveryOutcome, now: datetime) -> None:
        """Count the outcome of a message to `domain`."""
        if outcome.event is not DeliveryEvent.PUT_OFF:
            self._failures.pop(domain, None)
            self._rests.pop(domain, None)
        elif outcome.counted:
            self._failures[domain] = self._failures.get(domain, 0) + 1
            rest = rest_after(self._failures[domain])
            if rest is not None:
                self._rests[domain] = now + rest
