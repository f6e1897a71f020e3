"""Atom 1.0 (RFC 4287) with archives (RFC 5005), WebSub and Media RSS."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feedgen.ext.base import BaseEntryExtension
from lxml import etree

from publisher.formatter.feeds.document import KEPT_ENTRIES, Frame, assembled
from publisher.formatter.feeds.generator import (
    NAMESPACES,
    XML_LANG,
    Wrapper,
    feed_entry,
    feed_head,
)
from publisher.formatter.plain import one_line, unmistakable, xml_text

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.entries import Entry, Feed

FILE_NAME = "atom.xml"
MEDIA_TYPE = "application/atom+xml"
_END = b"</feed>\n"


class _Rest(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Links with rel and type, which feedgen loses, and the language of each part."""

    entry: Entry

    def extend_atom(self, element: Any) -> Any:  # noqa: ANN401 - an lxml element
        entry = self.entry
        element.find("link").set("rel", "alternate")
        # Related, not enclosures: readers download those as they do podcasts, and their length
        # (RFC 4287, 4.2.7.6: bytes) is known to arXiv alone.
        if entry.source_url:
            link = {"rel": "related", "type": "text/html", "href": entry.source_url}
            etree.SubElement(element, "link", link)
        if entry.pdf_url:
            link = {"rel": "related", "type": "application/pdf", "href": entry.pdf_url}
            etree.SubElement(element, "link", link, title="PDF")
        languages = {
            "title": entry.title_language,
            "summary": entry.summary_language,
            "content": entry.language,
        }
        for name, language in languages.items():
            part = element.find(name)
            if part is not None and language:
                part.set(XML_LANG, language)
        return element


def render(feed: Feed, limit: int | None = None) -> bytes:
    """Return `feed` as an Atom document; see `FeedFormat.render`."""

    def frame(updated: datetime) -> Frame:
        head = feed_head(feed, updated, FILE_NAME, MEDIA_TYPE, NAMESPACES)
        return Frame(bytes(head.atom_str(pretty=True)).removesuffix(_END), _END)

    scheme = f"{feed.root_url}topics/"
    return assembled(feed, limit, FILE_NAME, frame, lambda entry: _part(entry, scheme))


_WRAPPER = Wrapper(("feed",), NAMESPACES)


@lru_cache(maxsize=KEPT_ENTRIES)
def _part(entry: Entry, scheme: str) -> bytes:
    made = feed_entry(entry)
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
    made.register_extension("rest", _Rest, atom=True, rss=False)
    made.rest.entry = entry
    return _WRAPPER.part(made.atom_entry())
