"""The feed formats: one file and one line for each.

A format is a module with `FILE_NAME`, `MEDIA_TYPE`, `LABEL` and `render(feed, limit) -> bytes`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from publisher.formatter.entries import Feed


class FeedFormat(Protocol):
    """What a module in this folder offers."""

    FILE_NAME: str
    MEDIA_TYPE: str
    LABEL: str

    def render(self, feed: Feed, limit: int | None = None) -> bytes:
        """Return the whole file for `feed`, the same bytes for the same feed.

        With `limit` it has as many of the newest entries as fit into so many bytes, at least one.
        """
        ...


# Names, not modules: feedgen and lxml take 0.1 s to import, which no other command should pay.
FORMATS: tuple[str, ...] = (
    "publisher.formatter.feeds.atom",
    "publisher.formatter.feeds.rss",
    "publisher.formatter.feeds.json_feed",
)


def formats() -> tuple[FeedFormat, ...]:
    """Return the formats of the registry."""
    return tuple(cast("FeedFormat", import_module(name)) for name in FORMATS)
