"""Headers of a file: its type, its freshness, and the hub of a feed.

The same as docs/hosting.md has nginx and Caddy say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.formatter.feeds import opml
from publisher.formatter.feeds.formats import current_format, format_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_ENDING = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "pdf": "application/pdf",
}
_UNKNOWN = "application/octet-stream"
# Pages have a policy in a meta element; this header adds what a meta element can't express.
_PAGE_POLICY = "frame-ancestors 'none'"
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


def media_type(path: str) -> str:
    """Return the Content-Type of the file at `path`; by its name, never by its content."""
    name = path.rpartition("/")[2]
    if feed_format := format_of(path):
        return feed_format.media_type
    if name == opml.FILE_NAME:
        return f"{opml.MEDIA_TYPE}; charset=utf-8"
    return _BY_ENDING.get(name.rpartition(".")[2].lower(), _UNKNOWN)


def is_feed(path: str) -> bool:
    """Return whether somebody subscribes to the file: archive documents are read once."""
    return current_format(path) is not None


def cache_control(path: str) -> str:
    """Return how long a cache may keep the file without asking, and serve an old one meanwhile."""
    if is_feed(path):
        return "public, max-age=300, stale-while-revalidate=3600"
    if path.startswith("archive/"):
        return "public, max-age=86400, stale-while-revalidate=604800"
    return "public, max-age=600, stale-while-revalidate=86400"


def headers_of(path: str, *, root: str, hub: str) -> Iterator[tuple[str, str]]:
    """Yield the headers that depend on the path alone.

    `root` is the site's address, `hub` its WebSub hub ("" for none).
    """
    kind = media_type(path)
    yield "Content-Type", kind
    yield "Cache-Control", cache_control(path)
    yield from _ALWAYS
    if kind.startswith("text/html"):
        yield "Content-Security-Policy", _PAGE_POLICY
    feed_format = current_format(path)
    if feed_format:
        # Readers that run in a browser fetch from wherever they are.
        yield "Access-Control-Allow-Origin", "*"
        if hub and feed_format.announced:
            # https://www.w3.org/TR/websub/, section 4: both, in the answer's head.
            yield "Link", f'<{hub}>; rel="hub", <{root}{quote(path)}>; rel="self"'
