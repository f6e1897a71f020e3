"""Types of requests and answers, which validate requests and are the schemas of the document."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the types
from typing import Annotated, Generic, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from publisher.models import (  # noqa: TC001 - see above
    DeliveryState,
    Frequency,
    Language,
    Length,
    SubscriberStatus,
)

# The largest integer of SQLite and PostgreSQL.
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Topics = Annotated[list[Slug], Meta(max_length=100)]
# One line without control characters.
Line = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[str, Meta(max_length=1000)]
Cursor = Annotated[str, Meta(max_length=20, pattern=r"^[0-9]{1,18}$")]
Limit = Annotated[int, Meta(ge=1, le=500)]
IssueId = Annotated[str, Meta(pattern=r"^[0-9]{4}-(W[0-9]{2}|[0-9]{2}|[0-9]{2}-[0-9]{2})$")]
Item = TypeVar("Item")


class Out(Struct, frozen=True, kw_only=True):
    """Base of answers."""


class In(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of requests; unknown fields are errors."""


class Problem(Out, frozen=True):
    """An error (RFC 9457)."""

    title: str
    status: int
    detail: str | UnsetType = UNSET


class Suppression(Out, frozen=True):
    """Why an address gets no mail, and since when."""

    reason: str
    since: datetime


class Subscriber(Out, frozen=True):
    """A person on the list; null means the newsletter's default."""

    id: Id
    email: str
    name: str
    status: SubscriberStatus
    topics: list[str]
    language: Language | None
    length: Length | None
    frequency: Frequency | None
    created_at: datetime
    confirmed_at: datetime | None
    paused_until: datetime | None
    suppression: Suppression | None


class Issue(Out, frozen=True):
    """A frozen issue; `deliveries` has their number by state."""

    id: str
    state: str
    start: datetime
    end: datetime
    frozen_at: datetime
    paused_until: datetime | None
    pause_reason: str
    deliveries: dict[str, int]


class Delivery(Out, frozen=True):
    """The delivery of an issue to one subscriber; `email` is empty if the person was erased."""

    issue: str
    subscriber: Id
    email: str
    state: DeliveryState
    attempts: int
    reason: str
    message_id: str
    edition: str


class Build(Out, frozen=True):
    """The state of building; `said` is the result of the last build, or the reason it failed."""

    state: str
    asked_at: datetime | None
    began_at: datetime | None
    ended_at: datetime | None
    said: str


class Task(Out, frozen=True):
    """A background task and its last result."""

    name: str
    failed: bool
    ended_at: datetime | None
    said: str


class Status(Out, frozen=True):
    """The state of the whole publisher."""

    version: str
    subscribers: dict[str, int]
    issues: dict[str, int]
    mails_waiting: int
    tasks: list[Task]


class Page(Out, Generic[Item], frozen=True):
    """A page of a list; `next` is the cursor of the next page, null on the last."""

    items: list[Item]
    next: str | None


class Asked(Out, frozen=True):
    """A mail asks the person to confirm; nothing else is stored until they do."""

    email: str


class NewSubscriber(In, frozen=True):
    """A person to add; with `confirmed`, `note` must say how they agreed."""

    email: Annotated[str, Meta(min_length=3, max_length=320, extra_json_schema={"format": "email"})]
    name: Line = ""
    topics: Topics = []
    language: Language | None = None
    length: Length | None = None
    frequency: Frequency | None = None
    confirmed: bool = False
    note: Text = ""


class Change(In, frozen=True):
    """Changes of preferences; missing fields stay, null resets to the newsletter's default."""

    topics: Topics | UnsetType = UNSET
    language: Language | UnsetType | None = UNSET
    length: Length | UnsetType | None = UNSET
    frequency: Frequency | UnsetType | None = UNSET


class Nothing(In, frozen=True):
    """No parameters."""


class OfSubscriber(In, frozen=True):
    """The subscriber in the path."""

    id: Id


class OfIssue(In, frozen=True):
    """The issue in the path."""

    issue: IssueId


class Paging(In, frozen=True):
    """The page of a list."""

    limit: Limit = 50
    cursor: Cursor | UnsetType = UNSET


class Search(Paging, frozen=True):
    """Filters for subscribers; `q` is a part of the address or name."""

    status: SubscriberStatus | UnsetType = UNSET
    topic: Slug | UnsetType = UNSET
    q: Line = ""


class DeliverySearch(Paging, frozen=True, kw_only=True):
    """Filters for the deliveries of an issue."""

    issue: IssueId
    state: DeliveryState | UnsetType = UNSET
