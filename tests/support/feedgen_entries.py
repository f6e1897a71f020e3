"""Entries as feedgen makes them, to compare ours with."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from feedgen.entry import FeedEntry as FeedgenEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.ext.dc import DcEntryExtension
from feedgen.ext.media import MediaEntryExtension
from lxml import etree

from publisher.formatter.feeds.xml_text import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from publisher.formatter.feeds.entries import FeedEntry

ATOM = "http://www.w3.org/2005/Atom"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SPACES = {
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
PDF = {"rel": "related", "type": "application/pdf"}


class Rest(BaseEntryExtension):
    """Parts that feedgen loses: rel and type of links, languages of parts."""

    entry: FeedEntry

    def extend_atom(self, element: Any) -> Any:
        element.find("link").set("rel", "alternate")
        if self.entry.source_url:
            link = {"rel": "related", "type": "text/html", "href": self.entry.source_url}
            etree.SubElement(element, "link", link)
        if self.entry.pdf_url:
            etree.SubElement(element, "link", {**PDF, "href": self.entry.pdf_url}, title="PDF")
        for name, language in (
            ("title", self.entry.title_language),
            ("summary", self.entry.summary_language),
            ("content", self.entry.language),
        ):
            part = element.find(name)
            if part is not None and language:
                part.set(LANG, language)
        return element

    def extend_rss(self, item: Any) -> Any:
        if self.entry.pdf_url:
            link = {**PDF, "href": self.entry.pdf_url}
            etree.SubElement(item, f"{{{ATOM}}}link", link, title="PDF")
        return item


def common(entry: FeedEntry) -> FeedgenEntry:
    made = FeedgenEntry()
    made.guid(entry.id, permalink=False)
    made.title(unmistakable(entry.title) or entry.id)
    made.link(href=entry.url, rel="alternate")
    made.published(entry.published)
    made.updated(entry.updated)
    if entry.html:
        made.content(entry.html, type="html")
    if entry.image_url:
        made.register_extension("media", MediaEntryExtension)
        made.media.content({"url": entry.image_url, "medium": "image", "group": None})
        made.media.thumbnail({"url": entry.image_url, "group": None})
    return made


def atom_entry(entry: FeedEntry, scheme: str) -> bytes:
    made = common(entry)
    made.author([{"name": unmistakable(name)} for name in entry.authors])
    made.category(
        [
            {
                "term": topic.slug,
                "label": unmistakable(one_line(xml_text(topic.name))) or topic.slug,
                "scheme": scheme,
            }
            for topic in entry.topics
        ]
    )
    if entry.summary:
        made.summary(unmistakable(entry.summary))
    made.register_extension("rest", Rest)
    made.rest.entry = entry
    return written(made.atom_entry(), ("feed",), {None: ATOM, **SPACES})


def rss_item(entry: FeedEntry, domain: str) -> bytes:
    made = common(entry)
    names = (unmistakable(one_line(xml_text(topic.name))) or topic.slug for topic in entry.topics)
    made.category([{"term": name, "scheme": domain} for name in names])
    if entry.summary:
        made.description(escape(entry.summary, quote=False), isSummary=True)
    if entry.authors:
        made.register_extension("dc", DcEntryExtension)
        made.dc.dc_creator([unmistakable(name) for name in entry.authors])
    made.register_extension("rest", Rest)
    made.rest.entry = entry
    return written(made.rss_entry(), ("rss", "channel"), {"atom": ATOM, **SPACES})


def written(element: Any, parents: tuple[str, ...], spaces: dict[str | None, str]) -> bytes:
    """Return the lines of `element` inside of `parents`, which declare all namespaces."""
    root = parent = etree.Element(parents[0], nsmap=spaces)
    for name in parents[1:]:
        parent = etree.SubElement(parent, name)
    parent.append(element)
    lines = etree.tostring(root, pretty_print=True, encoding="UTF-8").split(b"\n")
    return b"\n".join(lines[len(parents) : -len(parents) - 1]) + b"\n"
