"""All papers of each topic that has more than its page shows, a hundred to a page.

Pages are numbered from the oldest paper, and each names only those before it: a full one changes no
more once it has a successor.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.pages import archive_pages, render_topic_archive
from publisher.formatter.paths import LISTED_ON_A_PAGE, topic_archive_path
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex
    from publisher.models import Topic


def topic_archive_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets, one for each page."""
    for topic in index.collection.topics:
        items = index.by_topic[topic.slug]
        name = stable_hash(topic.name)
        last = archive_pages(len(items), index.settings)
        for number in range(1, last + 1):
            of_page = _of_page(items, number)
            yield BuildTarget(
                name=f"topic {topic.slug} {number}",
                fingerprint=mixed(
                    (name, number < last, *(item.summary.fingerprint for item in of_page))
                ),
                paths=partial(_paths, topic, number),
                render=partial(_render, index, topic, number, has_newer=number < last),
                batch=f"topic {topic.slug}",
                stage=stage,
                shown=len(of_page),
            )


def _of_page(items: Sequence[FeedItem], number: int) -> Sequence[FeedItem]:
    """Return the papers of page `number`, the newest first, as `items` are."""
    end = len(items) - (number - 1) * LISTED_ON_A_PAGE
    return items[max(0, end - LISTED_ON_A_PAGE) : end]


def _paths(topic: Topic, number: int) -> tuple[str, ...]:
    return (topic_archive_path(topic.slug, number),)


def _render(index: PaperIndex, topic: Topic, number: int, *, has_newer: bool) -> dict[str, bytes]:
    papers = [index.listed(item) for item in _of_page(index.by_topic[topic.slug], number)]
    return render_topic_archive(topic, number, papers, index.settings, has_newer=has_newer)
