"""Sections of what is published as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from msgspec import Meta
from msgspec.structs import force_setattr

from publisher.settings.sections.base import (
    LanguageTag,
    Line,
    LowerHostName,
    PartialDate,
    Phrase,
    Section,
    ShortColour,
    Slug,
    TimeZone,
    WebAddress,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# Title and description of a site that has none, by language.
_OWN_WORDS = {
    "en": ("Paper digests", "New research papers, summarised and sorted by topic"),
    "zh": ("论文速递", "按主题整理的新论文及其总结"),
}


class Site(Section, frozen=True):
    """The published site: its name, address, language and time zone."""

    title: Line = ""
    """Title of the site and of its feeds. Empty: "Paper digests", or "论文速递" where `language`
    is Chinese."""
    description: str = ""
    """One sentence about the site, for the landing page and the feeds. Empty: one in the site's
    language."""
    url: Annotated[WebAddress, Meta(min_length=1)] = "http://localhost:8000/"
    """Address at which readers find the output folder. Set it first: feeds need absolute links."""
    author: str = ""
    """Name of the person or group that publishes. Empty: feeds give the title instead."""
    language: LanguageTag = "en"
    """Language of the site, such as "en" or "zh-CN". Headings and labels are in Chinese for "zh"
    and in English for any other language."""
    languages: tuple[Literal["en", "zh"], ...] = ()
    """Languages that readers can switch between on every page: labels, and summaries where a paper
    has them in several. Every page holds them all, so leave it empty for a site in one language."""
    timezone: TimeZone = "UTC"
    """Time zone of the site, such as "Europe/Berlin": for dates that name none, and for the hour at
    which the newsletter is due."""
    tag_domain: LowerHostName = ""
    """Host in every feed entry's permanent id. Set it to the old host when the site moves to
    another one: readers show every entry again, as new, when its id changes. Empty: the host of
    `url`."""
    tag_date: PartialDate = "2024"
    """A year or day in which that host was yours. It is part of every feed entry's
    permanent id (RFC 4151): never change it after the first build."""
    colour: ShortColour = "#0b6b74"
    """Colour of links and symbols on the pages. Any colour will do: shades that are easy to read on
    light and dark backgrounds are made from it."""

    topic_min_papers: Annotated[int, Meta(ge=0, le=1000)] = 0
    """Number of papers that a topic needs for a page and feeds of its own. 1: every topic has them.
    0: the first 100 topics have them, and later ones from ten papers on; so few topics all have
    them, and thousands of tags don't blow the site up. Topics that `[filters]` includes or marks
    always have them, and subscribers can choose any topic."""

    # Where the setting is 0.
    FEW_PAPERS: ClassVar[int] = 10

    def __post_init__(self) -> None:
        """Fill in the words that depend on the language."""
        code = self.language.lower().partition("-")[0]
        title, description = _OWN_WORDS.get(code, _OWN_WORDS["en"])
        force_setattr(self, "title", self.title or title)
        force_setattr(self, "description", self.description or description)

    def is_large_topic(self, papers: int) -> bool:
        """Return whether a topic with so many papers has a page in any case."""
        return papers >= (self.topic_min_papers or self.FEW_PAPERS)

    @property
    def zone(self) -> ZoneInfo:
        """The one time zone of the site."""
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - not every command needs it

        return ZoneInfo(self.timezone)

    @property
    def root(self) -> str:
        """The site's `url` with a slash at its end, ready to append a path to."""
        return self.url.rstrip("/") + "/"

    @property
    def tag_authority(self) -> str:
        """The begin of all ids of entries and feeds: "tag:papers.example.org,2024" (RFC 4151)."""
        return f"tag:{self.tag_domain or self.domain},{self.tag_date}"

    @property
    def domain(self) -> str:
        """The host of `url`, e.g. "papers.example.org"."""
        return urlsplit(self.url).hostname or "localhost"


class Output(Section, frozen=True):
    """The folder that feeds and pages are written to."""

    folder: Annotated[str, Meta(min_length=1)] = "paper-site"
    """Folder of the feeds and pages, best one of their own: "public", "_site" and "output" belong
    to Hexo, Hugo, Jekyll or Pelican, which empty them or have files of the same names there. A
    build overwrites no file that it did not write, unless it runs with `--force`. `publisher init`
    chooses one that the blog's generator copies as it is."""
    wait_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 600.0
    """Seconds for which a build waits for another build of the same folder to end."""


class SavedFilter(Section, frozen=True):
    """A saved filter: a feed of the papers that match all of its lists.

    A list that is set has to match by at least one of its texts; the rules are those of
    `[filters]`.
    """

    name: Slug
    """Name of the feed's folder, `filters/<name>/`: lower-case letters, digits and hyphens."""
    title: str = ""
    """Title of the feed, after the site's title. Empty: the name."""
    topics: tuple[Phrase, ...] = ()
    """Topics, one of which a paper has to belong to. Empty: any."""
    keywords: tuple[Phrase, ...] = ()
    """Words or phrases, one of which a paper has to contain. Empty: any."""
    authors: tuple[Phrase, ...] = ()
    """Full names or surnames, one of which an author has to have. Empty: any."""
    exclude_keywords: tuple[Phrase, ...] = ()
    """Words or phrases that a paper must not contain."""


class Feeds(Section, frozen=True):
    """Size and contents of the feeds."""

    entries: Annotated[int, Meta(ge=1, le=10_000)] = 50
    """Number of papers that a feed holds at most, the newest ones; its archives have the rest.
    Pages list as many of the newest papers, up to 20."""
    max_bytes: Annotated[int, Meta(ge=20_000)] = 500_000
    """Size that a feed may have, in bytes: older entries are left to the archives. Some readers
    refuse larger feeds."""
    content: Literal["summary", "full", "notes"] = "full"
    """Contents of an entry: "summary" (summary, key points and links), "full" (also a figure, the
    authors and the abstract) or "notes" (also all figures and what a model noted on background,
    method and results)."""
    archives: tuple[Literal["atom", "rss", "json"], ...] = ("atom", "rss")
    """Formats in which feeds have archives: documents of a month or more that readers follow
    back to the first paper (RFC 5005). A feed in another format ends with its oldest entry. Empty:
    no archives; pages list all papers nevertheless."""
    archive_content: Literal["summary", "full", "notes"] = "summary"
    """Contents of an entry of the archives, as `content` has it. Most of a site's size is
    archives: "full" makes them twice as large."""
    language_archives: bool = False
    """Archives for the feeds of languages too. Each paper is in one of them, so that all archives
    are half as large again."""
    links: Literal["page", "source"] = "page"
    """Target of an entry's link: "page" is the paper's page on this site, "source" the paper itself
    on arXiv."""
    hub: WebAddress = ""
    """WebSub hub that is told of every changed feed, so that subscribed readers have new entries at
    once. Free ones are https://pubsubhubbub.appspot.com/ and https://websubhub.com/hub. Empty:
    none."""
    saved: tuple[SavedFilter, ...] = ()
    """Saved filters: feeds of your own choice, each a table `[[feeds.saved]]`."""


class Templates(Section, frozen=True):
    """Templates of your own."""

    folder: str = ""
    """Folder of your templates: a file in it replaces the program's template of the same name.
    Empty: none."""
