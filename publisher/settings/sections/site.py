"""Sections of what is collected and published as files."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta

from publisher.settings.sections.base import Section, Slug


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


class Templates(Section, frozen=True):
    """The user's own templates; a file in the folder replaces the one of the same name."""

    folder: str = ""


class Watch(Section, frozen=True):
    """What `publisher build --watch` looks at, and how."""

    polling: bool = False
    poll_seconds: Annotated[float, Meta(ge=0.1, le=3600)] = 1.0
    git_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 300.0
