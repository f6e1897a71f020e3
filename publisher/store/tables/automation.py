"""The tables of what runs by itself and of the API; see schema.py."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from publisher.store.tables.main import metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

# See tasks.py. A time of 0 is none.
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

# Programs that use the API. Rows are revoked, never deleted.
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    sqlite_autoincrement=True,
)
