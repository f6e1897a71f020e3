"""The tables. A change here needs a new file in migrations/versions and a new `REVISION`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# The revision the tables below stand for: the newest file in migrations/versions.
REVISION = "0008"

# Names of constraints, so that a later migration can change them in every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column declared as INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("token_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("unsubscribed_at", BigInteger),
    # What they wish; empty: as the list has it.
    Column("language", String(16), nullable=False, server_default=""),
    Column("length", String(16), nullable=False, server_default=""),
    Column("frequency", String(16), nullable=False, server_default=""),
    # Of somebody who paused until a day; empty: until they say so.
    Column("paused_until", BigInteger),
    # An unsubscribe token names a person by id: the id of an erased one must never be given again.
    sqlite_autoincrement=True,
)

subscriber_topics = Table(
    "subscriber_topics",
    metadata,
    Column(
        "subscriber_id",
        BigInteger,
        ForeignKey("subscribers.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("slug", String(64), primary_key=True),
)

# Outlives the person: `subject` is the keyed hash of the address, see hashing.py.
consent_log = Table(
    "consent_log",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("action", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    # Which text the person agreed to, see `wordings`; empty where they saw none of ours.
    Column("wording", String(32), nullable=False, server_default=""),
    # From which addresses it was asked for and confirmed; blank when the person is erased.
    Column("origin", String(128), nullable=False, server_default=""),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("email_hash", String(64), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

wordings = Table(
    "wordings",
    metadata,
    Column("version", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

# What was asked for and is to be confirmed. The token itself is nowhere but in the mail.
confirmations = Table(
    "confirmations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # Of the part of the mail's Message-ID by which an answer is known.
    Column("reply_hash", String(64), nullable=False, unique=True),
    Column("action", String(16), nullable=False),
    Column("email", String(320), nullable=False, index=True),
    Column("payload", Text, nullable=False),
    Column("wording", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# Single mails that are still to go: requests to confirm, and answers.
letters = Table(
    "letters",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("email", String(320), nullable=False),
    Column("payload", Text, nullable=False),
    Column("sending_since", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "email", name="uq_letters_kind_email"),
    sqlite_autoincrement=True,
)

# When single mails left, and to which domain: they count against the pace for a day.
single_mails = Table(
    "single_mails",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("domain", String(255), nullable=False),
)

# How often mail was asked for, by keyed hash of who or where, in windows of time.
knock_counts = Table(
    "knock_counts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("window", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("count", Integer, nullable=False),
)

bounces = Table(
    "bounces",
    metadata,
    Column("report", String(64), primary_key=True),
    Column("email_hash", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("weight", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("issue_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    # Of the address, which is not kept; empty in reports of before there was this column.
    Column("domain", String(255), nullable=False, server_default=""),
    Index("ix_bounces_email_hash", "email_hash", "at"),
)

# Mails of the operator's mailbox that were read once, by a hash; never their content.
seen_mail = Table(
    "seen_mail",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("verdict", String(24), nullable=False),
)

# Up to which number the mails of an IMAP folder were read.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

issues = Table(
    "issues",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("start_at", BigInteger, nullable=False),
    Column("end_at", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("frozen_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("paused_until", BigInteger),
    Column("pause_reason", Text, nullable=False),
)

issue_papers = Table(
    "issue_papers",
    metadata,
    Column("issue_id", String(64), ForeignKey("issues.id"), primary_key=True),
    Column("paper_id", String(255), primary_key=True),
    Column("version", Integer, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("issue_id", String(64), ForeignKey("issues.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
)

# No foreign key to subscribers: the history of an issue stays when a person is erased.
deliveries = Table(
    "deliveries",
    metadata,
    Column("issue_id", String(64), primary_key=True),
    Column("subscriber_id", BigInteger, primary_key=True, autoincrement=False),
    Column("email", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("edition_key", String(64), nullable=False),
    Column("token_version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("claim_token", String(64), nullable=False),
    Column("owner", String(255), nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("code", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("message_id", String(998), nullable=False),
    # Which transport took it last: only that one has evidence of what became of it.
    Column("transport", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["issue_id", "edition_key"], ["editions.issue_id", "editions.key"]),
    Index("ix_deliveries_queue", "issue_id", "state", "next_at", "subscriber_id"),
    Index("ix_deliveries_subscriber", "subscriber_id"),
)

# How doubts were settled, by evidence or on somebody's word; rows are added and never changed.
decisions = Table(
    "decisions",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("issue_id", String(64), nullable=False, index=True),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
)
