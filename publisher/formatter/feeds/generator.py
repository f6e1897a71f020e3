"""The heads of Atom and RSS: feedgen with nothing left to its defaults.

It puts the clock into `updated` and `lastBuildDate`, and writes no link but `self` into RSS; each
is set here on purpose.
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

ATOM_NS = "http://www.w3.org/2005/Atom"
MEDIA_NS = "http://search.yahoo.com/mrss/"
HISTORY_NS = "http://purl.org/syndication/history/1.0"


class FeedHead(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """A feed's links to hub and archives (WebSub, 4; RFC 5005, 4), and the namespaces of entries.

    All namespaces are declared at the root, as entries are put into the document as bytes.
    """

    links: tuple[tuple[str, str], ...] = ()  # rel and href
    archive = False
    namespaces: Mapping[str, str] = {}

    def extend_ns(self) -> dict[str, str]:
        """Return the namespaces by their prefix."""
        return {**self.namespaces, **({"fh": HISTORY_NS} if self.archive else {})}

    def extend_atom(self, feed: Any) -> Any:  # noqa: ANN401 - an lxml element
        """Add what feedgen leaves out to an Atom feed."""
        return self._extended(feed, "")

    def extend_rss(self, feed: Any) -> Any:  # noqa: ANN401
        """Add what feedgen leaves out to the channel of an RSS document."""
        return self._extended(feed[0], f"{{{ATOM_NS}}}")

    def _extended(self, parent: Any, prefix: str) -> Any:  # noqa: ANN401
        for rel, href in self.links:
            etree.SubElement(parent, f"{prefix}link", rel=rel, href=href)
        if self.archive:
            etree.SubElement(parent, f"{{{HISTORY_NS}}}archive")
        return parent


def feed_head(
    feed: Feed, updated: datetime, file_name: str, media_type: str, namespaces: Mapping[str, str]
) -> FeedGenerator:
    """Return a feedgen generator with all of `feed` but its entries."""
    made = FeedGenerator()
    title = unmistakable(one_line(xml_text(feed.title))) or feed.home_url
    description = unmistakable(one_line(xml_text(feed.description)))
    made.id(feed.id)
    made.title(title)
    if description:
        made.subtitle(description)
    made.description(description or title)
    made.author({"name": unmistakable(one_line(xml_text(feed.author))) or title})
    made.language(feed.language)
    made.generator("digest-publisher", version=__version__)
    made.updated(updated)
    made.lastBuildDate(updated)
    made.link(href=feed.url(file_name), rel="self", type=media_type)
    made.link(href=feed.home_url, rel="alternate", type="text/html")
    made.register_extension("head", FeedHead)
    made.head.links = head_links(feed, file_name)
    made.head.archive = bool(feed.month)
    made.head.namespaces = namespaces
    return made


def head_links(feed: Feed, file_name: str) -> tuple[tuple[str, str], ...]:
    """Return rel and href of the feed's links beside self and alternate."""
    months = (
        ("current", "" if feed.month else None),
        ("prev-archive", feed.older or None),
        ("next-archive", feed.newer if feed.month and feed.newer else None),
    )
    archives = ((rel, feed.url(file_name, month)) for rel, month in months if month is not None)
    return ((("hub", feed.hub_url),) if feed.hub_url else ()) + tuple(archives)


NAMESPACES = {"media": MEDIA_NS}
