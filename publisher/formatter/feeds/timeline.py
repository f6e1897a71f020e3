"""The papers of an archive in the order and at the times of feeds, known without reading a text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from publisher.formatter.site.build_target import stable_hash
from publisher.models import PaperSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from publisher.models import Collection, Paper

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000  # microseconds


class FeedItem(NamedTuple):  # as `PaperSummary` is: there are as many as papers
    """A paper's place in the feeds; `number` is its place in the collection."""

    number: int
    summary: PaperSummary
    updated: int  # seconds since 1970; no two papers have the same
    month: str  # "2024-12", of its first digest in the site's zone
    key: int  # differs where anything differs that an entry of the paper shows


def lay_out(collection: Collection, zone: ZoneInfo) -> list[FeedItem]:
    """Return the papers in the order of feeds: the one updated last first.

    All papers of a digest come at one moment, but readers sort by time and some take entries with
    equal times for one. So each of them stands a second after the one before. Only what comes
    later can be moved, by seconds: a new digest never changes the times of older papers.
    """
    summaries = collection.summaries or summaries_of(collection.papers)
    months: dict[int, str] = {}
    items: list[FeedItem] = []
    last = -(1 << 62)
    # Two sorts by ready keys take a third of the time of one by pairs.
    order = sorted(range(len(summaries)), key=[summary.id for summary in summaries].__getitem__)
    order.sort(key=[summary.updated for summary in summaries].__getitem__)
    for number in order:
        summary = summaries[number]
        last = max(summary.updated // _SECOND, last + 1)
        first = summary.first_published
        month = months.get(first)
        if month is None:
            month = months[first] = moment(first).astimezone(zone).strftime("%Y-%m")
        key = hash((summary.fingerprint, last))
        items.append(FeedItem(number, summary, last, month, key))
    items.reverse()
    return items


def moment(microseconds: int) -> datetime:
    """Return the time that is so many microseconds after 1970 began, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def seconds(count: int) -> datetime:
    """Return the time that is `count` seconds after 1970 began, in UTC."""
    return moment(count * _SECOND)


def summaries_of(papers: Iterable[Paper]) -> Sequence[PaperSummary]:
    """Return the summaries of `papers`, each read whole."""
    encode = msgspec.json.Encoder().encode
    return [
        PaperSummary(
            id=paper.id,
            topics=paper.topics,
            digest=paper.digests[0] if paper.digests else "",
            first_published=(paper.first_published - _EPOCH) // _MICROSECOND,
            updated=(paper.updated - _EPOCH) // _MICROSECOND,
            fingerprint=stable_hash(encode(paper)),
        )
        for paper in papers
    ]
