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
    """What comes before the entries of a document, and what after."""

    before: bytes
    after: bytes


def assembled(
    feed: Feed,
    limit: int | None,
    kind: str,
    make_frame: Callable[[datetime], DocumentFrame],
    make_part: Callable[[FeedEntry], bytes],
    separator: bytes = b"",
) -> bytes:
    """Return the document of `feed`: as many of its entries as `limit` bytes hold, at least one.

    `make_frame` gets the feed's date, which is that of the newest entry that is in it. `kind` tells
    the bytes of this format from others'.
    """
    parts: list[bytes] = []
    size = 0
    for entry in feed.entries:
        part = entry.part(kind, make_part)
        size += len(part) + (len(separator) if parts else 0)
        if limit is not None and size > limit and parts:
            break
        parts.append(part)
    while True:
        kept = feed.entries[: len(parts)]
        frame = make_frame(max((entry.updated for entry in kept), default=feed.updated))
        # In one go: an archive has megabytes.
        between = [some for part in parts for some in (separator, part)][1:]
        document = b"".join((frame.before, *between, frame.after))
        if limit is None or len(document) <= limit or len(parts) <= 1:
            return document
        parts.pop()
