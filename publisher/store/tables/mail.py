"""Single mails, how often they were asked for, and what was read in the operator's mailbox."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from publisher.store.tables.metadata import RowId, metadata

# Single mails that are still to go: requests to confirm, and answers.
letters = Table(
    "letters",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("email", String(320), nullable=False),
    Column("address_key", String(320), nullable=False),
    Column("payload", Text, nullable=False),
    Column("sending_since", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "address_key", name="uq_letters_kind_email"),
    sqlite_autoincrement=True,
)

# Time and domain of single mails that left: they count in rate limits for a day.
single_mails = Table(
    "single_mails",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("domain", String(255), nullable=False),
)

# Requests for mail in windows of time, by keyed hash of address, domain or network.
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
    # Of the address, which is not kept; empty in reports from before this column existed.
    Column("domain", String(255), nullable=False, server_default=""),
    Index("ix_bounces_email_hash", "email_hash", "at"),
)

# Hashes of the mails of the operator's mailbox that were read; never their content.
seen_mail = Table(
    "seen_mail",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("verdict", String(24), nullable=False),
)

# The UID up to which the mails of an IMAP folder were read.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
)
