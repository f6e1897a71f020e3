"""Announcements of papers, digests, summaries and their cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "gather_batches",
        sa.Column("id", row_id, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("next_try", sa.BigInteger),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gather_batches"),
        sa.UniqueConstraint(
            "source", "channel", "day", name="uq_gather_batches_source_channel_day"
        ),
    )
    op.create_index("ix_gather_batches_day", "gather_batches", ["day"])
    op.create_table(
        "gather_papers",
        sa.Column("paper_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("paper_id", "version", name="pk_gather_papers"),
    )
    op.create_table(
        "gather_announcements",
        sa.Column("batch_id", sa.BigInteger, nullable=False),
        sa.Column("paper_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "paper_id", name="pk_gather_announcements"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["gather_batches.id"],
            name="fk_gather_announcements_batch_id_gather_batches",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_gather_announcements_paper_id", "gather_announcements", ["paper_id"])
    op.create_table(
        "gather_digests",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("hash", sa.String(128), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("topic", "day", name="pk_gather_digests"),
    )
    op.create_table(
        "gather_choices",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("paper_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("topic", "day", "paper_id", name="pk_gather_choices"),
        sa.ForeignKeyConstraint(
            ["topic", "day"],
            ["gather_digests.topic", "gather_digests.day"],
            name="fk_gather_choices_digest",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_gather_choices_paper_id", "gather_choices", ["paper_id"])
    _create_spending(row_id)
    _create_counts()


def _create_spending(row_id: sa.types.TypeEngine[int]) -> None:
    op.create_table(
        "gather_summaries",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("paper_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_gather_summaries"),
    )
    op.create_table(
        "gather_refusals",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_gather_refusals"),
    )
    op.create_table(
        "gather_calls",
        sa.Column("id", row_id, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("cost_micro", sa.BigInteger, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_gather_calls"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gather_calls_day", "gather_calls", ["day"])
    op.create_index("ix_gather_calls_key", "gather_calls", ["key"])
    op.create_table(
        "gather_spending",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("cost_micro", sa.BigInteger, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_gather_spending"),
    )


def _create_counts() -> None:
    op.create_table(
        "gather_counts",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("announced", sa.Integer, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("cross", sa.Integer, nullable=False),
        sa.Column("replaced", sa.Integer, nullable=False),
        sa.Column("filtered", sa.Integer, nullable=False),
        sa.Column("chosen", sa.Integer, nullable=False),
        sa.Column("summarised", sa.Integer, nullable=False),
        sa.Column("from_cache", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("cost_micro", sa.BigInteger, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", name="pk_gather_counts"),
    )


def downgrade() -> None:
    for name in (
        "counts",
        "spending",
        "calls",
        "refusals",
        "summaries",
        "choices",
        "digests",
        "announcements",
        "papers",
        "batches",
    ):
        op.drop_table(f"gather_{name}")
