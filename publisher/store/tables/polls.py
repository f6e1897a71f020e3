"""Requests of feeds, by app and day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from publisher.store.tables.metadata import metadata

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
