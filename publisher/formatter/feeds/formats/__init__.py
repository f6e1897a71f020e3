"""The registry of feed formats: one file and one line for each.

A format is a module in this folder with one function,
`render(feed, feed_format, limit) -> bytes`; see `FeedFormat.render`. All else that the program has
to know of it stands in its line: the site's build, the links on pages, OPML, the hub, the web
server and its tests read it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from publisher.formatter.feeds.entries import Feed
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A line of the registry: what is known of a format before its module is imported.

    `label` is its name on pages. A hub is told of changed documents where it is `announced`. OPML
    has an outline for each feed in each format that is `in_opml`: one format will do, as readers
    that import the file follow every outline.
    """

    file_name: str
    media_type: str
    label: str
    module: str
    announced: bool = True
    in_opml: bool = False

    @property
    def name(self) -> str:
        """Its name in settings: "atom", "rss", "json"."""
        return self.module.removesuffix("_feed")

    def render(self, feed: Feed, limit: int | None = None) -> bytes:
        """Return the whole file for `feed`, the same bytes for the same feed.

        With `limit` it has as many of the newest entries as fit into so many bytes, at least one.
        """
        document: bytes = self.load().render(feed, self, limit)
        return document

    def load(self) -> ModuleType:
        """Return the module of the format."""
        return import_module(f"{__name__}.{self.module}")


# Names, not modules: feedgen and lxml take 0.1 s to import, which no other command should pay.
# Other modules read it as `formats.FORMATS`, so that a test adds a format in one place.
FORMATS: tuple[FeedFormat, ...] = (
    FeedFormat("atom.xml", "application/atom+xml", "Atom", "atom", in_opml=True),
    FeedFormat("rss.xml", "application/rss+xml", "RSS", "rss"),
    FeedFormat("feed.json", "application/feed+json", "JSON Feed", "json_feed"),
)


def archived_formats(settings: Settings) -> tuple[FeedFormat, ...]:
    """Return the formats in which feeds have archives."""
    return tuple(known for known in FORMATS if known.name in settings.feeds.archives)


def format_of(path: str) -> FeedFormat | None:
    """Return the format of the feed document at `path`, by its name; None for any other file."""
    name = path.rpartition("/")[2]
    return next((line for line in FORMATS if line.file_name == name), None)


def current_format(path: str) -> FeedFormat | None:
    """Return the format of the feed at `path` (relative to the output folder) that people follow.

    None for archive documents too: those are read once (RFC 5005, 4).
    """
    return None if path.startswith("archive/") else format_of(path)
