"""The operator's pages: sessions, audit log, feed polls, and domains of bounces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("bounces", sa.Column("domain", sa.String(255), nullable=False, server_default=""))
    op.create_table(
        "polls",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("feed", sa.String(255), nullable=False),
        sa.Column("app", sa.String(64), nullable=False),
        sa.Column("variant", sa.String(64), nullable=False),
        sa.Column("polls", sa.BigInteger, nullable=False),
        sa.Column("subscribers", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "feed", "app", "variant", name="pk_polls"),
    )
    for name in ("login_links", "sessions"):
        op.create_table(
            name,
            sa.Column("token_hash", sa.String(64), nullable=False),
            sa.Column("operator", sa.String(320), nullable=False),
            sa.Column("created_at", sa.BigInteger, nullable=False),
            sa.Column("expires_at", sa.BigInteger, nullable=False),
            sa.PrimaryKeyConstraint("token_hash", name=f"pk_{name}"),
        )
    op.create_table(
        "audit",
        sa.Column("id", _Id, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("operator", sa.String(320), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    for table in ("audit", "sessions", "login_links", "polls"):
        op.drop_table(table)
    op.drop_column("bounces", "domain")
