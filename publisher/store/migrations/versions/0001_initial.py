"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _people()
    _issues()


def _people() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("unsubscribed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("email", name="uq_subscribers_email"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscriber_topics",
        sa.Column("subscriber_id", sa.BigInteger, nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "slug", name="pk_subscriber_topics"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_subscriber_topics_subscriber_id_subscribers",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "consent_log",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_log"),
    )
    op.create_index("ix_consent_log_subject", "consent_log", ["subject"])
    op.create_table(
        "suppressions",
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("email_hash", name="pk_suppressions"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
    )


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("start_at", sa.BigInteger, nullable=False),
        sa.Column("end_at", sa.BigInteger, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("frozen_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("pause_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
    )
    op.create_table(
        "issue_papers",
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("paper_id", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "paper_id", name="pk_issue_papers"),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name="fk_issue_papers_issue_id_issues"
        ),
    )
    op.create_table(
        "editions",
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "key", name="pk_editions"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_editions_issue_id_issues"),
    )
    op.create_table(
        "deliveries",
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("edition_key", sa.String(64), nullable=False),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("claim_token", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(998), nullable=False),
        sa.Column("transport", sa.Text, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "subscriber_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["issue_id", "edition_key"],
            ["editions.issue_id", "editions.key"],
            name="fk_deliveries_issue_id_edition_key_editions",
        ),
    )
    op.create_index(
        "ix_deliveries_queue", "deliveries", ["issue_id", "state", "next_at", "subscriber_id"]
    )
    op.create_index("ix_deliveries_subscriber", "deliveries", ["subscriber_id"])


def downgrade() -> None:
    for table in (
        "deliveries",
        "editions",
        "issue_papers",
        "issues",
        "keys",
        "suppressions",
        "consent_log",
        "subscriber_topics",
        "subscribers",
    ):
        op.drop_table(table)
