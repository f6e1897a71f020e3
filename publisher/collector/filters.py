"""Filters: include, exclude or mark papers by topic, keyword and author.

A paper is kept when it meets each include list that is set (one text of the list is enough) and no
exclude list. Topics that are excluded, or not included, disappear from the papers; a paper that is
left without any is dropped. The texts that marked a paper are in its `marks`.

A topic is its whole name or its slug, whatever its case and width. A keyword is looked for in
title, abstract and summary; `term_matching` has the rules for it and for authors.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from publisher.collector.text.slugs import fold
from publisher.settings.sections import Filters
from publisher.term_matching import author_hits, folded, keyword_hits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from publisher.models import Collection, Paper, Topic
    from publisher.settings.sections import SavedFilter


def filtered(collection: Collection, filters: Filters) -> Collection:
    """Return `collection` with the papers that pass `filters`, and their topics."""
    papers = apply_filters(collection.papers, filters)
    by_topic: dict[str, list[Paper]] = {}
    for paper in papers:
        for topic in paper.topics:
            by_topic.setdefault(topic.slug, []).append(paper)
    topics = tuple(topic for topic in collection.topics if topic.slug in by_topic)
    return replace(
        collection, papers=papers, topics=topics, by_topic=by_topic, summaries=(), fingerprint=0
    )


def saved_filters(saved: Iterable[SavedFilter]) -> dict[str, Callable[[Paper], bool]]:
    """Return the test of each saved filter by its name."""
    return {filter_.name: partial(_passes, filters=_lists(filter_)) for filter_ in saved}


def _lists(saved: SavedFilter) -> Filters:
    return Filters(
        include_topics=saved.topics,
        include_keywords=saved.keywords,
        include_authors=saved.authors,
        exclude_keywords=saved.exclude_keywords,
    )


def _passes(paper: Paper, filters: Filters) -> bool:
    return _apply(paper, filters) is not None


def apply_filters(papers: Iterable[Paper], filters: Filters) -> tuple[Paper, ...]:
    """Return the papers that pass `filters`, in their order, with topics and marks set."""
    passed = (_apply(paper, filters) for paper in papers)
    return tuple(paper for paper in passed if paper is not None)


def _apply(paper: Paper, filters: Filters) -> Paper | None:
    topics = tuple(
        topic
        for topic in paper.topics
        if not _topic_hits([topic], filters.exclude_topics)
        and (not filters.include_topics or _topic_hits([topic], filters.include_topics))
    )
    if not topics and (filters.include_topics or filters.exclude_topics):
        return None
    summaries = (paper.summary or "", *(text.summary for text in paper.summaries))
    text = folded(" \n ".join((paper.title, paper.abstract, *summaries)))
    if filters.include_keywords and not keyword_hits(text, filters.include_keywords):
        return None
    if filters.include_authors and not author_hits(paper.authors, filters.include_authors):
        return None
    if keyword_hits(text, filters.exclude_keywords):
        return None
    if author_hits(paper.authors, filters.exclude_authors):
        return None
    marks = (
        *_topic_hits(topics, filters.mark_topics),
        *keyword_hits(text, filters.mark_keywords),
        *author_hits(paper.authors, filters.mark_authors),
    )
    return replace(paper, topics=topics, marks=tuple(dict.fromkeys(marks)))


def _topic_hits(topics: Sequence[Topic], texts: Sequence[str]) -> list[str]:
    names = {fold(topic.name) for topic in topics} | {topic.slug for topic in topics}
    return [text for text in texts if fold(text) in names]
