"""Records of the ledger: frozen issues, and the moves of their deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.models.deliveries import DeliveryState
from publisher.models.newsletter import NO_EDITS, IssueEdits, Language, Length


class IssueState(StrEnum):
    """The progress of a frozen issue."""

    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"


class Decision(StrEnum):
    """The editor's last word on an issue that is not frozen."""

    NONE = ""
    APPROVED = "approved"  # goes when it is due
    POSTPONED = "postponed"  # until a time; then it needs an approval where the settings ask for it
    SKIPPED = "skipped"  # never goes; its papers go into the next issue
    RELEASED = "released"  # goes at once, due or not


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """The stored edits of an issue and the last decision on it; `revision` grows with each."""

    edits: IssueEdits = NO_EDITS
    revision: int = 0
    decision: Decision = Decision.NONE
    until: datetime | None = None  # where postponed
    by: str = ""  # who decided
    at: datetime | None = None
    asked_at: datetime | None = None  # when the operator was asked, since the last decision


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
    edits: IssueEdits = NO_EDITS


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
