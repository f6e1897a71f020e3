"""The search index: a target for each segment, one for their list, and one for the page."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.feeds.timeline import moment
from publisher.formatter.pages.search import render_search, result_entry
from publisher.formatter.paths import LISTED_TOPICS
from publisher.formatter.search.reader import SearchIndex
from publisher.formatter.search.segments import (
    INDEX_FILE,
    PAGE_PATH,
    SCRIPT_PATH,
    Segment,
    segment_of,
)
from publisher.formatter.search.writer import IndexedPaper, segment_files
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex

_YEAR = re.compile(r" \d{4}$")
_MOST_VENUES = 100  # that the form suggests; any other can be typed


def segment_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the segments of the index."""
    for segment, items in _segments(index):
        yield BuildTarget(
            name=f"search {segment.name}",
            fingerprint=mixed(item.summary.fingerprint for item in items),
            paths=partial(_segment_paths, segment),
            render=partial(_render_segment, index, segment, items),
            batch=f"search {segment.name}",
            stage=stage,
            shown=len(items),
        )


def search_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the list of segments, and the page with its script."""
    segments = [segment for segment, _ in _segments(index)]
    names = stable_hash(*(f"{topic.slug} {topic.name}" for topic in index.collection.topics))
    offered = index.largest_topics(LISTED_TOPICS)
    listed = stable_hash(*(f"{segment.name} {segment.papers}" for segment in segments))
    venues = _venue_names(index)
    named = stable_hash(*venues)
    yield BuildTarget(
        name="search index",
        fingerprint=mixed((names, named, listed)),
        paths=lambda: (INDEX_FILE,),
        render=partial(_render_index, index, segments, venues),
        stage=stage,
    )
    years = sorted({month[:4] for month in index.months}, reverse=True)
    yield BuildTarget(
        name="search page",
        fingerprint=mixed(
            (
                stable_hash(*(f"{topic.slug} {topic.name}" for topic in offered)),
                named,
                stable_hash(*years),
            )
        ),
        paths=lambda: (PAGE_PATH, SCRIPT_PATH),
        render=lambda: render_search(offered, years, venues, index.settings),
        stage=stage,
    )


def _segments(index: PaperIndex) -> list[tuple[Segment, Sequence[FeedItem]]]:
    """Return the segments, newest first, with their papers, newest first."""
    if not index.months:
        return []
    by_name: dict[str, list[FeedItem]] = {}
    newest = _day(index, index.by_day[0])
    for month in index.months:
        items = index.by_month[month]
        if month != newest[:7]:
            by_name.setdefault(segment_of(f"{month}-01", newest), []).extend(items)
            continue
        for item in items:
            by_name.setdefault(segment_of(_day(index, item), newest), []).append(item)
    return [(Segment(name, len(items)), items) for name, items in by_name.items()]


def _day(index: PaperIndex, item: FeedItem) -> str:
    zone = index.settings.site.zone
    return moment(item.summary.first_published).astimezone(zone).date().isoformat()


def _segment_paths(segment: Segment) -> list[str]:
    return segment.paths


def _render_segment(
    index: PaperIndex, segment: Segment, items: Sequence[FeedItem]
) -> dict[str, bytes]:
    papers = [
        IndexedPaper(paper, result_entry(paper, index.settings)) for paper in index.papers(items)
    ]
    return segment_files(segment, papers)


def _venue_names(index: PaperIndex) -> list[str]:
    """Return the venues with most papers, without years, by name."""
    labels = Counter(facts.venue for facts in index.facts.values() if facts.venue)
    names: Counter[str] = Counter()
    for label, count in labels.items():
        names[_YEAR.sub("", label)] += count
    most = sorted(names, key=lambda name: (-names[name], name))[:_MOST_VENUES]
    return sorted(most, key=lambda name: (name.casefold(), name))


def _render_index(
    index: PaperIndex, segments: Sequence[Segment], venues: Sequence[str]
) -> dict[str, bytes]:
    content = SearchIndex(
        [(segment.name, segment.papers) for segment in segments],
        {topic.slug: topic.name for topic in index.collection.topics},
        list(venues),
    )
    return {INDEX_FILE: msgspec.json.encode(content)}
