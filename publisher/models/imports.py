"""Subscribers as an imported file has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.models.subscribers import NO_PREFERENCES, Preferences, SubscriberStatus


@dataclass(frozen=True, slots=True)
class ImportedSubscriber:
    """A line of an imported file that can be taken; `line` is where it begins, 1-based."""

    line: int
    email: str
    name: str
    topics: tuple[str, ...]  # slugs, sorted
    status: SubscriberStatus
    created_at: datetime | None
    confirmed_at: datetime | None
    preferences: Preferences = NO_PREFERENCES
