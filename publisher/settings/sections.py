"""The settings as types, one class for each section of publisher.toml, with their defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from publisher.models import Frequency, Language, Length
from publisher.settings.values import Secret, Words

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

# What is safe in a path and an address (see models.Topic).
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sections of publisher.toml."""


class Site(Section, frozen=True):
    """Who publishes, and where."""

    title: Annotated[str, Meta(min_length=1)] = "Paper digests"
    description: str = "New research papers, summarised and sorted by topic"
    url: str = "http://localhost:8000/"
    author: str = ""
    language: Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "zh-CN"
    timezone: str = "Asia/Shanghai"
    # Part of every feed entry's permanent id (RFC 4151): never change it after the first build.
    tag_date: Annotated[str, Meta(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")] = "2024"
    # Of links and signs on the pages; formatter/colour.py makes legible shades of any.
    colour: Annotated[str, Meta(pattern=r"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")] = "#0b6b74"

    @property
    def zone(self) -> ZoneInfo:
        """The one time zone of the site."""
        return ZoneInfo(self.timezone)

    @property
    def root(self) -> str:
        """The site's `url` with a slash at its end, ready to append a path to."""
        return self.url.rstrip("/") + "/"

    @property
    def domain(self) -> str:
        """The host of `url`, e.g. "papers.example.org"."""
        return urlsplit(self.url).hostname or "localhost"


class Source(Section, frozen=True):
    """Where the digests are."""

    folders: tuple[str, ...] = ("digests",)  # () where `git` is set and this is not
    include: tuple[str, ...] = ("**/*.md", "**/*.markdown")
    exclude: tuple[str, ...] = ()
    ignore_files: tuple[str, ...] = (".gitignore", ".publisherignore")
    git: str = ""  # address or path of a repository; empty: none
    branch: str = ""  # empty: the one the repository shows first
    subfolder: str = ""
    cache: str = ""  # of parsed files and the checkout; empty: the user's cache folder
    allow_private_hosts: bool = False
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 300.0


class Filters(Section, frozen=True):
    """Which papers are published, and which are marked; see collector/filters.py."""

    include_topics: tuple[str, ...] = ()
    exclude_topics: tuple[str, ...] = ()
    mark_topics: tuple[str, ...] = ()
    include_keywords: tuple[str, ...] = ()
    exclude_keywords: tuple[str, ...] = ()
    mark_keywords: tuple[str, ...] = ()
    include_authors: tuple[str, ...] = ()
    exclude_authors: tuple[str, ...] = ()
    mark_authors: tuple[str, ...] = ()


class Output(Section, frozen=True):
    """Where the feeds and pages go."""

    folder: Annotated[str, Meta(min_length=1)] = "public"
    wait_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 600.0  # for another build to end


class SavedFilter(Section, frozen=True):
    """A feed of the papers that meet each list which is set; see collector/filters.py."""

    name: Slug  # its folder, filters/<name>/
    title: str = ""  # empty: the name
    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    exclude_keywords: tuple[str, ...] = ()


class Feeds(Section, frozen=True):
    """What a feed holds."""

    entries: Annotated[int, Meta(ge=1, le=10_000)] = 50
    max_bytes: Annotated[int, Meta(ge=20_000)] = 500_000  # some readers refuse more
    saved: tuple[SavedFilter, ...] = ()
    content: Literal["summary", "full", "notes"] = "full"  # each holds what the one before does
    links: Literal["page", "source"] = "page"  # where an entry leads: to our page or to arXiv
    hub: str = ""  # WebSub; empty: none


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
    """How fast mail leaves, and how long it is tried; 0: no limit. See sender/pace.py."""

    preset: Literal["", "gmail", "workspace"] = ""
    per_second: Annotated[float, Meta(ge=0)] = 0.0
    per_hour: Annotated[int, Meta(ge=0)] = 0
    per_day: Annotated[int, Meta(ge=0)] = 0
    domain_per_hour: Annotated[int, Meta(ge=0)] = 0
    warm_up: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    failures_in_a_row: Annotated[int, Meta(ge=1)] = 10
    give_up_hours: Annotated[float, Meta(gt=0, le=720)] = 72.0


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


class Store(Section, frozen=True):
    """The database of subscribers and deliveries."""

    url: Secret = msgspec.field(default_factory=lambda: Secret("sqlite:///publisher.db"))


Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]


class Theme(Section, frozen=True):
    """How the mail looks. `texts_en` and `texts_zh` replace words of formatter/texts.py by name."""

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


class Templates(Section, frozen=True):
    """The user's own templates; a file in the folder replaces the one of the same name."""

    folder: str = ""


class Watch(Section, frozen=True):
    """What `publisher build --watch` looks at, and how."""

    polling: bool = False
    poll_seconds: Annotated[float, Meta(ge=0.1, le=3600)] = 1.0
    git_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 300.0


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting; see the sections. Paths are relative to `base`, the config file's folder."""

    site: Site = Site()
    source: Source = Source()
    filters: Filters = Filters()
    output: Output = Output()
    feeds: Feeds = Feeds()
    newsletter: Newsletter = Newsletter()
    mail: Mail = msgspec.field(default_factory=Mail)
    pace: Pace = Pace()
    web: Web = Web()
    subscribing: Subscribing = Subscribing()
    inbox: Inbox = msgspec.field(default_factory=Inbox)
    store: Store = msgspec.field(default_factory=Store)
    theme: Theme = msgspec.field(default_factory=Theme)
    templates: Templates = Templates()
    watch: Watch = Watch()
    base: Path = Path()

    @property
    def cache_folder(self) -> Path:
        """Where parsed files and the checkout of a repository are kept; safe to delete."""
        if self.source.cache:
            return self.path(self.source.cache).absolute()
        from platformdirs import user_cache_path  # noqa: PLC0415 - where it is not set

        return user_cache_path("digest-publisher")

    @property
    def mail_language(self) -> Language:
        """The language of the mail for those who chose none."""
        site = "zh" if self.site.language.lower().split("-")[0] == "zh" else "en"
        return Language(self.newsletter.language or site)

    @property
    def inbox_address(self) -> str:
        """Where mails to the list go: requests, and answers to ours."""
        mail = self.mail
        return self.inbox.address or mail.unsubscribe_address or mail.from_address

    def path(self, value: str) -> Path:
        """Return the path setting `value` as seen from the config file's folder."""
        return self.base / Path(value).expanduser()


SECTIONS: dict[str, type[Section]] = {
    "site": Site,
    "source": Source,
    "filters": Filters,
    "output": Output,
    "feeds": Feeds,
    "newsletter": Newsletter,
    "mail": Mail,
    "pace": Pace,
    "web": Web,
    "subscribing": Subscribing,
    "inbox": Inbox,
    "store": Store,
    "theme": Theme,
    "templates": Templates,
    "watch": Watch,
}
