"""Sections of how mail leaves, and who answers it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publisher.settings.sections.base import EmailAddress, HostName, Line, NonEmptyLine, Section
from publisher.settings.values import Secret


class Mail(Section, frozen=True):
    """Sender of the newsletter, and the server it leaves through."""

    transport: str = "outbox"
    """Transport of messages: "outbox" writes each as an .eml file and sends nothing, "smtp" sends,
    "console" prints. An installed package may bring others."""
    outbox: Annotated[str, Meta(min_length=1)] = ".publisher/outbox"
    """Folder in which the transport "outbox" puts messages. They have subscribers' addresses: keep
    it out of the site and of a repository."""
    from_name: Line = ""
    """Name of the sender. Empty: the newsletter's title."""
    from_address: EmailAddress = "newsletter@localhost"
    """Address of the sender, to which bounces come back."""
    reply_to: EmailAddress = ""
    """Address to which replies go. Empty: `from_address`."""
    list_id: Line = ""
    """Name of the list in the header List-Id. Empty: "digests." and the host of `site.url`."""
    sender_address: EmailAddress = ""
    """Address of the account that sends, where that is not `from_address`; mail programs then show
    one "on behalf of" the other. Empty: none."""
    unsubscribe_address: EmailAddress = ""
    """Address to which people write to unsubscribe. Empty: `from_address`."""
    help_address: EmailAddress = ""
    """Address for questions about the list. Empty: `reply_to`, or else `from_address`."""
    dkim_selector: Line = ""
    """Name of the DKIM key with which messages are signed. `publisher preflight` looks it up in the
    DNS as `<selector>._domainkey.<domain>`. Google Workspace has "google". Empty: not looked up."""
    postal_address: str = ""
    """Postal address at the end of each mail, which the law of many countries requires. Empty:
    none."""
    host: Line = "smtp.gmail.com"
    """Mail server (SMTP). Gmail needs an app password
    (https://support.google.com/accounts/answer/185833) and allows 500 recipients a day."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 465
    """Port of the mail server: usually 465 with "ssl", 587 with "starttls"."""
    security: Literal["ssl", "starttls", "none"] = "ssl"
    """Encryption of the connection: "ssl" from the start, "starttls" after the greeting, "none" for
    a mail server on this machine."""
    ehlo_name: HostName = ""
    """Name by which the program introduces itself to the mail server (EHLO), such as
    mail.example.org; some servers refuse an address instead of a name. Empty: the host of `web.url`
    or `site.url`, or else the system's name."""
    username: str = ""
    """User name on the mail server. Empty: it is used without logging in."""
    password: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Password on the mail server. Better kept out of publisher.toml: `publisher secret
    mail.password` keeps it in a file of its own, or set PUBLISHER_MAIL__PASSWORD or
    PUBLISHER_MAIL__PASSWORD_FILE."""
    keyring: bool = False
    """Take the password from the system's keyring, where `yagmail.register` puts it, if `password`
    is empty. It needs the package keyring."""
    oauth2_file: str = ""
    """File that yagmail makes for OAuth2, to log in without a password. Empty: none."""
    plaintext: bool = False
    """Allow security "none" for a server on another machine. Whoever is on the way can then read
    the password and the mail."""
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 600.0
    """Seconds to wait for an answer of the mail server. A server may take ten minutes to accept a
    message (RFC 5321): with less, more deliveries end up in doubt."""
    connections: Annotated[int, Meta(ge=1, le=50)] = 4
    """Number of connections that send at once. If the server takes fewer, those are used."""
    messages_per_connection: Annotated[int, Meta(ge=1)] = 100
    """Number of messages after which a connection is made anew."""
    dkim_key_file: str = ""
    """File of a private RSA key (PEM) to sign messages with (DKIM); `dkim_selector` is its name in
    the DNS. Empty: your mail provider signs, as most do."""


class Pace(Section, frozen=True):
    """Limits on how fast mail leaves, over all issues together, and how long each message is tried.

    When a limit is reached for long, sending pauses; the next `publisher publish` or `send` goes on
    from there.
    """

    preset: Literal["", "gmail", "workspace"] = ""
    """Limits a little below those of a provider: "gmail" (500 messages a day) or "workspace"
    (2,000). Limits set by themselves replace those of the preset. Empty: none."""
    per_second: Annotated[float, Meta(ge=0)] = 0.0
    """Messages sent in a second at most. 0: no limit."""
    per_hour: Annotated[int, Meta(ge=0)] = 0
    """Messages sent in an hour at most. 0: no limit."""
    per_day: Annotated[int, Meta(ge=0)] = 0
    """Messages sent in 24 hours at most. 0: no limit."""
    domain_per_hour: Annotated[int, Meta(ge=0)] = 0
    """Messages sent to one recipient domain in an hour at most. 0: no limit."""
    warm_up: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    """Messages sent at most on the first day, the second and so on, for a new address that
    receivers don't trust yet, such as [50, 100, 200, 400, 800]. Empty: no limit."""
    failures_in_a_row: Annotated[int, Meta(ge=1)] = 10
    """Number of failures in a row after which an issue is stopped. The same command resumes it."""
    give_up_hours: Annotated[float, Meta(gt=0, le=720)] = 72.0
    """Hours after which a message that the server keeps deferring is given up."""


