"""Sections of what people do by themselves, and of the store."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from publisher.settings.sections.base import Section
from publisher.settings.values import Secret


class Web(Section, frozen=True):
    """`publisher serve`, for what takes more than files: leaving and subscribing by a click."""

    url: str = ""  # empty: there is none
    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed
    connections: Annotated[int, Meta(ge=10, le=100_000)] = 1000
    webhook_secret: Secret = msgspec.field(default_factory=lambda: Secret(""))  # empty: no hook
    access_log: bool = True
    api_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 600  # requests of one client
    body_seconds: Annotated[float, Meta(ge=0.1, le=600)] = 20.0  # for a request to arrive

    @property
    def root(self) -> str:
        """The app's `url` with a slash at its end, empty where there is none."""
        return self.url.rstrip("/") + "/" if self.url else ""


class Operator(Section, frozen=True):
    """Who looks at the operator's pages; `publisher login` lets in whoever can run it."""

    addresses: tuple[str, ...] = ()  # that may ask for a link by mail
    link_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    session_hours: Annotated[float, Meta(gt=0, le=720)] = 12.0


class Subscribing(Section, frozen=True):
    """How strangers come onto the list, by mail and on the web."""

    confirm_hours: Annotated[int, Meta(ge=1, le=720)] = 48
    # The link to what somebody chose.
    preferences_hours: Annotated[int, Meta(ge=1, le=72)] = 2
    # Mails that strangers may have us send: to an address, to all of a domain, from a network
    # (IPv4: /24, IPv6: /56), and in total.
    address_per_day: Annotated[int, Meta(ge=1, le=100)] = 3
    domain_per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 60
    network_per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 20
    total_per_hour: Annotated[int, Meta(ge=1, le=1_000_000)] = 200
    # On the web: who sends the form sooner is asked again; and bits of a proof of work, 0 for none.
    fill_seconds: Annotated[float, Meta(ge=0, le=60)] = 2.0
    work_bits: Annotated[int, Meta(ge=0, le=24)] = 0


class Store(Section, frozen=True):
    """The database of subscribers and deliveries."""

    url: Secret = msgspec.field(default_factory=lambda: Secret("sqlite:///publisher.db"))
