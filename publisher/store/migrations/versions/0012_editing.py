"""Edits of issues and decisions on them, and the edits with which an issue was frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issues", sa.Column("edits", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "issue_plans",
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("edits", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("decided_by", sa.String(320), nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("asked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("issue_id", name="pk_issue_plans"),
    )
    op.create_table(
        "approval_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("operator", sa.String(320), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_approval_links"),
    )


def downgrade() -> None:
    op.drop_table("approval_links")
    op.drop_table("issue_plans")
    with op.batch_alter_table("issues") as batch:
        batch.drop_column("edits")
