"""The landing page, and a page for each topic."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import counted
from publisher.formatter.pages.archive import ARCHIVE_PATH, month_row
from publisher.formatter.pages.layout import (
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
    more_topics: bool = False,
    offer: FormOffer = ANY_OFFER,
) -> dict[str, bytes]:
    """Return the landing page `index.html`.

    It has the topics, the first of `newest` (as many as a feed, at most 50) of all `paper_count`
    papers, and every feed with an address to copy, as far as they fit on a page. `months`, newest
    first, link to the archive, and `more_topics` to the list of all topics; `offer` is the form's.

    Raises `TemplateError`.
    """
    site, texts, up = settings.site, words(settings), way_up(INDEX_PATH)
    of_topics = {count.topic.slug: count.topic for count in topics}
    everything = [feed for feed in feeds if feed.topic is None]

    def render(detail: Detail) -> bytes:
        columns = detail.columns
        shown = newest[: min(settings.feeds.entries, detail.papers)]
        return render_page(
            "pages/index.html.j2",
            INDEX_PATH,
            settings,
            title=site.title,
            description=site.description,
            lead=site.description,
            lead_lang=part_language(site.description, settings),
            count=counted(paper_count, texts.paper, texts.papers),
            topics=tuple(
                topic_row(count.topic, up, settings, count.count, columns) for count in topics
            ),
            more_topics=more_topics,
            feeds=feed_rows(everything, up, settings),
            feed_groups=_groups(everything, texts.everything, up, settings),
            topic_feeds=tuple(
                FeedGroup(
                    of_topics[slug].name,
                    part_language(of_topics[slug].name, settings),
                    feed_rows([feed for feed in feeds if feed.topic == slug], up, settings),
                )
                for slug in dict.fromkeys(feed.topic for feed in feeds)
                if detail.extras and slug in of_topics
            ),
            months=tuple(month_row(month, up, settings) for month in months[:12]),
            has_issues=any(feed.path.startswith(ISSUES_FOLDER) for feed in feeds),
            form=_form([count.topic for count in topics], settings, offer, up, columns=columns),
            form_origin=origin_of(settings.web.root) or "'none'",
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
                count=texts.topic_count.format(count=f"{len(topics):,}"),
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
    more_topics: bool = False,
    offer: FormOffer = ANY_OFFER,
) -> dict[str, bytes]:
    """Return the page of `topic`, `topics/<slug>/index.html`.

    It has the first of `newest` (as many as a feed, at most 50) of the topic's `paper_count`
    papers, and `feeds`, the topic's own. All `topics` are in its navigation, without their numbers:
    a new paper changes the pages of its own topics alone. `more_topics` adds a link to the list of
    all. `offer` is for the form.

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
        shown = newest[: min(settings.feeds.entries, detail.papers)]
        return render_page(
            "pages/topic.html.j2",
            path,
            settings,
            title=topic.name,
            description=description,
            lead=description,
            topic=topic_row(topic, up, settings),
            count=counted(paper_count, texts.paper, texts.papers),
            more=paper_count > len(shown),
            has_archive=bool(pages),
            earlier_href=up + earlier,
            topics=tuple(topic_row(other, up, settings, columns=columns) for other in topics),
            more_topics=more_topics,
            feeds=rows,
            readers=feed_readers(rows),
            topic_mail=mail_subscription(settings, topic),
            form=_form(offered, settings, offer, up, here=topic.slug, columns=columns),
            form_origin=origin_of(settings.web.root) or "'none'",
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
