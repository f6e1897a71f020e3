"""Requests of feeds, by app and day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from publisher.store.tables.metadata import metadata

# An app's requests of a feed on a day, and the subscribers it reported: nothing of any person.
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
