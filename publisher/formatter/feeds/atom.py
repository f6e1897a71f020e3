"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.formatter.feeds.generator import generator

if TYPE_CHECKING:
    from publisher.formatter.entries import Feed

FILE_NAME = "atom.xml"
MEDIA_TYPE = "application/atom+xml"
LABEL = "Atom"


class _Extension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Nothing for the feed; feedgen wants one beside an entry's."""


class _RelatedLink(BaseEntryExtension):  # type: ignore[misc]
    """A link with its rel and type: feedgen loses them, which makes every link an alternate."""

    href = ""

    def extend_atom(self, entry: Any) -> Any:  # noqa: ANN401 - an lxml element
        if self.href:
            etree.SubElement(
                entry, "link", href=self.href, rel="related", type="application/pdf", title="PDF"
            )
        return entry


def render(feed: Feed) -> bytes:
    """Return `feed` as an Atom document."""
    self_url = feed.url(FILE_NAME)
    made = generator(feed, self_url=self_url, media_type=MEDIA_TYPE)
    made.register_extension("related", _Extension, _RelatedLink, atom=True, rss=False)
    for item, entry in zip(made.entry(), feed.entries, strict=True):
        item.related.href = entry.pdf_url
    return bytes(made.atom_str(pretty=True))
