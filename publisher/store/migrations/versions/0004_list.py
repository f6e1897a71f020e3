"""The list without an operator: confirmations, single mails, bounces, and the mailbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    # One by one, as in 0002: a table that is copied instead loses AUTOINCREMENT.
    op.add_column("subscribers", sa.Column("paused_until", sa.BigInteger))
    op.add_column(
        "consent_log", sa.Column("wording", sa.String(32), nullable=False, server_default="")
    )
    _consent()
    _mail()


def _consent() -> None:
    op.create_table(
        "wordings",
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_wordings"),
    )
    op.create_table(
        "confirmations",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("reply_hash", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("wording", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("token_hash", name="pk_confirmations"),
        sa.UniqueConstraint("reply_hash", name="uq_confirmations_reply_hash"),
    )
    op.create_index("ix_confirmations_email", "confirmations", ["email"])
    op.create_table(
        "knocks",
        sa.Column("id", _Id, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("domain_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knocks"),
    )
    op.create_index("ix_knocks_at", "knocks", ["at"])


def _mail() -> None:
    op.create_table(
        "letters",
        sa.Column("id", _Id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("sending_since", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("kind", "email", name="uq_letters_kind_email"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letters_next_at", "letters", ["next_at"])
    op.create_table(
        "bounces",
        sa.Column("report", sa.String(64), nullable=False),
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("weight", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("issue_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("report", "email_hash", name="pk_bounces"),
    )
    op.create_index("ix_bounces_email_hash", "bounces", ["email_hash", "at"])
    op.create_table(
        "seen_mail",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_seen_mail"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("validity", sa.BigInteger, nullable=False),
        sa.Column("last_uid", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mailboxes"),
    )


def downgrade() -> None:
    for table in (
        "mailboxes",
        "seen_mail",
        "bounces",
        "letters",
        "knocks",
        "confirmations",
        "wordings",
    ):
        op.drop_table(table)
    op.drop_column("consent_log", "wording")
    op.drop_column("subscribers", "paused_until")
