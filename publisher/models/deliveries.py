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


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours to send, as it was frozen; `attempts` counts the earlier ones."""

    subscriber_id: int
    email: str
    name: str
    edition_key: str
    token_version: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A claimed delivery that is about to leave; `lease` covers the transport's time-out."""

    subscriber_id: int
    token: str
    email: str
    message_id: str
    transport: str
    lease: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """The result of a delivery that was marked.

    `counted` False takes the attempt back, as the result says nothing about this recipient.
    `suppress` is an address that must get no mail any more, for the same `reason`.
    """

    subscriber_id: int
    token: str
    state: DeliveryState
    now: datetime
    code: int = 0
    reason: str = ""
    next_at: datetime | None = None
    counted: bool = True
    suppress: str = ""


@dataclass(frozen=True, slots=True)
class DoubtDecision:
    """The settlement of a doubt; `by` is "evidence" or the name of who decided."""

    at: datetime
    by: str
    subscriber_id: int
    state: DeliveryState
    reason: str
