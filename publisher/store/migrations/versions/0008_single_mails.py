"""Single mails count in rate limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "single_mails",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("domain", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_single_mails"),
    )
    op.create_index("ix_single_mails_at", "single_mails", ["at"])


def downgrade() -> None:
    op.drop_table("single_mails")
