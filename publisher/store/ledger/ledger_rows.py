"""What goes into the ledger's moves and comes out of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from publisher.models import Delivery, DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is ours to send, as it was frozen; `attempts` counts the earlier ones."""

    subscriber_id: int
    email: str
    name: str
    edition_key: str
    token_version: int
    attempts: int


@dataclass(frozen=True, slots=True)
class DoubtDecision:
    """How a doubt was settled; `by` is "evidence" or who said so."""

    at: datetime
    by: str
    subscriber_id: int
    state: DeliveryState
    reason: str


class MarkRow(Protocol):
    """A row that is about to be sent; `lease` must cover the transport's time-out."""

    @property
    def subscriber_id(self) -> int: ...  # noqa: D102
    @property
    def token(self) -> str: ...  # noqa: D102
    @property
    def email(self) -> str: ...  # noqa: D102
    @property
    def message_id(self) -> str: ...  # noqa: D102
    @property
    def transport(self) -> str: ...  # noqa: D102
    @property
    def lease(self) -> datetime: ...  # noqa: D102
    @property
    def now(self) -> datetime: ...  # noqa: D102


class SettlementRow(Protocol):
    """What came of a row that was sending.

    `counted` False takes the attempt back (it said nothing about this recipient); `suppress` names
    an address that must get no mail any more, for the same `reason`.
    """

    @property
    def subscriber_id(self) -> int: ...  # noqa: D102
    @property
    def token(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> DeliveryState: ...  # noqa: D102
    @property
    def now(self) -> datetime: ...  # noqa: D102
    @property
    def code(self) -> int: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def next_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def counted(self) -> bool: ...  # noqa: D102
    @property
    def suppress(self) -> str: ...  # noqa: D102


def delivery_of(row: sa.Row[tuple[object, ...]]) -> Delivery:
    """Return the delivery that a row of the table is."""
    return Delivery(
        issue_id=row.issue_id,
        subscriber_id=row.subscriber_id,
        email=row.email,
        name=row.name,
        edition=row.edition_key,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        reason=row.reason,
        message_id=row.message_id,
    )
