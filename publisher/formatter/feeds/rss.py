"""RSS 2.0 with the Dublin Core, content, atom:link and media modules (Advisory Board's profile)."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from feedgen.ext.base import BaseEntryExtension
from feedgen.ext.dc import DcEntryExtension
from lxml import etree

from publisher.formatter.feeds.document import KEPT_ENTRIES, Frame, assembled
from publisher.formatter.feeds.generator import (
    ATOM_NS,
    NAMESPACES,
    Wrapper,
    feed_entry,
    feed_head,
)
from publisher.formatter.plain import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.entries import Entry, Feed

FILE_NAME = "rss.xml"
MEDIA_TYPE = "application/rss+xml"
_END = b"  </channel>\n</rss>\n"
_NAMESPACES = {**NAMESPACES, "dc": "http://purl.org/dc/elements/1.1/"}


class _Links(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """The PDF as atom:link, as in Atom.

    Not as RSS's one enclosure: readers download those as they do podcasts, and the true length in
    bytes that RSS 2.0 demands is known to arXiv alone.
    """

    pdf_url = ""

    def extend_rss(self, item: Any) -> Any:  # noqa: ANN401 - an lxml element
        link = {"rel": "related", "type": "application/pdf", "href": self.pdf_url}
        etree.SubElement(item, f"{{{ATOM_NS}}}link", link, title="PDF")
        return item


def render(feed: Feed, limit: int | None = None) -> bytes:
    """Return `feed` as an RSS document; see `FeedFormat.render`.

    It has no ttl: that would keep readers from a digest that has just landed.
    """

    def frame(updated: datetime) -> Frame:
        head = feed_head(feed, updated, FILE_NAME, MEDIA_TYPE, _NAMESPACES)
        return Frame(bytes(head.rss_str(pretty=True)).removesuffix(_END), _END)

    domain = f"{feed.root_url}topics/"
    return assembled(feed, limit, FILE_NAME, frame, lambda entry: _part(entry, domain))


_WRAPPER = Wrapper(
    ("rss", "channel"),
    {**_NAMESPACES, "atom": ATOM_NS, "content": "http://purl.org/rss/1.0/modules/content/"},
)


@lru_cache(maxsize=KEPT_ENTRIES)
def _part(entry: Entry, domain: str) -> bytes:
    made = feed_entry(entry)
    # RSS shows a category's text to people; Atom's term is for machines.
    names = (unmistakable(one_line(xml_text(topic.name))) or topic.slug for topic in entry.topics)
    made.category([{"term": name, "scheme": domain} for name in names])
    if entry.summary:
        # Unlike Atom's summary, a description is HTML for every reader.
        made.description(escape(entry.summary, quote=False), isSummary=True)
    if entry.authors:
        # RSS's own author is an e-mail address.
        made.register_extension("dc", DcEntryExtension, atom=False, rss=True)
        made.dc.dc_creator([unmistakable(name) for name in entry.authors])
    if entry.pdf_url:
        made.register_extension("links", _Links, atom=False, rss=True)
        made.links.pdf_url = entry.pdf_url
    return _WRAPPER.part(made.rss_entry())
