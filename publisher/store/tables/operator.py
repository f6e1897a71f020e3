"""The tables of the operator's pages; see schema.py."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from publisher.store.tables.main import metadata

_Id = BigInteger().with_variant(Integer, "sqlite")

# How often an app asked for a feed on a day, and for how many people it said: no more of anybody.
polls = Table(
    "polls",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("feed", String(255), primary_key=True),
    Column("app", String(64), primary_key=True),
    Column("variant", String(64), primary_key=True),
    Column("polls", BigInteger, nullable=False),
    Column("subscribers", BigInteger, nullable=False),
)

# Links that log in once. The token itself is nowhere but in the link.
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

# What operators did; rows are added and never changed. `about` names no address.
audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("operator", String(320), nullable=False),
    Column("action", String(32), nullable=False),
    Column("about", Text, nullable=False),
)
