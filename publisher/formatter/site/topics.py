"""The topics that have a page and feeds: a blog may have thousands of tags of a paper or two.

A topic that has them keeps them, so that links and subscriptions hold: its papers only become more,
and the first topics stay the first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.formatter.site.build_target import mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.models import Collection, Paper, PaperSummary, Topic
    from publisher.settings import Settings

FIRST_TOPICS = 100
_SETTING = "site.topic_min_papers"


def small_topics(
    topics: Sequence[Topic], summaries: Iterable[PaperSummary], settings: Settings
) -> frozenset[str]:
    """Return the slugs of the topics that have no page.

    They have fewer than `site.topic_min_papers` papers. Where that is not set, they have fewer than
    `FEW_PAPERS`, and are not among the first 100.
    """
    minimum = settings.site.topic_min_papers
    if minimum == 1 or (not minimum and len(topics) <= FIRST_TOPICS):
        return frozenset()
    counts: Counter[str] = Counter()
    first: dict[str, int] = {}
    for summary in summaries:
        for topic in summary.topics:
            counts[topic.slug] += 1
            first[topic.slug] = min(
                first.get(topic.slug, summary.first_published), summary.first_published
            )
    filters = settings.filters
    named = {name.casefold() for name in (*filters.include_topics, *filters.mark_topics)}
    small = {
        topic.slug
        for topic in topics
        if not settings.site.is_large_topic(counts[topic.slug])
        and topic.name.casefold() not in named
    }
    if not minimum:
        small -= set(sorted(first, key=lambda slug: (first[slug], slug))[:FIRST_TOPICS])
    return frozenset(small)


def warning(collection: Collection, settings: Settings) -> str:
    """Return what to say of topics without a page, "" where `site.topic_min_papers` says so."""
    if settings.site.topic_min_papers or len(collection.topics) <= FIRST_TOPICS:
        return ""
    number = len(small_topics(collection.topics, collection.summaries, settings))
    if not number:
        return ""
    return (
        f"{len(collection.topics):,} topics are many for one site: {number:,} with fewer than "
        f"{settings.site.FEW_PAPERS} papers have no page and no feeds. Set {_SETTING} to the "
        "number of papers that a topic needs, 1 to have a page for each"
    )


def without_small_topics(collection: Collection, small: frozenset[str]) -> Collection:
    """Return `collection` with the topics that have pages; papers keep all of theirs."""
    topics = tuple(topic for topic in collection.topics if topic.slug not in small)
    return replace(collection, topics=topics)


def item_without(item: FeedItem, small: frozenset[str]) -> FeedItem:
    """Return `item` as pages and feeds show it, which changes as a topic becomes large."""
    summary = item.summary
    kept = tuple(topic for topic in summary.topics if topic.slug not in small)
    if len(kept) == len(summary.topics):
        return item
    facts = stable_hash(*(topic.slug for topic in kept))
    summary = summary._replace(topics=kept, fingerprint=mixed((summary.fingerprint, facts)))
    return item._replace(summary=summary, key=mixed((item.key, facts)))


def paper_without(paper: Paper, small: frozenset[str]) -> Paper:
    """Return `paper` with those of its topics that have pages."""
    kept = tuple(topic for topic in paper.topics if topic.slug not in small)
    return paper if len(kept) == len(paper.topics) else replace(paper, topics=kept)
