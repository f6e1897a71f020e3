"""OPML 2.0 (http://opml.org/spec2.opml): all feeds in one file that readers import."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.xml_text import one_line, without_markup, xml_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.formatter.feeds.entries import Feed

FILE_NAME = "opml.xml"
MEDIA_TYPE = "text/x-opml"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
LANGUAGE = f"{{{DUBLIN_CORE}}}language"


def render_opml(
    groups: Mapping[str, Sequence[Feed]], title: str, languages: Sequence[str] = ()
) -> bytes:
    """Return an outline of each of `groups`, by name, with its feeds in the formats `in_opml`.

    The head names the `languages` of all papers' texts (Dublin Core, as OPML 2.0 allows elements of
    a namespace): the web app offers those.

    Readers make a folder of each, so that people see which feeds bring a paper twice. The head has
    a title alone: a date would change with every build.
    """
    from lxml import etree  # noqa: PLC0415 - the web server needs the names above alone

    root = etree.Element("opml", version="2.0", nsmap={"dc": DUBLIN_CORE} if languages else None)
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _text(title)
    for code in languages:
        etree.SubElement(head, LANGUAGE).text = code
    body = etree.SubElement(root, "body")
    listed = [feed_format for feed_format in formats.FORMATS if feed_format.in_opml]
    for group, feeds in groups.items():
        if feeds:
            folder = etree.SubElement(body, "outline", text=_text(group), title=_text(group))
        for feed, feed_format in product(feeds, listed):
            name = _text(feed.title)
            attributes = {
                "type": "rss",  # of Atom too: "the value of type doesn't depend on the version"
                "text": name,
                "title": name,
                "description": _text(feed.description),
                "language": feed.language,
                # An archive document is no feed that anybody follows.
                "xmlUrl": feed.url(feed_format.file_name, ""),
                "htmlUrl": feed.home_url,
            }
            filled = {key: text for key, text in attributes.items() if text}
            etree.SubElement(folder, "outline", filled)
    if not any(groups.values()):
        etree.SubElement(body, "outline", text=_text(title))  # the body has at least one
    return bytes(etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True))


def _text(text: str) -> str:
    return without_markup(one_line(xml_text(text)))
