"""RFC 4287, with RFC 5005 and Media RSS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.feed_rules import values, xml
from support.feed_rules.html import html
from support.feed_rules.xml import ATOM, HISTORY, MEDIA, XML_LANG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

FEED_ONE = {f"{ATOM}{name}" for name in ("id", "title", "updated", "generator", "subtitle")}
ENTRY_ONE = {f"{ATOM}{n}" for n in ("id", "title", "updated", "published", "summary", "content")}
SAME_UPDATED = "two entries have the same updated"


def rules(feed: etree._Element, address: str) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    yield from xml.children(
        feed,
        "feed",
        one=FEED_ONE | {f"{HISTORY}archive", f"{HISTORY}complete"},
        some={f"{ATOM}author", f"{ATOM}link", f"{ATOM}entry"},
    )
    yield from xml.required(feed, "feed", [f"{ATOM}{n}" for n in ("id", "title", "updated")])
    yield from values.identifier(feed.findtext(f"{ATOM}id"), "feed: id")
    yield from values.rfc3339(feed.findtext(f"{ATOM}updated"), "feed: updated")
    yield from values.language(feed.get(XML_LANG), "feed")
    yield from texts(feed, "feed")
    yield from persons(feed, "feed")
    yield from xml.links(feed, "feed", head=True, served_at=address)
    yield from xml.history(feed, "feed")
    authored = feed.find(f"{ATOM}author") is not None
    for entry in entries:
        yield from entry_rules(entry, authored=authored)
    yield from values.unique([entry.findtext(f"{ATOM}id") or "" for entry in entries], "id")
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    if len(set(updated)) != len(updated):
        yield SAME_UPDATED
    times = [values.datetime.fromisoformat(text) for text in updated]
    if times and values.datetime.fromisoformat(feed.findtext(f"{ATOM}updated") or "") != max(times):
        yield "feed: updated is not that of its newest entry"


def entry_rules(entry: etree._Element, *, authored: bool) -> Iterator[str]:
    where = entry.findtext(f"{ATOM}id") or "entry"
    yield from xml.children(
        entry,
        where,
        one=ENTRY_ONE | {f"{MEDIA}content", f"{MEDIA}thumbnail"},
        some={f"{ATOM}author", f"{ATOM}link", f"{ATOM}category"},
    )
    yield from xml.required(entry, where, [f"{ATOM}{n}" for n in ("id", "title", "updated")])
    yield from values.identifier(entry.findtext(f"{ATOM}id"), where)
    for name in ("updated", "published"):
        if entry.find(f"{ATOM}{name}") is not None:
            yield from values.rfc3339(entry.findtext(f"{ATOM}{name}"), f"{where}: {name}")
    yield from texts(entry, where)
    yield from persons(entry, where)
    if not authored and entry.find(f"{ATOM}author") is None:
        yield f"{where}: no author"
    yield from xml.links(entry, where, head=False)
    rels = [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")]
    if "alternate" not in rels:
        yield f"{where}: no alternate link"
    yield from xml.media(entry, where)
    terms = []
    for category in entry.findall(f"{ATOM}category"):
        terms.append(category.get("term"))
        yield from values.not_blank(category.get("term"), f"{where}: category")
        yield from values.plain(category.get("label"), f"{where}: category")
        if category.get("scheme") is not None:
            yield from values.address(category.get("scheme"), f"{where}: category")
    yield from values.unique(terms, f"{where}: category")


def texts(parent: etree._Element, where: str) -> Iterator[str]:
    for name in ("title", "subtitle", "summary", "content"):
        element = parent.find(f"{ATOM}{name}")
        if element is None:
            continue
        place = f"{where}: {name}"
        yield from values.not_blank(element.text, place)
        if len(element):
            yield f"{place}: has elements"
        if element.get(XML_LANG) is not None:
            yield from values.language(element.get(XML_LANG), place)
        kind = element.get("type", "text")
        if kind == "html":
            yield from html(element.text, place)
        elif kind == "text":
            yield from values.plain(element.text, place)
        else:
            yield f"{place}: type {kind}"


def persons(parent: etree._Element, where: str) -> Iterator[str]:
    for author in parent.findall(f"{ATOM}author"):
        name = author.findtext(f"{ATOM}name") or ""
        yield from values.not_blank(name, f"{where}: author")
        yield from values.plain(name, f"{where}: author")
        if values.EMAIL_IN_TEXT.search(name):
            yield f"{where}: e-mail address in {name!r}"
        email = author.findtext(f"{ATOM}email")
        if email is not None and values.EMAIL.fullmatch(email) is None:
            yield f"{where}: e-mail {email!r}"
        uri = author.findtext(f"{ATOM}uri")
        if uri is not None:
            yield from values.address(uri, f"{where}: author")
