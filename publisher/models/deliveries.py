"""Deliveries: the rows of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """States of one issue to one subscriber; sender/delivery/states.py has the transitions."""

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
    """One issue to one subscriber: a row of the ledger."""

    issue_id: str
    subscriber_id: int
    email: str  # frozen with the issue
    name: str
    edition: str  # key of the frozen edition
    state: DeliveryState
    attempts: int = 0
    reason: str = ""  # the server's last answer, or why it was skipped
    message_id: str = ""
