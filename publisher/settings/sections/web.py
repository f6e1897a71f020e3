"""Sections of the web app, of what people do there, and of the store."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publisher.settings.sections.base import Network, Section, WebAddress
from publisher.settings.values import Secret


class Web(Section, frozen=True):
    """The web app, `publisher serve`, where readers subscribe and unsubscribe by a click."""

    url: WebAddress = ""
    """Address at which readers reach the app: the https address of the proxy in front of it,
    without a path. Empty: there is no app, and people subscribe and unsubscribe by mail."""
    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    """Address on which the app listens."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    """Port on which the app listens."""
    trusted_proxies: tuple[Network, ...] = ()
    """Addresses or networks of the proxies in front of the app, such as ["127.0.0.1"]. Only they
    are trusted to name a reader's address (X-Forwarded-For)."""
    connections: Annotated[int, Meta(ge=10, le=100_000)] = 1000
    """Number of simultaneous connections. Requests beyond it are told to try again later."""
    webhook_secret: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Secret shared with GitHub, Gitea or GitLab, whose webhook announces pushes at `/hooks/push`.
    Better kept out of publisher.toml: `publisher secret web.webhook_secret` keeps it, or set
    PUBLISHER_WEB__WEBHOOK_SECRET. Empty: the webhook is off."""
    access_log: bool = True
    """Write a line of JSON for each request to standard error: what was asked for and how long it
    took, but not by whom."""
    api_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 600
    """Requests to the API that one client may make in a minute."""
    body_seconds: Annotated[float, Meta(ge=0.1, le=600)] = 20.0
    """Seconds within which a request has to arrive as a whole."""

    @property
    def root(self) -> str:
        """The app's `url` with a slash at its end, empty where there is none."""
        return self.url.rstrip("/") + "/" if self.url else ""


class Operator(Section, frozen=True):
    """The operator's pages of the web app, at `/operator/`."""

    addresses: tuple[str, ...] = ()
    """Addresses that may have a link for logging in mailed to them. Empty: only `publisher login`
    gives out links."""
    link_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    """Minutes for which a link for logging in works."""
    session_hours: Annotated[float, Meta(gt=0, le=720)] = 12.0
    """Hours after which an operator has to log in again."""
    language: Literal["auto", "en", "zh"] = "auto"
    """Language of the operator's pages; auto: that of the browser, else that of the server
    (`LANG`). Each page has a switch."""


class Subscribing(Section, frozen=True):
    """The way onto the list, and limits on the mails that strangers may cause that way."""

    confirm_hours: Annotated[int, Meta(ge=1, le=720)] = 48
    """Hours within which a request to subscribe has to be confirmed."""
    preferences_hours: Annotated[int, Meta(ge=1, le=72)] = 2
    """Hours for which a link to change preferences works."""
    choices_days: Annotated[int, Meta(ge=0, le=400)] = 40
    """Days for which the link in an issue changes topics, language, length and frequency of whoever
    it was sent to, without another mail. It can do nothing else and shows no address, but whoever
    an issue is forwarded to has it too; each change is told by mail. 0: issues link to the page
    that mails a link instead."""
    address_per_day: Annotated[int, Meta(ge=1, le=100)] = 3
    """Mails to one address that strangers may cause in a day, by a form or by a mail to the
    list."""
    domain_per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 60
    """Mails to all addresses of one domain that strangers may cause in an hour."""
    network_per_hour: Annotated[int, Meta(ge=1, le=100_000)] = 20
    """Mails that forms sent from one network (IPv4: /24, IPv6: /56) may cause in an hour."""
    total_per_hour: Annotated[int, Meta(ge=1, le=1_000_000)] = 200
    """Mails that strangers may cause in an hour, all together."""
    fill_seconds: Annotated[float, Meta(ge=0, le=60)] = 2.0
    """Seconds for which a form has to be open. Whoever sends it sooner, as programs do, is asked to
    press the button again."""
    work_bits: Annotated[int, Meta(ge=0, le=24)] = 0
    """Difficulty, in bits, of a puzzle that the browser solves before it may send a form, against
    floods that keep to the limits; 16 to 18 take about a second. The form needs JavaScript then. 0:
    none."""


class Store(Section, frozen=True):
    """The database of subscribers and deliveries."""

    url: Secret = msgspec.field(default_factory=lambda: Secret("sqlite:///.publisher/publisher.db"))
    """Address of the database. A relative path has three slashes, an absolute one four. Keep the
    file out of the site and of a repository: it has the subscribers' addresses. For PostgreSQL:
    "postgresql://user:password@host/name"."""
    remote: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Git repository that keeps an encrypted copy of the SQLite file between runs on machines that
    keep nothing: its address, or the name of a remote of this repository such as "origin". The
    copy is saved before each batch of messages, and nothing is sent where that fails."""
    branch: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")] = "publisher-store"
    """Branch of that repository. It has nothing else."""
    passphrase: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Passphrase of the copy, of 24 characters or more. Who loses it loses the copy."""
