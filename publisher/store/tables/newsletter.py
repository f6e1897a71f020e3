"""Frozen issues and their deliveries: the ledger."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from publisher.store.tables.metadata import RowId, metadata

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
    Column("edits", Text, nullable=False, server_default=""),  # with which it was frozen
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
    # The transport that took it last: only that one has evidence of the outcome.
    Column("transport", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["issue_id", "edition_key"], ["editions.issue_id", "editions.key"]),
    Index("ix_deliveries_queue", "issue_id", "state", "next_at", "subscriber_id"),
    Index("ix_deliveries_subscriber", "subscriber_id"),
)

# Settled doubts, by evidence or by decision; rows are added and never changed.
decisions = Table(
    "decisions",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("issue_id", String(64), nullable=False, index=True),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
)
