"""A feed's document: its head with the bytes of its entries in it.

Each entry is made into bytes once, not once for every feed that holds it: `EntryMaker` sees to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.formatter.feeds.entries import Feed, FeedEntry


class DocumentFrame(NamedTuple):
    """The bytes of a document before its entries, and those after."""

    before: bytes
    after: bytes


def assemble(
    feed: Feed,
    limit: int | None,
    format_name: str,
    make_frame: Callable[[datetime], DocumentFrame],
    render_entry: Callable[[FeedEntry], bytes],
    separator: bytes = b"",
) -> bytes:
    """Return the document of `feed`: as many of its entries as `limit` bytes hold, at least one.

    `make_frame` gets the feed's date, which is that of the newest entry that is in it. By
    `format_name` the bytes of `render_entry` are told from those of other formats.
    """
    contents: list[bytes] = []
    size = 0
    for entry in feed.entries:
        content = entry.rendered(format_name, render_entry)
        size += len(content) + (len(separator) if contents else 0)
        if limit is not None and size > limit and contents:
            break
        contents.append(content)
    while True:
        included = feed.entries[: len(contents)]
        frame = make_frame(max((entry.updated for entry in included), default=feed.updated))
        # In one go: an archive has megabytes.
        body = [piece for content in contents for piece in (separator, content)][1:]
        document = b"".join((frame.before, *body, frame.after))
        if limit is None or len(document) <= limit or len(contents) <= 1:
            return document
        contents.pop()
