"""All papers of a topic, a hundred to a page, numbered from the oldest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.pages.layout import in_languages, way_up, words
from publisher.formatter.pages.listing import ListingHead, render_listing
from publisher.formatter.pages.view_models import MOST_PAPERS
from publisher.formatter.paths import LISTED_ON_A_PAGE, pages_of, topic_archive_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.pages.connections import ListedPaper
    from publisher.models import Topic
    from publisher.settings import Settings


def archive_pages(paper_count: int, settings: Settings) -> int:
    """Return the number of pages with all papers of a topic, 0 where its own page shows them."""
    is_shown = paper_count <= min(settings.feeds.entries, MOST_PAPERS)
    return 0 if is_shown else pages_of(paper_count)


def render_topic_archive(
    topic: Topic,
    number: int,
    papers: Sequence[ListedPaper],
    settings: Settings,
    *,
    has_newer: bool,
) -> dict[str, bytes]:
    """Return page `number` of all papers of `topic`, which has `papers`, the newest first.

    It names the pages before it, and the next one where there is a newer one. Raises
    `TemplateError`.
    """
    texts = words(settings)
    path = topic_archive_path(topic.slug, number)
    up = way_up(path)
    first = (number - 1) * LISTED_ON_A_PAGE + 1
    last = first + len(papers) - 1
    return render_listing(
        path,
        ListingHead(
            name=texts.topic_archive.format(topic=topic.name),
            description=texts.topic_archive_description.format(topic=topic.name),
            total=last,
            above=(f"topics/{topic.slug}/index.html", topic.name),
        ),
        papers,
        settings,
        leaves=[(leaf, topic_archive_path(topic.slug, leaf)) for leaf in range(1, number + 1)],
        number=number,
        # A full page does not know how many came after it.
        lead=in_languages(
            settings, lambda texts: texts.papers_between.format(first=first, last=last)
        ),
        newer=up + topic_archive_path(topic.slug, number + 1) if has_newer else "",
        older=up + topic_archive_path(topic.slug, number - 1) if number > 1 else "",
    )
