"""What the delivery needs of the store; store/ledger/ledger.py says what each method promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from publisher.models import Delivery, DeliveryState


class IssueRow(Protocol):
    """What the ledger says of an issue."""

    @property
    def state(self) -> str: ...  # noqa: D102 - "open", "paused" or "done"
    @property
    def paused_until(self) -> datetime | None: ...  # noqa: D102
    @property
    def pause_reason(self) -> str: ...  # noqa: D102


class Claim(Protocol):
    """A delivery that is ours to send."""

    @property
    def subscriber_id(self) -> int: ...  # noqa: D102
    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def edition_key(self) -> str: ...  # noqa: D102
    @property
    def token_version(self) -> int: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Mark:
    """A delivery that is about to leave; `lease` covers the transport's time-out."""

    subscriber_id: int
    token: str
    email: str
    message_id: str
    transport: str
    lease: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of a delivery that was marked; see outcome.Outcome for what the parts mean."""

    subscriber_id: int
    token: str
    state: DeliveryState
    now: datetime
    code: int = 0
    reason: str = ""
    next_at: datetime | None = None
    counted: bool = True
    suppress: str = ""  # the address


class DeliveryLedger(Protocol):
    """The rows, and the moves of them, that are on disk when a method returns."""

    def issue(self, issue_id: str) -> IssueRow | None: ...  # noqa: D102
    def message(self, issue_id: str, edition_key: str) -> bytes: ...  # noqa: D102
    def pause(self, issue_id: str, *, until: datetime | None, reason: str) -> None: ...  # noqa: D102
    def resume(self, issue_id: str) -> None: ...  # noqa: D102
    def finish(self, issue_id: str) -> bool: ...  # noqa: D102
    def counts(self, issue_id: str) -> dict[DeliveryState, int]: ...  # noqa: D102
    def next_due(self, issue_id: str) -> datetime | None: ...  # noqa: D102
    def doubts(self, issue_id: str, transport: str) -> Sequence[Delivery]: ...  # noqa: D102
    def claim(  # noqa: D102
        self, issue_id: str, *, limit: int, token: str, owner: str, lease: datetime, now: datetime
    ) -> Sequence[Claim]: ...
    def record(  # noqa: D102
        self, issue_id: str, settlements: Sequence[Settlement], marks: Sequence[Mark]
    ) -> tuple[list[bool], list[bool]]: ...
    def give_back(  # noqa: D102
        self,
        issue_id: str,
        subscriber_id: int,
        *,
        token: str,
        email: str,
        now: datetime,
        next_at: datetime | None = None,
    ) -> DeliveryState | None: ...
    def left_since(self, moment: datetime) -> Iterable[tuple[datetime, str]]: ...  # noqa: D102
    def first_frozen(self) -> datetime | None: ...  # noqa: D102
    def release_claims(self, issue_id: str, *, token: str, now: datetime) -> int: ...  # noqa: D102
    def release_expired(self, issue_id: str, *, now: datetime) -> tuple[int, int]: ...  # noqa: D102
    def release_dead_owners(  # noqa: D102
        self, issue_id: str, is_dead: Callable[[str], bool], *, now: datetime
    ) -> tuple[int, int]: ...
    def resolve(  # noqa: D102
        self,
        issue_id: str,
        subscriber_id: int,
        state: DeliveryState,
        *,
        reason: str,
        now: datetime,
    ) -> bool: ...
