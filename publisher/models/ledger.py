"""Records of the ledger: frozen issues, and the moves of their deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.models.deliveries import DeliveryState
from publisher.models.newsletter import Language, Length


class IssueState(StrEnum):
    """The progress of a frozen issue."""

    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class FrozenIssue:
    """An issue in the ledger. `PAUSED` without `paused_until` lasts until somebody resumes it."""

    id: str
    start: datetime
    end: datetime
    frozen_at: datetime
    content_hash: str
    state: IssueState
    paused_until: datetime | None
    pause_reason: str


@dataclass(frozen=True, slots=True)
class FrozenEdition:
    """An edition as the ledger keeps it; `message` is a template that recipients are put into."""

    key: str
    subject: str
    message: bytes


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """The choice of some readers, as far as it matters to an issue; None: the list's default.

    `topics` are those of theirs that the issue has, None for people who get all topics.
    """

    topics: tuple[str, ...] | None = None  # slugs, sorted
    language: Language | None = None
    length: Length | None = None
    received_issues: tuple[str, ...] = ()  # of other frequencies, that share papers with this one


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
    `suppress` is an address that must get no mail any more: it bounced, for the same `reason`.
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
