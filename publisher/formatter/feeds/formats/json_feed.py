"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), one item to a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.feeds.document import DocumentFrame, assemble
from publisher.formatter.feeds.xml_text import one_line, xml_text

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.feeds.entries import Feed, FeedEntry
    from publisher.formatter.feeds.formats import FeedFormat


def render(feed: Feed, feed_format: FeedFormat, limit: int | None) -> bytes:
    """Return `feed` as a JSON Feed document; see `FeedFormat.render`.

    `next_url` leads to the archive, so that readers can fetch everything since the first day.
    """
    file_name = feed_format.file_name

    def frame(_updated: datetime) -> DocumentFrame:
        author = one_line(xml_text(feed.author))
        head: dict[str, object] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": one_line(xml_text(feed.title)) or feed.home_url,
            "home_page_url": feed.home_url,
            "feed_url": feed.url(file_name),
            "description": one_line(xml_text(feed.description)),
            "next_url": feed.url(file_name, feed.older) if feed.older else "",
            "authors": [{"name": author}] if author else [],
            "language": feed.language,
            "hubs": [{"type": "WebSub", "url": feed.hub_url}] if feed.hub_url else [],
        }
        before = msgspec.json.encode({key: value for key, value in head.items() if value})
        return DocumentFrame(before.removesuffix(b"}") + b',"items":[\n', b"\n]}\n")

    return assemble(feed, limit, file_name, frame, _render_entry, separator=b",\n")


def _render_entry(entry: FeedEntry) -> bytes:
    item: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.source_url,
        "title": entry.title,
        "content_html": entry.html,
        # An item must have one of the two.
        "content_text": "" if entry.html else entry.summary or entry.title,
        "summary": entry.summary,
        "image": entry.image_url,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": name} for name in entry.authors],
        "tags": [one_line(xml_text(topic.name)) or topic.slug for topic in entry.topics],
        "language": entry.language,
        "attachments": [{"url": entry.pdf_url, "mime_type": "application/pdf", "title": "PDF"}]
        if entry.pdf_url
        else [],
    }
    return msgspec.json.encode({key: value for key, value in item.items() if value})
