"""Suppressions know the person, so that lists and counts can show who gets no mail."""

from __future__ import annotations

import hmac

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CHUNK = 1000
_PURPOSE = b"address\x00"
subscribers = sa.table("subscribers", sa.column("id"), sa.column("address_key"))
suppressions = sa.table(
    "suppressions", sa.column("email_hash"), sa.column("subscriber_id"), sa.column("reason")
)
keys = sa.table("keys", sa.column("id"), sa.column("secret"))


def upgrade() -> None:
    op.add_column("suppressions", sa.Column("subscriber_id", sa.BigInteger))
    op.create_index("ix_suppressions_subscriber_id", "suppressions", ["subscriber_id"])
    connection = op.get_bind()
    # Rejections while sending were written without the word that lets a working mailbox come back.
    connection.execute(
        sa.update(suppressions)
        .where(suppressions.c.reason.like("5__ %"))
        .values(reason=sa.literal("bounced: ") + suppressions.c.reason)
    )
    hashes = set(connection.scalars(sa.select(suppressions.c.email_hash)))
    secret = connection.scalar(sa.select(keys.c.secret).order_by(keys.c.id).limit(1))
    if not hashes or secret is None:
        return
    last = 0
    query = sa.select(subscribers).order_by(subscribers.c.id).limit(_CHUNK)
    while rows := connection.execute(query.where(subscribers.c.id > last)).all():
        for row in rows:
            text = _PURPOSE + row.address_key.encode()
            hashed = hmac.digest(bytes(secret), text, "sha256").hex()
            if hashed in hashes:
                connection.execute(
                    sa.update(suppressions)
                    .where(suppressions.c.email_hash == hashed)
                    .values(subscriber_id=row.id)
                )
        last = rows[-1].id


def downgrade() -> None:
    op.drop_index("ix_suppressions_subscriber_id", "suppressions")
    op.drop_column("suppressions", "subscriber_id")
