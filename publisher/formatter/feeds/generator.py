"""What Atom and RSS share: feedgen with nothing left to its defaults, and its output in parts.

feedgen puts the clock into `updated` and `lastBuildDate`, writes no link but `self` into RSS, and
loses rel and type of an entry's links; each is set here on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.ext.media import MEDIA_NS, MediaEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher import __version__
from publisher.formatter.plain import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.formatter.entries import Entry, Feed

ATOM_NS = "http://www.w3.org/2005/Atom"
HISTORY_NS = "http://purl.org/syndication/history/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
}


class Head(BaseExtension):  # type: ignore[misc]  # feedgen has no types
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
    made.register_extension("head", Head)
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


def feed_entry(entry: Entry) -> FeedEntry:
    """Return what Atom and RSS entries have in common as a feedgen entry."""
    made = FeedEntry()
    made.guid(entry.id, permalink=False)
    made.title(unmistakable(entry.title) or entry.id)
    made.link(href=entry.url, rel="alternate")
    made.published(entry.published)
    made.updated(entry.updated)
    if entry.html:
        made.content(entry.html, type="html")
    if entry.image_url:
        made.register_extension("media", MediaEntryExtension)
        kind = IMAGE_TYPES.get(entry.image_url.rpartition(".")[2].lower())
        # No group: a reader looks for both in the entry itself.
        content = {"url": entry.image_url, "medium": "image", "group": None}
        made.media.content(content | ({"type": kind} if kind else {}))
        made.media.thumbnail({"url": entry.image_url, "group": None})
    return made


class Wrapper:
    """Writes elements as they stand inside of a document whose root declares all namespaces.

    lxml declares them again on an element that is written by itself; so it is written inside of a
    parent, whose tags are cut off.
    """

    def __init__(self, names: tuple[str, ...], namespaces: Mapping[str, str]) -> None:
        """Make a parent of elements `names`, one inside of the other."""
        self._root = etree.Element(names[0], nsmap=dict(namespaces))
        self._parent = self._root
        for name in names[1:]:
            self._parent = etree.SubElement(self._parent, name)
        written = self.written(etree.Element("x"))
        inside = b"  " * len(names) + b"<x/>\n"
        self._start = written.index(inside)
        self._end = len(written) - self._start - len(inside)

    def written(self, element: Any) -> bytes:  # noqa: ANN401 - an lxml element
        """Return the whole of the document with `element` in it."""
        self._parent.append(element)
        try:
            return bytes(etree.tostring(self._root, pretty_print=True, encoding="UTF-8"))
        finally:
            self._parent.remove(element)

    def part(self, element: Any) -> bytes:  # noqa: ANN401
        """Return the bytes of `element` alone, with its indentation and a line feed."""
        written = self.written(element)
        return written[self._start : len(written) - self._end]


NAMESPACES = {"media": MEDIA_NS}
