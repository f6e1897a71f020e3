"""OPML 2.0 (http://opml.org/spec2.opml): all feeds in one file that readers import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.entries import Feed

FILE_NAME = "opml.xml"
MEDIA_TYPE = "text/x-opml"


def render_opml(feeds: Sequence[Feed], title: str) -> bytes:
    """Return an outline of `feeds`, each by its Atom address, which every reader takes."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for feed in feeds:
        etree.SubElement(
            body,
            "outline",
            type="rss",
            text=feed.title,
            title=feed.title,
            xmlUrl=f"{feed.root_url}{feed.folder}atom.xml",
            htmlUrl=feed.home_url,
        )
    return bytes(etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True))
