"""An editor's hand on issues that are not frozen yet."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from publisher.store.tables.metadata import metadata

# The row of an issue is locked by whoever changes or freezes it, so that neither misses the other.
issue_plans = Table(
    "issue_plans",
    metadata,
    Column("issue_id", String(64), primary_key=True),
    Column("edits", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("until", BigInteger),
    Column("decided_by", String(320), nullable=False),
    Column("decided_at", BigInteger),
    Column("asked_at", BigInteger),
)

# Links in mails that ask for an approval. The token itself is in the link only.
approval_links = Table(
    "approval_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("issue_id", String(64), nullable=False),
    Column("operator", String(320), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
