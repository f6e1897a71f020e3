"""Pages for readers: counts of requests instead of a row for each, and where consent came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    # What was counted is forgotten: it held for a day at most.
    op.drop_table("knocks")
    op.create_table(
        "knock_counts",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("window", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name="pk_knock_counts"),
    )
    op.create_index("ix_knock_counts_window", "knock_counts", ["window"])
    op.add_column(
        "consent_log", sa.Column("origin", sa.String(128), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("consent_log", "origin")
    op.drop_table("knock_counts")
    op.create_table(
        "knocks",
        sa.Column("id", _Id, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("domain_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knocks"),
    )
    op.create_index("ix_knocks_at", "knocks", ["at"])
