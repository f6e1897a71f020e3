"""XML elements of entries as text.

feedgen makes the head of a feed, but not its entries: there are tens of thousands, and a tree for
each takes ten times as long as its text. A test compares the text with that of feedgen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.formatter.feeds.entries import FeedEntry

_INDENT = "  "
_IMAGE_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
}


def element(name: str, text: str = "", /, **attributes: str) -> str:
    """Return an element with `text` in it; attributes that are "" are left out.

    In their names "_" stands for ":". The text must be of characters that XML 1.0 allows.
    """
    start = "".join(
        [
            f' {key.replace("_", ":")}="{_escaped_in_quotes(value)}"'
            for key, value in attributes.items()
            if value
        ]
    )
    return f"<{name}{start}>{_escaped(text)}</{name}>" if text else f"<{name}{start}/>"


def nested(name: str, lines: Iterable[str], depth: int = 0) -> str:
    """Return element `name` with `lines` in it, each indented; `depth` is its own indentation."""
    before = _INDENT * depth
    inside = "".join([f"{before}{_INDENT}{line}\n" for line in lines])
    return f"{before}<{name}>\n{inside}{before}</{name}>\n"


def media_lines(entry: FeedEntry) -> list[str]:
    """Return the elements of Media RSS for the figure of `entry`."""
    if not entry.image_url:
        return []
    kind = _IMAGE_TYPES.get(entry.image_url.rpartition(".")[2].lower(), "")
    return [
        element("media:content", url=entry.image_url, type=kind, medium="image"),
        element("media:thumbnail", url=entry.image_url),
    ]


def pdf_link(name: str, entry: FeedEntry) -> str:
    """Return the PDF of `entry` as an element `name` with the attributes of Atom's link."""
    return element(name, title="PDF", rel="related", type="application/pdf", href=entry.pdf_url)


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Else a parser reads a bare carriage return as a line feed (XML 1.0, 2.11).
    return text.replace("\r", "&#13;")


def _escaped_in_quotes(text: str) -> str:
    # Parsers make any other white space in attributes a blank (XML 1.0, 3.3.3).
    text = _escaped(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")
