"""Atom 1.0 (RFC 4287) with archives (RFC 5005), WebSub and Media RSS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds.document import DocumentFrame, assemble
from publisher.formatter.feeds.elements import element, media_lines, nested, pdf_link
from publisher.formatter.feeds.generator import NAMESPACES, feed_head
from publisher.formatter.feeds.xml_text import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.feeds.entries import Feed, FeedEntry
    from publisher.formatter.feeds.formats import FeedFormat

_END = b"</feed>\n"


def render(feed: Feed, feed_format: FeedFormat, limit: int | None) -> bytes:
    """Return `feed` as an Atom document; see `FeedFormat.render`."""

    def frame(updated: datetime) -> DocumentFrame:
        head = feed_head(feed, updated, feed_format, NAMESPACES)
        return DocumentFrame(bytes(head.atom_str(pretty=True)).removesuffix(_END), _END)

    scheme = f"{feed.root_url}topics/"
    render_entry = partial(_render_entry, scheme=scheme)
    return assemble(feed, limit, feed_format.file_name, frame, render_entry)


def _render_entry(entry: FeedEntry, scheme: str) -> bytes:
    lines = [
        element("id", entry.id),
        element("title", unmistakable(entry.title) or entry.id, xml_lang=entry.title_language),
        element("updated", entry.updated.isoformat()),
    ]
    for name in entry.authors:
        lines += ["<author>", "  " + element("name", unmistakable(name)), "</author>"]
    if entry.html:
        lines.append(element("content", entry.html, type="html", xml_lang=entry.language))
    lines.append(element("link", href=entry.url, rel="alternate"))
    if entry.summary:
        summary = unmistakable(entry.summary)
        lines.append(element("summary", summary, xml_lang=entry.summary_language))
    for topic in entry.topics:
        label = unmistakable(one_line(xml_text(topic.name))) or topic.slug
        lines.append(element("category", term=topic.slug, scheme=scheme, label=label))
    lines += [element("published", entry.published.isoformat()), *media_lines(entry)]
    # Related, not enclosures: readers download those as they do podcasts, and their length
    # (RFC 4287, 4.2.7.6: bytes) is known to arXiv alone.
    if entry.source_url:
        lines.append(element("link", rel="related", type="text/html", href=entry.source_url))
    if entry.pdf_url:
        lines.append(pdf_link("link", entry))
    return nested("entry", lines, depth=1).encode()
