"""Rows of the table of deliveries as records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.models import Delivery, DeliveryState
from publisher.store.times import from_ms

if TYPE_CHECKING:
    import sqlalchemy as sa


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
        updated_at=from_ms(row.updated_at),
    )
