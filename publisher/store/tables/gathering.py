"""Announcements of papers, the digests that were written from them, and summaries with their cost.

Days are ISO dates. Money is in millionths of the currency of the prices.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from publisher.store.tables.metadata import RowId, metadata

batches = Table(
    "gather_batches",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("channel", Text, nullable=False),
    Column("day", String(10), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("total", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("next_try", BigInteger),
    Column("read_at", BigInteger, nullable=False),
    UniqueConstraint("source", "channel", "day"),
)

# A version of a paper as JSON; `day` is that of its first announcement.
gathered_papers = Table(
    "gather_papers",
    metadata,
    Column("paper_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("content", Text, nullable=False),
)

announcements = Table(
    "gather_announcements",
    metadata,
    Column(
        "batch_id",
        BigInteger,
        ForeignKey("gather_batches.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("paper_id", Text, primary_key=True, index=True),
    Column("version", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("place", Integer, nullable=False),
)

digests = Table(
    "gather_digests",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("hash", String(128), nullable=False),
    Column("written_at", BigInteger, nullable=False),
)

# `reasons` is a JSON list.
choices = Table(
    "gather_choices",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("paper_id", Text, primary_key=True, index=True),
    Column("version", Integer, nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", Text, nullable=False),
    ForeignKeyConstraint(
        ["topic", "day"],
        ["gather_digests.topic", "gather_digests.day"],
        name="fk_gather_choices_digest",
        ondelete="CASCADE",
    ),
)

# Answers of the model, by the key of everything they depend on; `content` is JSON.
summaries = Table(
    "gather_summaries",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("paper_id", Text, nullable=False),
    Column("content", Text, nullable=False),
)

refusals = Table(
    "gather_refusals",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("reason", Text, nullable=False),
)

# Questions to the model. Without an outcome they are reserved: cost and tokens are the most that
# the answer can take.
model_calls = Table(
    "gather_calls",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("day", String(10), nullable=False, index=True),
    Column("key", String(64), nullable=False, index=True),
    Column("cost_micro", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("outcome", Text),
    sqlite_autoincrement=True,
)

# The sums of a day's calls. The row is also the lock of those who reserve.
spending = Table(
    "gather_spending",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("cost_micro", BigInteger, nullable=False),
    Column("tokens", BigInteger, nullable=False),
)

counts = Table(
    "gather_counts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("announced", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("cross", Integer, nullable=False),
    Column("replaced", Integer, nullable=False),
    Column("filtered", Integer, nullable=False),
    Column("chosen", Integer, nullable=False),
    Column("summarised", Integer, nullable=False),
    Column("from_cache", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("cost_micro", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("noted_at", BigInteger, nullable=False),
)
