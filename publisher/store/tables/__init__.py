"""The tables of the store, by subject.

A change here needs a new file in migrations/versions and a new `REVISION`.
"""

from __future__ import annotations

from publisher.store.tables import (
    announcements,
    automation,
    editing,
    gathering,
    keys,
    mail,
    newsletter,
    operator,
    people,
    polls,
)
from publisher.store.tables.metadata import metadata

__all__ = [
    "REVISION",
    "announcements",
    "automation",
    "editing",
    "gathering",
    "keys",
    "mail",
    "metadata",
    "newsletter",
    "operator",
    "people",
    "polls",
]

# The revision that the tables stand for: the newest file in migrations/versions.
REVISION = "0014"
