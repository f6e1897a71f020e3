"""Deliveries: the rows of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    """The state of a delivery; sender/delivery/states.py has the transitions."""

    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    IN_DOUBT = "in_doubt"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger: one issue to one subscriber."""

    issue_id: str
    subscriber_id: int
    email: str  # frozen with the issue
    name: str
    edition: str  # key of the frozen edition
    state: DeliveryState
    attempts: int = 0
    reason: str = ""  # the server's last answer, or the reason for skipping it
    message_id: str = ""
    updated_at: datetime | None = None  # of its last move
