"""The heads of Atom and RSS, made by feedgen without its defaults.

By default it puts the clock into `updated` and `lastBuildDate`, and writes no link but `self` into
RSS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher import __version__
from publisher.formatter.feeds.xml_text import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.formatter.feeds.entries import Feed
    from publisher.formatter.feeds.formats import FeedFormat

ATOM_NS = "http://www.w3.org/2005/Atom"
MEDIA_NS = "http://search.yahoo.com/mrss/"
HISTORY_NS = "http://purl.org/syndication/history/1.0"


class FeedHead(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """A feed's links to hub and archives (WebSub, 4; RFC 5005, 4), and the namespaces of entries.

    All namespaces are declared at the root, as entries are put into the document as bytes.
    """

    links: tuple[tuple[str, str], ...] = ()  # rel and href
    archive = False
    complete = False
    namespaces: Mapping[str, str] = {}

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces by their prefix."""
        return {**self.namespaces, **({"fh": HISTORY_NS} if self.archive else {})}

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Add links and marks that feedgen leaves out to an Atom feed."""
        return self._extended(feed, "")

    def extend_rss(self, feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Add links and marks that feedgen leaves out to the channel of an RSS document."""
        return self._extended(feed[0], f"{{{ATOM_NS}}}")

    def _extended(self, parent: Any, prefix: str) -> Any:  # noqa: ANN401 - an lxml element
        for rel, href in self.links:
            etree.SubElement(parent, f"{prefix}link", rel=rel, href=href)
        if self.archive:
            etree.SubElement(parent, f"{{{HISTORY_NS}}}archive")
        if self.complete:
            etree.SubElement(parent, f"{{{HISTORY_NS}}}complete")
        return parent


def feed_head(
    feed: Feed, updated: datetime, feed_format: FeedFormat, namespaces: Mapping[str, str]
) -> FeedGenerator:
    """Return a feedgen generator with all of `feed` but its entries."""
    head = FeedGenerator()
    title = unmistakable(one_line(xml_text(feed.title))) or feed.home_url
    description = unmistakable(one_line(xml_text(feed.description)))
    head.id(feed.id)
    head.title(title)
    if description:
        head.subtitle(description)
    head.description(description or title)
    head.author({"name": unmistakable(one_line(xml_text(feed.author))) or title})
    head.language(feed.language)
    head.generator("digest-publisher", version=__version__)
    head.updated(updated)
    head.lastBuildDate(updated)
    head.link(href=feed.url(feed_format.file_name), rel="self", type=feed_format.media_type)
    head.link(href=feed.home_url, rel="alternate", type="text/html")
    head.register_extension("head", FeedHead)
    head.head.links = head_links(feed, feed_format.file_name)
    head.head.archive = bool(feed.month)
    head.head.complete = feed.is_complete
    head.head.namespaces = namespaces
    return head


def head_links(feed: Feed, file_name: str) -> tuple[tuple[str, str], ...]:
    """Return rel and href of the feed's links beside self and alternate."""
    months = (
        # Complete feeds have no links to others (W3C feed validator: FeedRelInCompleteFeed).
        ("current", "" if feed.month and not feed.is_complete else None),
        ("prev-archive", feed.older or None),
        ("next-archive", feed.newer if feed.month and feed.newer else None),
    )
    archives = ((rel, feed.url(file_name, month)) for rel, month in months if month is not None)
    return ((("hub", feed.hub_url),) if feed.hub_url else ()) + tuple(archives)


NAMESPACES = {"media": MEDIA_NS}
