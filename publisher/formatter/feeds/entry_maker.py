"""The entries of papers, made when a feed asks for them; some are kept for the next build.

A current feed changes by a few entries a day; the others come, as bytes, from the last build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import structs

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.entries import FeedEntry, make_entry
from publisher.formatter.feeds.timeline import FeedItem, seconds
from publisher.formatter.site.build_target import stable_hash

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from publisher.models import Paper
    from publisher.settings import Settings

Lookup = Callable[[Sequence[int]], Mapping[int, bytes]]


class EntryMaker:
    """Makes entries and their bytes in each format, none twice.

    `paper` returns the paper of a number, `lookup` the bytes that an earlier build kept under each
    key. The bytes of papers whose numbers are in `recent` are to be kept for the next build.
    """

    def __init__(
        self,
        paper: Callable[[int], Paper],
        settings: Settings,
        lookup: Lookup = lambda _keys: {},
        recent: Container[int] = frozenset(),
        *,
        archived: bool = False,
    ) -> None:
        """Make nothing yet. `archived` entries have no thumbnail, and say nothing twice."""
        feeds = settings.feeds
        content = feeds.archive_content if archived else feeds.content
        self._paper = paper
        self._archived = archived
        self._form = f"archived {content}" if archived else content
        self._settings = structs.replace(settings, feeds=structs.replace(feeds, content=content))
        self._zone = settings.site.zone
        self._lookup = lookup
        self._recent = recent
        self._fresh: dict[int, bytes] = {}
        self._kept: dict[int, bytes] = {}
        # Recent items whose bytes in a format, by its file name, were not looked up yet.
        self._to_look_up: dict[str, list[FeedItem]] = {}
        # Of one batch of targets, as of a month: its archives show each entry in several feeds.
        self._entries: dict[int, FeedEntry] = {}
        self._rendered: dict[int, bytes] = {}

    def pending(self, items: Sequence[FeedItem]) -> tuple[EntryOfPaper, ...]:
        """Return the entries of papers, each to be made when it is needed."""
        recent = [item for item in items if item.number in self._recent]
        self._to_look_up = {feed_format.file_name: recent for feed_format in formats.FORMATS}
        self._kept.clear()
        return tuple(EntryOfPaper(item, self) for item in items)

    def take_fresh(self) -> Mapping[int, bytes]:
        """Return by its key what is to be kept of what was made since the last call."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    def forget(self) -> None:
        """Forget what was made, as for a batch of targets."""
        self._entries.clear()
        self._rendered.clear()

    def rendered(
        self, item: FeedItem, format_name: str, render: Callable[[FeedEntry], bytes]
    ) -> bytes:
        """Return what `render` makes of the entry of a paper; see `PendingEntry.rendered`."""
        key = self._key(item, format_name)
        if recent := self._to_look_up.pop(format_name, None):
            keys = [self._key(other, format_name) for other in recent]
            self._kept.update(self._lookup([key for key in keys if key not in self._rendered]))
        content = self._kept.get(key) or self._rendered.get(key)
        if content is None:
            content = self._rendered[key] = render(self._entry(item))
            names = [feed_format.file_name for feed_format in formats.FORMATS]
            if all(self._key(item, name) in self._rendered for name in names):
                del self._entries[item.number]
            if item.number in self._recent:
                self._fresh[key] = content
        return content

    def moment(self, item: FeedItem) -> datetime:
        """Return when the entry of a paper changed last, in the site's zone."""
        return seconds(item.updated).astimezone(self._zone)

    def _key(self, item: FeedItem, format_name: str) -> int:
        return (item.key ^ _form_key(format_name, self._form)) & ((1 << 63) - 1)

    def _entry(self, item: FeedItem) -> FeedEntry:
        entry = self._entries.get(item.number)
        if entry is None:
            entry = self._entries[item.number] = self._make(item)
        return entry

    def _make(self, item: FeedItem) -> FeedEntry:
        paper = self._paper(item.number)
        updated = seconds(item.updated).astimezone(paper.updated.tzinfo)
        published = updated if paper.updated == paper.first_published else paper.first_published
        entry = make_entry(paper, self._settings, published=published, updated=updated)
        if not self._archived:
            return entry
        return replace(entry, image_url="", summary="" if entry.html else entry.summary)


class EntryOfPaper:
    """The entry of a paper, not made before it is needed; see `EntryMaker`."""

    __slots__ = ("_item", "_maker")

    def __init__(self, item: FeedItem, maker: EntryMaker) -> None:
        """Stand for the entry that `maker` will make."""
        self._item = item
        self._maker = maker

    @property
    def updated(self) -> datetime:
        """The time when the entry changed last."""
        return self._maker.moment(self._item)

    def rendered(self, format_name: str, render: Callable[[FeedEntry], bytes]) -> bytes:
        """Return what `render` makes of the entry; see `PendingEntry.rendered`."""
        return self._maker.rendered(self._item, format_name, render)


@lru_cache
def _form_key(format_name: str, form: str) -> int:
    return stable_hash(format_name, form)
