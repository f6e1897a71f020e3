"""The landing page, and a page for each topic."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from publisher.formatter.i18n.words import counted
from publisher.formatter.pages.archive import month_row
from publisher.formatter.pages.layout import (
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.subscribe_form import subscribe_form
from publisher.formatter.pages.view_models import (
    MOST_PAPERS,
    FeedGroup,
    FeedLink,
    TopicCount,
    feed_rows,
    full_rows,
    topic_row,
)
from publisher.models import Language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.pages.archive import MonthCount
    from publisher.formatter.pages.subscribe_form import SubscribeForm
    from publisher.models import Paper, Topic
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
    has_issues: bool = False,
) -> dict[str, bytes]:
    """Return the landing page `index.html`.

    It has the topics, the first of `newest` (as many as a feed, at most 50) of all `paper_count`
    papers, and every feed with an address to copy. `months`, newest first, link to the archive.

    Raises `TemplateError`.
    """
    site, texts, up = settings.site, words(settings), way_up(INDEX_PATH)
    of_topics = {count.topic.slug: count.topic for count in topics}
    everything = [feed for feed in feeds if feed.topic is None]
    rows = tuple(topic_row(count.topic, up, settings, count.count) for count in topics)
    shown = newest[: min(settings.feeds.entries, MOST_PAPERS)]
    return {
        INDEX_PATH: render_page(
            "pages/index.html.j2",
            INDEX_PATH,
            settings,
            title=site.title,
            description=site.description,
            lead=site.description,
            lead_lang=part_language(site.description, settings),
            count=counted(paper_count, texts.paper, texts.papers),
            topics=rows,
            feeds=feed_rows(everything, up, settings),
            feed_groups=_groups(everything, texts.everything, up, settings),
            topic_feeds=tuple(
                FeedGroup(
                    of_topics[slug].name,
                    part_language(of_topics[slug].name, settings),
                    feed_rows([feed for feed in feeds if feed.topic == slug], up, settings),
                )
                for slug in dict.fromkeys(feed.topic for feed in feeds)
                if slug in of_topics
            ),
            months=tuple(month_row(month, up, settings) for month in months[:12]),
            has_issues=has_issues,
            mail_url=_mail_url(settings),
            form=_form([count.topic for count in topics], settings),
            form_origin=_form_origin(settings),
            papers=full_rows(shown, up, settings),
        )
    }


def render_topic(
    topic: Topic,
    newest: Sequence[Paper],
    paper_count: int,
    topics: Sequence[Topic],
    feeds: Sequence[FeedLink],
    settings: Settings,
) -> dict[str, bytes]:
    """Return the page of `topic`, `topics/<slug>/index.html`.

    It has the first of `newest` (as many as a feed, at most 50) of the topic's `paper_count`
    papers, and `feeds`, the topic's own. All `topics` are in its navigation, without their numbers:
    a new paper changes the pages of its own topics alone.

    Raises `TemplateError`.
    """
    texts = words(settings)
    path = f"topics/{topic.slug}/index.html"
    up = way_up(path)
    shown = newest[: min(settings.feeds.entries, MOST_PAPERS)]
    rows = feed_rows([feed for feed in feeds if feed.topic == topic.slug], up, settings)
    description = texts.topic_description.format(topic=topic.name)
    return {
        path: render_page(
            "pages/topic.html.j2",
            path,
            settings,
            title=topic.name,
            description=description,
            lead=description,
            topic=topic_row(topic, up, settings),
            count=counted(paper_count, texts.paper, texts.papers),
            more=paper_count > len(shown),
            topics=tuple(topic_row(other, up, settings) for other in topics),
            feeds=rows,
            form=_form(topics, settings, topic.slug),
            form_origin=_form_origin(settings),
            papers=full_rows(shown, up, settings, topic.slug),
        )
    }


def _form(topics: Sequence[Topic], settings: Settings, here: str = "") -> SubscribeForm | None:
    """Return the form that subscribes, with the topic `here` chosen; None without a web app."""
    if not settings.web.root:
        return None
    picked = (here,) if here else ()
    language = settings.site.language
    return subscribe_form(topics, settings, language, picked=picked, some=bool(here))


def _form_origin(settings: Settings) -> str:
    """Return the origin that a page's form may send to: the web app's (CSP, form-action)."""
    parts = urlsplit(settings.web.root)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'none'"


def _mail_url(settings: Settings) -> str:
    """Return the mailto address of a mail that asks to subscribe, "" without a mailbox for it."""
    if not settings.inbox.is_set_up:
        return ""
    word = "订阅" if settings.mail_language is Language.CHINESE else "subscribe"
    return f"mailto:{quote(settings.inbox_address, safe='@')}?subject={quote(word)}"


def _groups(
    feeds: Sequence[FeedLink], everything: str, up: str, settings: Settings
) -> tuple[FeedGroup, ...]:
    """Return `feeds` by their group, in the order seen; those without one are of everything."""
    return tuple(
        FeedGroup(
            name or everything,
            part_language(name or everything, settings),
            feed_rows(of_group, up, settings),
        )
        for name, of_group in groupby(feeds, key=lambda feed: feed.group)
    )
