"""Scheduled tasks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from publisher.store.tables.metadata import metadata

# A time of 0 is none.
tasks = Table(
    "tasks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("owner", String(255), nullable=False, server_default=""),
    Column("lease_until", BigInteger, nullable=False, server_default="0"),
    Column("asked_at", BigInteger, nullable=False, server_default="0"),
    Column("served_at", BigInteger, nullable=False, server_default="0"),
    Column("began_at", BigInteger, nullable=False, server_default="0"),
    Column("ended_at", BigInteger, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("said", Text, nullable=False, server_default=""),
)
