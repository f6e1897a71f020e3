"""Reports of a run: each step as it happens, and the whole at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models import DeliveryState


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one delivery in this run; logs show the id, never the address."""

    subscriber_id: int
    state: DeliveryState
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The counts of a run, and what it leaves."""

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
