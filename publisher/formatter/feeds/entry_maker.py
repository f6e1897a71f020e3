"""Makes the entries of papers when a feed asks for them, and keeps what the next build needs.

A current feed changes by a few entries a day; the others come, as bytes, from the last build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

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
    """Makes entries; `paper` returns the paper of a number, `lookup` the bytes kept under each key.

    Of entries in `recent` (numbers of papers), the bytes are to be kept for the next build.
    """

    def __init__(
        self,
        paper: Callable[[int], Paper],
        settings: Settings,
        lookup: Lookup = lambda _keys: {},
        recent: Container[int] = frozenset(),
    ) -> None:
        """Make nothing yet."""
        self._paper = paper
        self._settings = settings
        self._zone = settings.site.zone
        self._lookup = lookup
        self._recent = recent
        self._fresh: dict[int, bytes] = {}
        self._kept: dict[int, bytes] = {}
        self._unasked: dict[str, list[FeedItem]] = {}  # by format, what may be kept
        # Of one batch of parts, as of a month: its archives show each entry in several feeds.
        self._entries: dict[int, FeedEntry] = {}
        self._parts: dict[int, bytes] = {}

    def pending(self, listed: Sequence[FeedItem]) -> tuple[EntryOfPaper, ...]:
        """Return the entries of papers, each to be made when it is needed."""
        recent = [one for one in listed if one.number in self._recent]
        self._unasked = {feed_format.file_name: recent for feed_format in formats.FORMATS}
        self._kept.clear()
        return tuple(EntryOfPaper(one, self) for one in listed)

    def take_fresh(self) -> Mapping[int, bytes]:
        """Return by its key what is to be kept of what was made since the last call."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    def forget(self) -> None:
        """Forget what was made, as for a batch of parts."""
        self._entries.clear()
        self._parts.clear()

    def part(self, listed: FeedItem, kind: str, make: Callable[[FeedEntry], bytes]) -> bytes:
        """Return what `make` makes, or made, of the entry of a paper."""
        key = _key(listed, kind)
        if recent := self._unasked.pop(kind, None):
            keys = [_key(one, kind) for one in recent]
            self._kept.update(self._lookup([one for one in keys if one not in self._parts]))
        kept = self._kept.get(key) or self._parts.get(key)
        if kept is None:
            kept = self._parts[key] = make(self._entry(listed))
            if all(
                _key(listed, feed_format.file_name) in self._parts
                for feed_format in formats.FORMATS
            ):
                del self._entries[listed.number]
            if listed.number in self._recent:
                self._fresh[key] = kept
        return kept

    def moment(self, listed: FeedItem) -> datetime:
        """Return when the entry of a paper changed last, in the site's zone."""
        return seconds(listed.updated).astimezone(self._zone)

    def _entry(self, listed: FeedItem) -> FeedEntry:
        entry = self._entries.get(listed.number)
        if entry is None:
            entry = self._entries[listed.number] = self._make(listed)
        return entry

    def _make(self, listed: FeedItem) -> FeedEntry:
        paper = self._paper(listed.number)
        updated = seconds(listed.updated).astimezone(paper.updated.tzinfo)
        published = updated if paper.updated == paper.first_published else paper.first_published
        return make_entry(paper, self._settings, published=published, updated=updated)


class EntryOfPaper:
    """The entry of a paper, not made before it is needed; see `EntryMaker`."""

    __slots__ = ("_listed", "_maker")

    def __init__(self, listed: FeedItem, maker: EntryMaker) -> None:
        """Stand for the entry that `maker` will make."""
        self._listed = listed
        self._maker = maker

    @property
    def updated(self) -> datetime:
        """When the entry changed last."""
        return self._maker.moment(self._listed)

    def part(self, kind: str, make: Callable[[FeedEntry], bytes]) -> bytes:
        """Return what `make` makes, or made, of the entry."""
        return self._maker.part(self._listed, kind, make)


def _key(listed: FeedItem, kind: str) -> int:
    return (listed.key ^ _kind_key(kind)) & ((1 << 63) - 1)


@lru_cache
def _kind_key(kind: str) -> int:
    return stable_hash(kind)
