"""Announcements in chats and networks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from publisher.store.tables.metadata import RowId, metadata

# A target of the settings by its name; what was there when it was seen first is never announced.
announce_targets = Table(
    "announce_targets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("first_seen", BigInteger, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("target", String(64), ForeignKey("announce_targets.name"), nullable=False),
    Column("event", String(16), nullable=False),
    Column("items", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", String(64), nullable=False),
    Column("owner", String(255), nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("next_at", BigInteger),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_announcements_target_created_at", "target", "created_at"),
    sqlite_autoincrement=True,
)

# The papers and issues that a target has had, each once: "paper:<id>" or "issue:<id>". Those that
# were there when the target was seen first belong to no announcement.
announced_items = Table(
    "announced_items",
    metadata,
    Column("target", String(64), ForeignKey("announce_targets.name"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("announcement_id", BigInteger, ForeignKey("announcements.id")),
)
