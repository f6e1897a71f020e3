"""RSS 2.0 with the RSS Advisory Board's profile, Dublin Core, content, atom:link and Media RSS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.feed_rules import values, xml
from support.feed_rules.html import html
from support.feed_rules.xml import ATOM, CONTENT, DC, HISTORY, MEDIA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

CHANNEL_ONE = {
    *("title", "link", "description", "docs", "generator", "language", "lastBuildDate", "pubDate"),
    *("ttl", f"{HISTORY}archive", f"{HISTORY}complete"),
}
ITEM_ONE = {
    *("title", "link", "description", "guid", "pubDate", "author", "enclosure", "comments"),
    *(f"{CONTENT}encoded", f"{MEDIA}content", f"{MEDIA}thumbnail"),
}


def rules(root: etree._Element, address: str) -> Iterator[str]:
    if root.get("version") != "2.0" or [child.tag for child in root] != ["channel"]:
        yield "rss: not version 2.0 with one channel"
        return
    channel = root[0]
    items = channel.findall("item")
    yield from xml.children(channel, "channel", one=CHANNEL_ONE, some={"item", f"{ATOM}link"})
    yield from xml.required(channel, "channel", ("title", "link", "description"))
    for name in ("title", "description"):
        yield from values.not_blank(channel.findtext(name), f"channel: {name}")
        yield from values.plain(channel.findtext(name), f"channel: {name}", rss=True)
    yield from values.address(channel.findtext("link"), "channel: link")
    yield from values.language(channel.findtext("language"), "channel: language")
    yield from values.rfc2822(channel.findtext("lastBuildDate"), "channel: lastBuildDate")
    yield from xml.links(channel, "channel", head=True, served_at=address)
    yield from xml.history(channel, "channel")
    tags = [child.tag for child in channel]
    if "item" in tags and set(tags[tags.index("item") :]) != {"item"}:
        yield "channel: something follows the items"
    for item in items:
        yield from item_rules(item)
    yield from values.unique([item.findtext("guid") or "" for item in items], "guid")


def item_rules(item: etree._Element) -> Iterator[str]:
    where = item.findtext("guid") or "item"
    some = {"category", f"{DC}creator", f"{ATOM}link"}
    yield from xml.children(item, where, one=ITEM_ONE, some=some)
    yield from xml.required(item, where, ("title", "link", "description", "guid", "pubDate"))
    yield from values.not_blank(item.findtext("title"), f"{where}: title")
    yield from values.plain(item.findtext("title"), f"{where}: title", rss=True)
    yield from values.address(item.findtext("link"), f"{where}: link")
    yield from values.rfc2822(item.findtext("pubDate"), f"{where}: pubDate")
    guid = item.find("guid")
    if guid is not None and guid.get("isPermaLink") != "false":
        yield from values.address(guid.text, f"{where}: guid")
    yield from values.identifier(item.findtext("guid"), f"{where}: guid")
    yield from html(item.findtext("description"), f"{where}: description")
    tags = [child.tag for child in item]
    if f"{CONTENT}encoded" in tags:
        yield from html(item.findtext(f"{CONTENT}encoded"), f"{where}: content")
        if "description" not in tags[: tags.index(f"{CONTENT}encoded")]:
            yield f"{where}: content before description"
    yield from authors(item, where)
    for creator in item.findall(f"{DC}creator"):
        yield from values.not_blank(creator.text, f"{where}: dc:creator")
    for category in item.findall("category"):
        yield from values.not_blank(category.text, f"{where}: category")
        yield from values.plain(category.text, f"{where}: category", rss=True)
    yield from enclosures(item, where)
    yield from xml.links(item, where, head=False)
    yield from xml.media(item, where)


def enclosures(item: etree._Element, where: str) -> Iterator[str]:
    for enclosure in item.findall("enclosure"):
        yield from values.address(enclosure.get("url"), f"{where}: enclosure")
        yield from values.media_type(enclosure.get("type", ""), f"{where}: enclosure")
        if not (enclosure.get("length") or "").isdigit() or enclosure.get("length") == "0":
            yield f"{where}: enclosure without its length"


def authors(item: etree._Element, where: str) -> Iterator[str]:
    for author in item.findall("author"):
        if item.find(f"{DC}creator") is not None:
            yield f"{where}: author and dc:creator"
        if values.EMAIL.fullmatch(author.text or "") is None:
            yield f"{where}: author is no e-mail address with a name"
