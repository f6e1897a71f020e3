"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.feed_rules import values
from support.feed_rules.html import html

if TYPE_CHECKING:
    from collections.abc import Iterator

FEED = {
    "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str,
    "next_url": str, "icon": str, "authors": list, "language": str, "hubs": list, "items": list,
}  # fmt: skip
ITEM = {
    "id": str, "url": str, "external_url": str, "title": str, "content_html": str,
    "content_text": str, "summary": str, "image": str, "date_published": str,
    "date_modified": str, "authors": list, "tags": list, "language": str, "attachments": list,
}  # fmt: skip


def rules(document: bytes, address: str) -> Iterator[str]:
    try:
        feed = json.loads(document.decode())
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    yield from typed(feed, FEED, ("version", "title", "items"), "feed")
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"feed: version {feed.get('version')}"
    if feed.get("feed_url") != address:
        yield f"feed: feed_url is {feed.get('feed_url')}, not {address}"
    if feed.get("next_url") == address:
        yield "feed: next_url leads to itself"
    for name in ("home_page_url", "feed_url", "next_url"):
        if name in feed:
            yield from values.address(feed[name], f"feed: {name}")
    yield from values.language(feed.get("language"), "feed: language")
    for hub in feed.get("hubs", ()):
        yield from typed(hub, {"type": str, "url": str}, ("type", "url"), "hub")
        yield from values.address(hub.get("url"), "hub")
    yield from authors(feed, "feed")
    for item in feed.get("items", ()):
        yield from item_rules(item)
    yield from values.unique([item.get("id", "") for item in feed.get("items", ())], "id")


def item_rules(item: dict[str, Any]) -> Iterator[str]:
    where = str(item.get("id"))
    yield from typed(item, ITEM, ("id", "url", "title", "date_published"), where)
    yield from values.identifier(item.get("id"), where)
    for name in ("url", "external_url", "image"):
        if name in item:
            yield from values.address(item[name], f"{where}: {name}")
    if "content_html" in item:
        yield from html(item["content_html"], f"{where}: content")
    elif "content_text" not in item:
        yield f"{where}: no content"
    for name in ("date_published", "date_modified"):
        yield from values.rfc3339(item.get(name), f"{where}: {name}")
    if "language" in item:
        yield from values.language(item["language"], where)
    for text in (item.get("title"), item.get("summary"), *item.get("tags", ())):
        yield from values.characters(text, where)
    yield from authors(item, where)
    for attachment in item.get("attachments", ()):
        known = {"url": str, "mime_type": str, "title": str, "size_in_bytes": int}
        yield from typed(attachment, known, ("url", "mime_type"), where)
        yield from values.address(attachment.get("url"), where)
        yield from values.media_type(attachment.get("mime_type"), where)


def authors(owner: dict[str, Any], where: str) -> Iterator[str]:
    for author in owner.get("authors", ()):
        yield from typed(author, {"name": str, "url": str}, ("name",), where)
        yield from values.not_blank(author.get("name"), f"{where}: author")


def typed(
    value: dict[str, Any], known: dict[str, type], needed: tuple[str, ...], where: str
) -> Iterator[str]:
    for name, one in value.items():
        if name not in known:
            yield f"{where}: member {name}"
        elif not isinstance(one, known[name]) or (one in ("", []) and name != "items"):
            yield f"{where}: {name} is {one!r}"
    for name in needed:
        if name not in value:
            yield f"{where}: no {name}"
