"""The feed formats: one file and one line for each.

A format is a module with `FILE_NAME`, `MEDIA_TYPE` and `render(feed, limit) -> bytes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from publisher.formatter.feeds.entries import Feed


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A line of the registry: what is to be known of a module before it is imported."""

    file_name: str
    media_type: str
    label: str
    module: str

    def render(self, feed: Feed, limit: int | None = None) -> bytes:
        """Return the whole file for `feed`, the same bytes for the same feed.

        With `limit` it has as many of the newest entries as fit into so many bytes, at least one.
        """
        made: bytes = self.load().render(feed, limit)
        return made

    def load(self) -> ModuleType:
        """Return the module of the format."""
        return import_module(f"{__name__}.{self.module}")


# Names, not modules: feedgen and lxml take 0.1 s to import, which no other command should pay.
FORMATS: tuple[FeedFormat, ...] = (
    FeedFormat("atom.xml", "application/atom+xml", "Atom", "atom"),
    FeedFormat("rss.xml", "application/rss+xml", "RSS", "rss"),
    FeedFormat("feed.json", "application/feed+json", "JSON Feed", "json_feed"),
)