class Inbox(Section, frozen=True):
    """The mailbox to which bounces and mails to the list come.

    It is a Maildir on this machine or a folder of an IMAP server; if neither is set, mail is not
    read. `publisher inbox` takes care of bounces, complaints, and mails that subscribe or
    unsubscribe somebody, and leaves all others alone.
    """

    maildir: str = ""
    """Folder of a Maildir. Empty: none."""
    host: Line = ""
    """IMAP server; Gmail's is imap.gmail.com, with an app password. Empty: none."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 993
    """Port of the IMAP server: usually 993 with "ssl", 143 with "starttls"."""
    security: Literal["ssl", "starttls", "none"] = "ssl"
    """Encryption of the connection: "ssl" from the start, "starttls" after the greeting, "none" for
    a server on this machine."""
    username: str = ""
    """User name on the IMAP server. Empty: `mail.username`."""
    password: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Password on the IMAP server. Better kept out of publisher.toml: `publisher secret
    inbox.password` keeps it, or set PUBLISHER_INBOX__PASSWORD or PUBLISHER_INBOX__PASSWORD_FILE.
    Empty: `mail.password`."""
    keyring: str = ""
    """Service name under which the system's keyring has the password. It needs the package keyring.
    Empty: the keyring is not used."""
    oauth2_file: str = ""
    """JSON file with `client_id`, `client_secret` and `refresh_token`, for providers that take no
    password. Empty: none."""
    folder: NonEmptyLine = "INBOX"
    """Folder of the mailbox to read by IMAP."""
    handled_folder: Line = ""
    """Folder to which handled mails are moved, such as "Newsletter". Empty: they stay, marked as
    read."""
    address: EmailAddress = ""
    """Address of the mailbox. Empty: `mail.unsubscribe_address`, or else `mail.from_address`."""
    since_days: Annotated[int, Meta(ge=1, le=3650)] = 30
    """Age in days up to which mails are read."""
    max_bytes: Annotated[int, Meta(ge=65_536, le=10_000_000)] = 262_144
    """Number of bytes that are read of a mail at most."""
    soft_bounces: Annotated[int, Meta(ge=1, le=100)] = 5
    """Number of issues that could not be delivered for a passing reason, such as a full mailbox,
    after which an address gets no more mail."""
    soft_bounce_days: Annotated[int, Meta(ge=1, le=366)] = 60
    """Days within which undelivered issues are counted for `soft_bounces`."""
    watch_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 60.0
    """Seconds between two looks into the mailbox."""
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 60.0
    """Seconds to wait for an answer of the IMAP server."""

    @property
    def is_set_up(self) -> bool:
        """Whether there is a mailbox to read."""
        return bool(self.maildir or self.host)
