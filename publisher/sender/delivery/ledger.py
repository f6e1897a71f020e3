"""The parts of the store that a delivery needs, as small as it needs them.

publisher/store/ledger/ holds what satisfies them; its methods say what they promise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from publisher.models import Delivery, DeliveryState
    from publisher.models.ledger import Claim, FrozenIssue, Mark, Settlement


class IssueLedger(Protocol):
    """Frozen issues."""

    def get(self, issue_id: str) -> FrozenIssue | None:
        """Return the issue, None where there is no such."""

    def message(self, issue_id: str, edition_key: str) -> bytes:
        """Return the frozen message of an edition."""

    def pause(self, issue_id: str, *, until: datetime | None, reason: str) -> None:
        """Stop the issue before its next message."""

    def resume(self, issue_id: str) -> None:
        """Take a paused issue up again."""

    def finish(self, issue_id: str) -> bool:
        """Mark the issue done if nothing is left to send; return whether it is done."""

    def first_frozen(self) -> datetime | None:
        """Return when the first issue of all was frozen."""


class DeliveryRows(Protocol):
    """Deliveries, to read."""

    def counts(self, issue_id: str) -> dict[DeliveryState, int]:
        """Return how many deliveries of the issue are in each state, 0 included."""

    def next_due(self, issue_id: str) -> datetime | None:
        """Return when the earliest ready delivery may be sent."""

    def doubts(self, issue_id: str, transport: str) -> Sequence[Delivery]:
        """Return the deliveries in doubt of the named transport."""

    def left_since(self, moment: datetime) -> Iterable[tuple[datetime, str]]:
        """Yield when messages left after `moment`, and to which domain."""


class DeliveryMoves(Protocol):
    """The moves of deliveries, which are on disk when a method returns."""

    def claim(
        self, issue_id: str, *, limit: int, token: str, owner: str, lease: datetime, now: datetime
    ) -> Sequence[Claim]:
        """Take up to `limit` deliveries that are ready and due."""

    def record(
        self, issue_id: str, settlements: Sequence[Settlement], marks: Sequence[Mark]
    ) -> tuple[list[bool], list[bool]]:
        """Settle deliveries and mark others; return for each whether it was ours."""

    def give_back(
        self,
        issue_id: str,
        subscriber_id: int,
        *,
        token: str,
        email: str,
        now: datetime,
        next_at: datetime | None = None,
    ) -> DeliveryState | None:
        """Settle a claim that is not going to be sent; return the delivery's state."""

    def release_claims(self, issue_id: str, *, token: str, now: datetime) -> int:
        """Free what `token` has claimed and not begun to send; return how many."""

    def release_expired(self, issue_id: str, *, now: datetime) -> tuple[int, int]:
        """Free the deliveries whose lease is over; return how many are ready and in doubt."""

    def release_dead_owners(
        self, issue_id: str, is_dead: Callable[[str], bool], *, now: datetime
    ) -> tuple[int, int]:
        """Free the deliveries of dead processes; return how many are ready and in doubt."""

    def resolve(
        self,
        issue_id: str,
        subscriber_id: int,
        state: DeliveryState,
        *,
        reason: str,
        now: datetime,
    ) -> bool:
        """Settle a delivery in doubt; return whether it was in doubt."""


class DeliveryStore(Protocol):
    """The three together."""

    @property
    def issues(self) -> IssueLedger:
        """Frozen issues."""

    @property
    def deliveries(self) -> DeliveryRows:
        """Deliveries, to read."""

    @property
    def ledger(self) -> DeliveryMoves:
        """Deliveries, to move."""
