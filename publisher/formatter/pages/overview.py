"""The landing page, and a page for each topic."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from publisher.formatter.feeds.formats import FORMATS
from publisher.formatter.i18n.dates import month_text
from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.pages.archive import ARCHIVE_PATH, month_row, paper_count_label
from publisher.formatter.pages.layout import (
    in_languages,
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.mail_subscription import mail_subscription
from publisher.formatter.pages.size_limit import Detail, limited
from publisher.formatter.pages.subscribe_form import ANY_OFFER, FormOffer, origin_of, subscribe_form
from publisher.formatter.pages.topic_archive import archive_pages
from publisher.formatter.pages.view_models import (
    FEW_TOPICS,
    MOST_PAPERS,
    FeedGroup,
    FeedLink,
    TopicCount,
    feed_readers,
    feed_rows,
    full_rows,
    topic_row,
)
from publisher.formatter.paths import (
    ISSUES_FOLDER,
    TOPICS_ON_A_PAGE,
    cover_path,
    topic_archive_path,
    topics_paths,
)
from publisher.models import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.pages.archive import MonthCount
    from publisher.formatter.pages.subscribe_form import SubscribeForm
    from publisher.models import Paper
    from publisher.settings import Settings

INDEX_PATH = "index.html"


def render_index(
    newest: Sequence[Paper],
    paper_count: int,
    topics: Sequence[TopicCount],
    feeds: Sequence[FeedLink],
    settings: Settings,
    *,
    months: Sequence[MonthCount] = (),
    topic_total: int = 0,
    offer: FormOffer = ANY_OFFER,
) -> dict[str, bytes]:
    """Return the landing page `index.html`.

    It has the largest of `topics` with a link to all `topic_total` of them, the first of `newest`
    (as many as a feed, at most 20) of all `paper_count` papers, and the feeds that are not of a
    topic with addresses to copy. `months`, newest first, link to the archive. The form has all
    `topics`; `offer` is its own.

    Raises `TemplateError`.
    """
    site, texts, up = settings.site, words(settings), way_up(INDEX_PATH)
    largest = sorted(topics, key=lambda count: -count.count)[:FEW_TOPICS]
    newest_month = months[0].month if months else ""
    everything = [feed for feed in feeds if feed.topic is None]

    def render(detail: Detail) -> bytes:
        columns = detail.columns
        shown = newest[: min(settings.feeds.entries, MOST_PAPERS, detail.papers)]
        return render_page(
            "pages/index.html.j2",
            INDEX_PATH,
            settings,
            title=site.title,
            description=site.description,
            lead=site.description,
            lead_lang=part_language(site.description, settings),
            count=paper_count_label(paper_count, settings),
            topics=tuple(
                topic_row(count.topic, up, settings, count.count, columns) for count in largest
            ),
            all_topics=in_languages(
                settings, lambda texts: f"{texts.all_topics} ({topic_total or len(topics):,})"
            ),
            feeds=feed_rows(everything, up, settings),
            feed_groups=_groups(everything, texts.everything, up, settings),
            more_of_month=in_languages(
                settings,
                lambda texts: texts.more_of_month.format(
                    month=month_text(texts.dates, newest_month) if newest_month else ""
                ),
            ),
            months=tuple(month_row(month, up, settings) for month in months[:12]),
            has_issues=any(feed.path.startswith(ISSUES_FOLDER) for feed in feeds),
            form=_form([count.topic for count in topics], settings, offer, up, columns=columns),
            form_origin=origin_of(settings.web.root),
            papers=full_rows(shown, up, settings, columns=columns),
        )

    return {INDEX_PATH: limited(render)}


def render_topics(topics: Sequence[TopicCount], settings: Settings) -> dict[str, bytes]:
    """Return the list of all topics, `topics/index.html`, `topics/2.html`, ...

    Raises `TemplateError`.
    """
    texts, paths = words(settings), topics_paths(len(topics))
    pages: dict[str, bytes] = {}
    for number, path in enumerate(paths, start=1):
        start = (number - 1) * TOPICS_ON_A_PAGE
        up = way_up(path)

        def render(detail: Detail, path: str = path, up: str = up, start: int = start) -> bytes:
            return render_page(
                "pages/topics.html.j2",
                path,
                settings,
                title=texts.all_topics,
                description=texts.all_topics,
                count=in_languages(
                    settings, lambda texts: texts.topic_count.format(count=f"{len(topics):,}")
                ),
                feed=FORMATS[0],
                topics=tuple(
                    topic_row(count.topic, up, settings, count.count, detail.columns)
                    for count in topics[start : start + TOPICS_ON_A_PAGE]
                ),
                number=start // TOPICS_ON_A_PAGE + 1,
                leaves=tuple((n, up + leaf) for n, leaf in enumerate(paths, start=1)),
            )

        pages[path] = limited(render)
    return pages


def render_topic(
    topic: Topic,
    newest: Sequence[Paper],
    paper_count: int,
    topics: Sequence[Topic],
    feeds: Sequence[FeedLink],
    settings: Settings,
    *,
    largest: Sequence[Topic] = (),
    offer: FormOffer = ANY_OFFER,
) -> dict[str, bytes]:
    """Return the page of `topic`, `topics/<slug>/index.html`.

    It has the first of `newest` (as many as a feed, at most 20) of the topic's `paper_count`
    papers, and `feeds`, the topic's own. The `largest` topics are in its navigation, without their
    numbers: a new paper changes the pages of its own topics alone. The form has all
    `topics`; `offer` is its own.

    Raises `TemplateError`.
    """
    texts = words(settings)
    path = f"topics/{topic.slug}/index.html"
    up = way_up(path)
    rows = feed_rows([feed for feed in feeds if feed.topic == topic.slug], up, settings)
    description = texts.topic_description.format(topic=topic.name)
    offered = topics if topic in topics else (*topics, topic)
    pages = archive_pages(paper_count, settings)
    earlier = topic_archive_path(topic.slug, pages) if pages else ARCHIVE_PATH

    def render(detail: Detail) -> bytes:
        columns = detail.columns
        shown = newest[: min(settings.feeds.entries, MOST_PAPERS, detail.papers)]
        return render_page(
            "pages/topic.html.j2",
            path,
            settings,
            title=topic.name,
            description=description,
            picture=settings.site.root + cover_path(topic.slug),
            lead=in_languages(
                settings, lambda texts: texts.topic_description.format(topic=topic.name)
            ),
            topic=topic_row(topic, up, settings),
            count=paper_count_label(paper_count, settings),
            more=paper_count > len(shown),
            has_archive=bool(pages),
            earlier_href=up + earlier,
            topics=tuple(
                topic_row(other, up, settings, columns=columns)
                for other in largest or topics[:FEW_TOPICS]
            ),
            feeds=rows,
            readers=feed_readers(rows),
            topic_mail=mail_subscription(settings, topic),
            form=_form(offered, settings, offer, up, here=topic.slug, columns=columns),
            form_origin=origin_of(settings.web.root),
            papers=full_rows(shown, up, settings, topic.slug, columns),
        )

    return {path: limited(render)}


def _form(
    topics: Sequence[Topic],
    settings: Settings,
    offer: FormOffer,
    up: str,
    *,
    here: str = "",
    columns: int = 0,
) -> SubscribeForm | None:
    """Return the form that subscribes, with the topic `here` chosen; None without a web app.

    `up` leads from the page to the site's root.

    Names of topics are cut to `columns` unless that is 0.
    """
    if not settings.web.root:
        return None
    if columns:
        topics = [Topic(topic.slug, shortened(topic.name, columns)) for topic in topics]
    picked = (here,) if here else ()
    return subscribe_form(
        topics,
        settings,
        settings.site.language,
        offer=replace(offer, sample=offer.sample and up + offer.sample),
        picked=picked,
        some=bool(here),
    )


def _groups(
    feeds: Sequence[FeedLink], everything: str, up: str, settings: Settings
) -> tuple[FeedGroup, ...]:
    """Return `feeds` by their group, in the order seen; those without one are of everything."""
    rows = {
        name or everything: feed_rows(of_group, up, settings)
        for name, of_group in groupby(feeds, key=lambda feed: feed.group)
    }
    return tuple(
        FeedGroup(name, part_language(name, settings), of_group, feed_readers(of_group))
        for name, of_group in rows.items()
    )
