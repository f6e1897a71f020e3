"""A recipient domain that puts off one message after the other is left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.sender.delivery.states import Event

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.sender.delivery.outcome import DeliveryOutcome

IN_A_ROW = 5
REST = timedelta(minutes=15)


def rest_after(failures: int) -> timedelta | None:
    """Return how long a domain rests after so many failures in a row, None for not at all."""
    return REST * (failures - IN_A_ROW + 1) if failures >= IN_A_ROW else None


@dataclass(slots=True)
class CircuitBreakers:
    """The failures in a row of each recipient domain in this run."""

    _failures: dict[str, int] = field(default_factory=dict)
    _until: dict[str, datetime] = field(default_factory=dict)

    def rests_until(self, domain: str, now: datetime) -> datetime | None:
        """Return until when `domain` is left alone, None where it is not."""
        until = self._until.get(domain)
        return until if until is not None and until > now else None

    def note(self, domain: str, outcome: DeliveryOutcome, now: datetime) -> None:
        """Count what became of a message to `domain`."""
        if outcome.event is not Event.PUT_OFF:
            self._failures.pop(domain, None)
            self._until.pop(domain, None)
        elif outcome.counted:
            self._failures[domain] = self._failures.get(domain, 0) + 1
            rest = rest_after(self._failures[domain])
            if rest is not None:
                self._until[domain] = now + rest
