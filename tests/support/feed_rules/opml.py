"""OPML 2.0 (http://opml.org/spec2.opml), subscription lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.feed_rules import values, xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

HEAD = {"title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId", "docs"}
OUTLINE = {
    *("text", "type", "xmlUrl", "htmlUrl", "title", "description", "language", "version"),
    *("category", "created"),
}
VERSIONS = {"RSS", "RSS1", "RSS2", "scriptingNews", "ATOM"}


def rules(root: etree._Element, _address: str) -> Iterator[str]:
    if root.get("version") != "2.0" or [child.tag for child in root] != ["head", "body"]:
        yield "opml: not version 2.0 with head and body"
        return
    head, body = root
    yield from xml.children(head, "head", one=HEAD, some={f"{xml.DC}language"})
    for element in head.iter(f"{xml.DC}language"):
        yield from values.language(element.text, "head: language")
    yield from values.not_blank(head.findtext("title"), "head: title")
    for name in ("dateCreated", "dateModified"):
        if head.find(name) is not None:
            yield from values.rfc2822(head.findtext(name), f"head: {name}")
    if body.find("outline") is None:
        yield "body: no outline"
    for outline in body.iter("outline"):
        yield from outline_rules(outline)
    addresses = [outline.get("xmlUrl") or "" for outline in body.iter("outline")]
    yield from values.unique([one for one in addresses if one], "xmlUrl")


def outline_rules(outline: etree._Element) -> Iterator[str]:
    where = outline.get("xmlUrl") or "outline"
    yield from values.not_blank(outline.get("text"), f"{where}: text")
    if extra := set(outline.attrib) - OUTLINE:
        yield f"{where}: {sorted(extra)}"
    if outline.get("type") is None:
        if "xmlUrl" in outline.attrib:
            yield f"{where}: no type"
        return
    if outline.get("type") != "rss":
        yield f"{where}: type {outline.get('type')}"
    yield from values.address(outline.get("xmlUrl"), f"{where}: xmlUrl")
    if "htmlUrl" in outline.attrib:
        yield from values.address(outline.get("htmlUrl"), f"{where}: htmlUrl")
    if "language" in outline.attrib:
        yield from values.language(outline.get("language"), where)
    if outline.get("version", "ATOM") not in VERSIONS:
        yield f"{where}: version {outline.get('version')}"
    for name in set(outline.attrib) & {"text", "title", "description"}:
        yield from values.plain(outline.get(name), f"{where}: {name}")
        # These are HTML to the validator, which has to parse without an error.
        if re.search(r"<|&(?![\s&]|$)", outline.get(name) or ""):
            yield f"{where}: HTML in {name}"
