"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.formatter.entries import Entry, Feed

FILE_NAME = "feed.json"
MEDIA_TYPE = "application/feed+json"
LABEL = "JSON Feed"


def render(feed: Feed) -> bytes:
    """Return `feed` as a JSON Feed document."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.url(FILE_NAME),
        "description": feed.description,
        "authors": [{"name": feed.author}],
        "language": feed.language,
        "items": [_item(entry) for entry in feed.entries],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _item(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": name} for name in entry.authors],
        "tags": [topic.name for topic in entry.topics],
    }
    if entry.summary:
        item["summary"] = entry.summary
    if entry.pdf_url:
        # Not an attachment: nothing here knows its size, and readers would download it.
        item["external_url"] = entry.pdf_url
    return item
