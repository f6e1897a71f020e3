"""The moves of a delivery in SQL: conditional UPDATEs, so that one of two processes gets it.

Parameters that begin with `row_` name the row, those that begin with `new_` its new values.
"""

from __future__ import annotations

import sqlalchemy as sa

from publisher.models import DeliveryState, SubscriberStatus
from publisher.models.ledger import IssueState
from publisher.store.tables.newsletter import deliveries, issues
from publisher.store.tables.people import subscribers, suppressions

READY = DeliveryState.READY.value
CLAIMED = DeliveryState.CLAIMED.value
SENDING = DeliveryState.SENDING.value
IN_DOUBT = DeliveryState.IN_DOUBT.value
FREE = {"claim_token": "", "owner": "", "lease_until": 0}

is_row = sa.and_(
    deliveries.c.issue_id == sa.bindparam("row_issue"),
    deliveries.c.subscriber_id == sa.bindparam("row_subscriber"),
)
is_ours = sa.and_(is_row, deliveries.c.claim_token == sa.bindparam("row_token"))
may_get_mail = sa.exists().where(
    subscribers.c.id == deliveries.c.subscriber_id,
    subscribers.c.status == SubscriberStatus.ACTIVE.value,
) & ~sa.exists().where(suppressions.c.email_hash == sa.bindparam("row_hash"))

# As a WITH: a database may run a subquery once for every row, and claim more than `batch`.
_candidates = (
    sa.select(deliveries.c.subscriber_id)
    .where(
        deliveries.c.issue_id == sa.bindparam("row_issue"),
        deliveries.c.state == READY,
        deliveries.c.next_at <= sa.bindparam("now"),
    )
    .order_by(deliveries.c.next_at, deliveries.c.subscriber_id)
    .limit(sa.bindparam("batch"))
    # So two workers on PostgreSQL take different rows; on SQLite the write lock does that.
    .with_for_update(skip_locked=True)
    .cte("candidates")
)
claim = (
    sa.update(deliveries)
    # Not by the state as well: SQLite would read all ready rows to find these few.
    .where(
        deliveries.c.issue_id == sa.bindparam("row_issue"),
        deliveries.c.subscriber_id.in_(sa.select(_candidates.c.subscriber_id)),
    )
    .values(
        state=CLAIMED,
        claim_token=sa.bindparam("token"),
        owner=sa.bindparam("new_owner"),
        lease_until=sa.bindparam("lease"),
        updated_at=sa.bindparam("now"),
    )
    .returning(
        deliveries.c.subscriber_id,
        deliveries.c.email,
        deliveries.c.name,
        deliveries.c.edition_key,
        deliveries.c.token_version,
        deliveries.c.attempts,
    )
)
mark_sending = (
    sa.update(deliveries)
    .where(
        is_ours,
        deliveries.c.state == CLAIMED,
        deliveries.c.lease_until > sa.bindparam("now"),
        may_get_mail,
        sa.exists().where(
            issues.c.id == deliveries.c.issue_id, issues.c.state == IssueState.OPEN.value
        ),
    )
    .values(
        state=SENDING,
        attempts=deliveries.c.attempts + 1,
        lease_until=sa.bindparam("lease"),
        message_id=sa.bindparam("new_message_id"),
        transport=sa.bindparam("new_transport"),
        updated_at=sa.bindparam("now"),
    )
)
settle = (
    sa.update(deliveries)
    # Out of doubt too: a slow answer that does come is the best evidence there is.
    .where(is_ours, sa.or_(deliveries.c.state == SENDING, deliveries.c.state == IN_DOUBT))
    .values(
        state=sa.bindparam("new_state"),
        code=sa.bindparam("new_code"),
        reason=sa.bindparam("new_reason"),
        next_at=sa.bindparam("next"),
        attempts=deliveries.c.attempts - sa.bindparam("refund"),
        updated_at=sa.bindparam("now"),
        **FREE,
    )
)
