"""Sections of what people do by themselves, and of the store."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from publisher.settings.sections.base import Section
from publisher.settings.values import Secret


class Web(Section, frozen=True):
    """Where the web app is, for what takes more than files: leaving and subscribing by a click."""

    url: str = ""  # empty: there is none

    @property
    def root(self) -> str:
        """The app's `url` with a slash at its end, empty where there is none."""
        return self.url.rstrip("/") + "/" if self.url else ""


class Subscribing(Section, frozen=True):
    """How strangers come onto the list, by mail and on the web."""

    confirm_hours: Annotated[int, Meta(ge=1, le=720)] = 48
    # Mails that strangers may have us send: to an address, to all of a domain, and in total.
    address_per_day: Annotated[int, Meta(ge=1, le=100)] = 3
    domain_per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 60
    total_per_hour: Annotated[int, Meta(ge=1, le=1_000_000)] = 200


class Store(Section, frozen=True):
    """The database of subscribers and deliveries."""

    url: Secret = msgspec.field(default_factory=lambda: Secret("sqlite:///publisher.db"))
