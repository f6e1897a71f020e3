"""Announcements in chats and networks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announce_targets",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_announce_targets"),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
        sa.ForeignKeyConstraint(
            ["target"],
            ["announce_targets.name"],
            name="fk_announcements_target_announce_targets",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_announcements_target_created_at", "announcements", ["target", "created_at"])
    op.create_table(
        "announced_items",
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("announcement_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("target", "item", name="pk_announced_items"),
        sa.ForeignKeyConstraint(
            ["target"],
            ["announce_targets.name"],
            name="fk_announced_items_target_announce_targets",
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name="fk_announced_items_announcement_id_announcements",
        ),
    )


def downgrade() -> None:
    for name in ("announced_items", "announcements", "announce_targets"):
        op.drop_table(name)
