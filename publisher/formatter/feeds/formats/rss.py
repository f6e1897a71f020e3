"""RSS 2.0 with the Dublin Core, content, atom:link and media modules (Advisory Board's profile)."""

from __future__ import annotations

from email.utils import format_datetime
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from publisher.formatter.feeds.document import DocumentFrame, assemble
from publisher.formatter.feeds.elements import element, media_lines, nested, pdf_link
from publisher.formatter.feeds.generator import NAMESPACES, feed_head
from publisher.formatter.feeds.xml_text import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.feeds.entries import Feed, FeedEntry
    from publisher.formatter.feeds.formats import FeedFormat

_END = b"  </channel>\n</rss>\n"
_NAMESPACES = {**NAMESPACES, "dc": "http://purl.org/dc/elements/1.1/"}


def render(feed: Feed, feed_format: FeedFormat, limit: int | None) -> bytes:
    """Return `feed` as an RSS document; see `FeedFormat.render`.

    It has no ttl: that would keep readers from a digest that has just landed.
    """

    def frame(updated: datetime) -> DocumentFrame:
        head = feed_head(feed, updated, feed_format, _NAMESPACES)
        return DocumentFrame(bytes(head.rss_str(pretty=True)).removesuffix(_END), _END)

    domain = f"{feed.root_url}topics/"
    render_entry = partial(_render_entry, domain=domain)
    return assemble(feed, limit, feed_format.file_name, frame, render_entry)


def _render_entry(entry: FeedEntry, domain: str) -> bytes:
    lines = [
        element("title", unmistakable(entry.title) or entry.id),
        element("link", entry.url),
    ]
    if entry.summary:
        # Unlike Atom's summary, a description is HTML for every reader.
        lines.append(element("description", escape(entry.summary, quote=False)))
    if entry.html:
        lines.append(element("content:encoded" if entry.summary else "description", entry.html))
    lines.append(element("guid", entry.id, isPermaLink="false"))
    # RSS shows a category's text to people; Atom's term is for machines.
    names = (unmistakable(one_line(xml_text(topic.name))) or topic.slug for topic in entry.topics)
    lines += [element("category", name, domain=domain) for name in names]
    lines += [element("pubDate", format_datetime(entry.published)), *media_lines(entry)]
    # RSS's own author is an e-mail address.
    lines += [element("dc:creator", unmistakable(name)) for name in entry.authors]
    if entry.pdf_url:
        # As in Atom, not as RSS's one enclosure: readers download those as they do podcasts, and
        # the true length in bytes that RSS 2.0 demands is known to arXiv alone.
        lines.append(pdf_link("atom:link", entry))
    return nested("item", lines, depth=2).encode()
