"""Operators and programs: how they log in, and what they did."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from publisher.store.tables.metadata import RowId, metadata

# Links that log in once. The token itself is in the link only.
login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("operator", String(320), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("operator", String(320), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

# Actions of operators; rows are added and never changed. `about` names no address.
audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("operator", String(320), nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", Text, nullable=False),
)

# Programs that use the API. Rows are revoked, never deleted.
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    sqlite_autoincrement=True,
)
