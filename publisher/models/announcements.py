"""Announcements in chats and networks, as the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.models.deliveries import DeliveryState


@dataclass(frozen=True, slots=True)
class AnnouncementText:
    """The words of an announcement; they are not changed once it is stored."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement of `event` ("digests" or "issues") to one target.

    Its states are those of a delivery, without CLAIMED and SKIPPED. `items` counts the papers or
    issues that it stands for.
    """

    id: int
    target: str
    event: str
    items: int
    text: AnnouncementText
    state: DeliveryState
    attempts: int
    reason: str
    next_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncementLimits:
    """The numbers of announcements that a target gets in an hour and in 24 hours at most."""

    per_hour: int
    per_day: int
