"""Rules for any XML document, and what elements and links have in common."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree
from support.feed_rules import values

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# RFC 4287, RFC 5005 and WebSub; RFC 5005's belong into a feed's head alone.
HISTORY_RELS = {"current", "first", "last", "next", "previous", "prev-archive", "next-archive"}
ENTRY_RELS = {"alternate", "enclosure", "related", "self", "via"}
SELF_TYPES = {"application/atom+xml", "application/rss+xml"}


def parsed(document: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, huge_tree=True)
    return etree.fromstring(document, parser)


def document_problems(document: bytes) -> Iterator[str]:
    if not document.startswith((b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0"')):
        yield "no XML declaration at the very start"
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        yield "a document type"
    if re.search(rb"xmlns:ns\d", document) or re.search(
        rb"<(?!rss|feed|opml)[\w:]+ xmlns", document
    ):
        yield "a namespace is not declared at the root"
    try:
        document.decode()
        parsed(document)
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        yield f"not well-formed: {error}"


def children(
    element: etree._Element, where: str, *, one: Collection[str], some: Collection[str] = ()
) -> Iterator[str]:
    """`one`: may be there once; `some`: any number of times; nothing else may."""
    for tag, count in Counter(child.tag for child in element).items():
        if tag not in one and tag not in some:
            yield f"{where}: element {tag}"
        if tag in one and count > 1:
            yield f"{where}: {tag} {count} times"


def required(element: etree._Element, where: str, tags: Collection[str]) -> Iterator[str]:
    for tag in tags:
        if element.find(tag) is None:
            yield f"{where}: no {tag}"


def links(parent: etree._Element, where: str, *, head: bool, served_at: str = "") -> Iterator[str]:
    seen: list[str] = []
    for link in parent.findall(f"{ATOM}link"):
        rel = link.get("rel", "alternate")
        if rel not in ENTRY_RELS | ((HISTORY_RELS | {"hub"}) if head else set()):
            yield f"{where}: link {rel}"
        yield from values.address(link.get("href"), f"{where}: link {rel}")
        yield from values.media_type(link.get("type"), f"{where}: link {rel}")
        if link.text or len(link):
            yield f"{where}: link {rel} is not empty"
        if extra := set(link.attrib) - {"rel", "href", "type", "title", "hreflang", "length"}:
            yield f"{where}: link {rel} with {sorted(extra)}"
        if link.get("title") is not None:
            yield from values.not_blank(link.get("title"), f"{where}: title of a link")
            yield from values.plain(link.get("title"), f"{where}: title of a link")
        if rel in ("alternate", "self") or rel in HISTORY_RELS:
            seen.append(f"{rel} {link.get('type')} {link.get('hreflang')}")
        if rel == "self" and head:
            yield from self_link(link, where, served_at)
        if rel == "enclosure" and not (link.get("length") or "").isdigit():
            yield f"{where}: enclosure without length"
    yield from values.unique(seen, f"{where}: link")
    if head and not any(link.startswith("self ") for link in seen):
        yield f"{where}: no link to itself"


def self_link(link: etree._Element, where: str, served_at: str) -> Iterator[str]:
    if link.get("href") != served_at:
        yield f"{where}: self is {link.get('href')}, not {served_at}"
    if link.get("type") not in SELF_TYPES:
        yield f"{where}: self is of type {link.get('type')}"


def history(head: etree._Element, where: str) -> Iterator[str]:
    """RFC 5005, 4: an archive document says so, and leads to the current one or is complete."""
    hrefs = {link.get("rel", "alternate"): link.get("href") for link in head.iter(f"{ATOM}link")}
    archive = head.find(f"{HISTORY}archive") is not None
    complete = head.find(f"{HISTORY}complete") is not None
    if complete and set(hrefs) & {"current", "prev-archive", "next-archive"}:
        yield f"{where}: complete, but its links are {sorted(hrefs)}"
    if archive and not complete and not set(hrefs) & {"prev-archive", "next-archive"}:
        yield f"{where}: an archive without neighbours that is not complete"
    if (archive and not complete) != ("current" in hrefs):
        yield f"{where}: archive {archive}, but its links are {sorted(hrefs)}"
    if "next-archive" in hrefs and not archive:
        yield f"{where}: next-archive in what is no archive"
    for rel in ("current", "prev-archive", "next-archive"):
        if rel in hrefs and hrefs[rel] == hrefs.get("self"):
            yield f"{where}: {rel} leads to itself"


def media(entry: etree._Element, where: str) -> Iterator[str]:
    for element in (*entry.iter(f"{MEDIA}content"), *entry.iter(f"{MEDIA}thumbnail")):
        yield from values.address(element.get("url"), f"{where}: media")
        yield from values.media_type(element.get("type"), f"{where}: media")
        if element.get("medium") not in (None, "image"):
            yield f"{where}: medium {element.get('medium')}"
