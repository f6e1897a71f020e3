"""Sections of the newsletter: what it says, how it leaves, and who answers it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publisher.models import Frequency, Length
from publisher.settings.sections.base import Section
from publisher.settings.values import Secret, Words

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]


class Newsletter(Section, frozen=True):
    """When an issue is due, and what it holds."""

    title: str = ""  # empty: the site's title
    # What subscribers may choose from; the first is for those who chose none that is here.
    frequencies: tuple[Frequency, ...] = (Frequency.WEEKLY,)
    weekday: Weekday = "monday"
    month_day: Annotated[int, Meta(ge=1, le=28)] = 1
    hour: Annotated[int, Meta(ge=0, le=23)] = 8
    language: Literal["", "en", "zh", "both"] = ""  # empty: the site's
    length: Length = Length.STANDARD
    max_age_days: Annotated[int, Meta(ge=7, le=366)] = 21
    max_papers: Annotated[int, Meta(ge=1, le=1000)] = 200
    highlights: Annotated[int, Meta(ge=0, le=10)] = 3
    updated_papers: bool = True
    figures: bool = True
    subject: str = ""  # empty: the words of the language


class Mail(Section, frozen=True):
    """How messages leave."""

    transport: str = "outbox"
    from_name: str = ""  # empty: the newsletter's title
    from_address: str = "newsletter@localhost"
    reply_to: str = ""
    list_id: str = ""  # empty: "digests." + the site's domain
    sender_address: str = ""  # who sends, where that is not from_address
    unsubscribe_address: str = ""  # empty: from_address
    help_address: str = ""  # empty: reply_to, else from_address
    dkim_selector: str = ""  # of the key in the sender domain's DNS, e.g. "google"
    postal_address: str = ""
    outbox: Annotated[str, Meta(min_length=1)] = "outbox"
    host: str = "smtp.gmail.com"
    port: Annotated[int, Meta(ge=1, le=65535)] = 465
    security: Literal["ssl", "starttls", "none"] = "ssl"
    username: str = ""
    password: Secret = msgspec.field(default_factory=lambda: Secret(""))
    # RFC 5321, 4.5.3.2.6: the reply to the final dot may take 10 minutes; less makes doubt.
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 600.0
    connections: Annotated[int, Meta(ge=1, le=50)] = 4
    messages_per_connection: Annotated[int, Meta(ge=1)] = 100
    keyring: bool = False  # the password is there, under the name yagmail
    oauth2_file: str = ""  # as yagmail writes it; instead of a password
    plaintext: bool = False  # security "none" for a server that is not on this host
    dkim_key_file: str = ""  # empty: the relay signs


class Pace(Section, frozen=True):
    """How fast mail leaves, and how long it is tried; 0: no limit. See sender/limits/."""

    preset: Literal["", "gmail", "workspace"] = ""
    per_second: Annotated[float, Meta(ge=0)] = 0.0
    per_hour: Annotated[int, Meta(ge=0)] = 0
    per_day: Annotated[int, Meta(ge=0)] = 0
    domain_per_hour: Annotated[int, Meta(ge=0)] = 0
    warm_up: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    failures_in_a_row: Annotated[int, Meta(ge=1)] = 10
    give_up_hours: Annotated[float, Meta(gt=0, le=720)] = 72.0


class Inbox(Section, frozen=True):
    """The mailbox where bounces and mails to the list arrive: a Maildir, or a folder by IMAP."""

    maildir: str = ""
    host: str = ""  # of the IMAP server; empty: none
    port: Annotated[int, Meta(ge=1, le=65535)] = 993
    security: Literal["ssl", "starttls", "none"] = "ssl"
    username: str = ""  # empty: mail.username
    password: Secret = msgspec.field(default_factory=lambda: Secret(""))  # empty: mail.password
    keyring: str = ""  # the service under which the system's keyring has the password
    oauth2_file: str = ""  # JSON with client_id, client_secret, refresh_token
    folder: Annotated[str, Meta(min_length=1)] = "INBOX"
    handled_folder: str = ""  # empty: what was handled stays, marked as read
    address: str = ""  # empty: mail.unsubscribe_address, else mail.from_address
    since_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    max_bytes: Annotated[int, Meta(ge=65_536, le=10_000_000)] = 262_144  # read of one mail
    soft_bounces: Annotated[int, Meta(ge=1, le=100)] = 5  # issues in a row ...
    soft_bounce_days: Annotated[int, Meta(ge=1, le=366)] = 60  # ... within these days
    watch_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 60.0
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 60.0

    @property
    def is_set_up(self) -> bool:
        """Whether there is a mailbox to read."""
        return bool(self.maildir or self.host)


class Theme(Section, frozen=True):
    """The look of the mail; `texts_en` and `texts_zh` replace words of formatter/i18n by name."""

    logo: str = ""  # its address
    logo_alt: str = ""  # empty: the newsletter's title
    logo_width: Annotated[int, Meta(ge=16, le=536)] = 160
    accent: Colour = "#0b6b74"
    text: Colour = "#24292f"
    muted: Colour = "#57606a"
    sheet: Colour = "#fcfdfd"
    background: Colour = "#eef0f2"
    dark_accent: Colour = "#72cdd6"
    dark_text: Colour = "#dfe3e8"
    dark_muted: Colour = "#a3acb7"
    dark_sheet: Colour = "#1e2227"
    dark_background: Colour = "#15181c"
    texts_en: Words = msgspec.field(default_factory=Words)
    texts_zh: Words = msgspec.field(default_factory=Words)
