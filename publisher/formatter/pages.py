"""The HTML pages: a landing page and one for each topic, for people who follow along.

Static and whole: no script, nothing from another host, a Content-Security-Policy that says so.
Links between the pages are relative, so that the output folder can be opened from disk; the
addresses people copy into a reader are absolute. Nothing reads the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.email import (
    COMMENT_COLUMNS,
    SUMMARY_COLUMNS,
    TAKEAWAY_COLUMNS,
    Link,
    paper_links,
    short_authors,
)
from publisher.formatter.templating import render, safe_url, shortened
from publisher.formatter.texts import Texts, counted, texts_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Collection, Paper, Topic
    from publisher.settings import Settings

MOST_PAPERS = 50  # on one page, so that it stays under 100 kB
INDEX_TEMPLATE = "pages/index.html.j2"
TOPIC_TEMPLATE = "pages/topic.html.j2"
FORMAT_NAMES = {
    "application/atom+xml": "Atom",
    "application/rss+xml": "RSS",
    "application/feed+json": "JSON Feed",
    "application/json": "JSON Feed",
}


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed as the pages offer it.

    `path` is relative to the output folder ("atom.xml", "topics/nerf/rss.xml"), `title` for people
    who choose among feeds in a reader, `topic` the slug of its topic, None for everything.
    """

    path: str
    title: str
    media_type: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed with the address to copy (`address`, absolute) and to click (`href`, relative)."""

    label: str
    title: str
    media_type: str
    address: str
    href: str


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic with its number of papers, the link to its page, and its feeds."""

    slug: str
    name: str
    href: str
    count: int
    feeds: tuple[FeedRow, ...]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as a page lists it; `date` as YYYY-MM-DD in the site's zone."""

    title: str
    title_html: str  # safe, "" where escaping the title gives it
    url: str
    authors: str
    date: str
    comment: str
    topics: tuple[TopicRow, ...]
    summary: str
    takeaways: tuple[str, ...]
    links: tuple[Link, ...]


def render_pages(
    collection: Collection, feeds: Sequence[FeedLink], settings: Settings
) -> dict[str, bytes]:
    """Return the pages as UTF-8 by their path in the output folder.

    `index.html` has the topics, the newest papers (as many as a feed, at most 50) and every feed;
    `topics/<slug>/index.html` the same for one topic.

    Raises `TemplateError`.
    """
    texts = texts_for(settings)
    pages = {"index.html": _index(collection, feeds, texts, settings)}
    for topic in collection.topics:
        path = f"topics/{topic.slug}/index.html"
        pages[path] = _topic(topic, collection, feeds, texts, settings)
    return {path: html.encode() for path, html in pages.items()}


def _index(
    collection: Collection, feeds: Sequence[FeedLink], texts: Texts, settings: Settings
) -> str:
    rows = _topic_rows(collection, feeds, "", settings)
    return render(
        INDEX_TEMPLATE,
        settings,
        **_frame(texts, settings, ""),
        page_title=settings.site.title,
        description=settings.site.description,
        canonical=settings.site.root,
        count=counted(len(collection.papers), texts.paper, texts.papers),
        topics=tuple(rows.values()),
        feeds=_feed_rows(feeds, None, "", settings),
        papers=_paper_rows(collection.papers, rows, None, texts, settings),
    )


def _topic(
    topic: Topic,
    collection: Collection,
    feeds: Sequence[FeedLink],
    texts: Texts,
    settings: Settings,
) -> str:
    rows = _topic_rows(collection, feeds, "../../", settings)
    papers = collection.by_topic[topic.slug]
    return render(
        TOPIC_TEMPLATE,
        settings,
        **_frame(texts, settings, "../../"),
        page_title=f"{topic.name} – {settings.site.title}",
        description=texts.topic_description.format(topic=topic.name),
        canonical=f"{settings.site.root}topics/{topic.slug}/",
        count=counted(len(papers), texts.paper, texts.papers),
        topic=topic,
        topics=tuple(rows.values()),
        feeds=_feed_rows(feeds, topic.slug, "../../", settings),
        papers=_paper_rows(papers, rows, topic.slug, texts, settings),
    )


def _frame(texts: Texts, settings: Settings, up: str) -> dict[str, object]:
    """Return what every page knows; `up` leads from the page to the output folder."""
    return {
        "texts": texts,
        "site_title": settings.site.title,
        "author": settings.site.author,
        "home": f"{up}index.html",
        "opml": f"{up}opml.xml",
    }


def _topic_rows(
    collection: Collection, feeds: Sequence[FeedLink], up: str, settings: Settings
) -> dict[str, TopicRow]:
    return {
        topic.slug: TopicRow(
            slug=topic.slug,
            name=topic.name,
            href=f"{up}topics/{topic.slug}/index.html",
            count=len(collection.by_topic[topic.slug]),
            feeds=_feed_rows(feeds, topic.slug, up, settings),
        )
        for topic in collection.topics
    }


def _feed_rows(
    feeds: Sequence[FeedLink], topic: str | None, up: str, settings: Settings
) -> tuple[FeedRow, ...]:
    return tuple(
        FeedRow(
            label=FORMAT_NAMES.get(feed.media_type, feed.media_type),
            title=feed.title,
            media_type=feed.media_type,
            address=settings.site.root + feed.path,
            href=up + feed.path,
        )
        for feed in feeds
        if feed.topic == topic
    )


def _paper_rows(
    papers: Sequence[Paper],
    topics: dict[str, TopicRow],
    here: str | None,
    texts: Texts,
    settings: Settings,
) -> tuple[PaperRow, ...]:
    """Return the first of `papers`; `here` is the topic whose page it is, not worth a link."""
    return tuple(
        PaperRow(
            title=paper.title,
            title_html=paper.title_html,
            url=safe_url(paper.abs_url) or safe_url(paper.pdf_url),
            authors=short_authors(paper.authors, texts),
            date=paper.first_published.astimezone(settings.site.zone).date().isoformat(),
            comment=shortened(paper.comment or "", COMMENT_COLUMNS),
            topics=tuple(
                topics[topic.slug]
                for topic in paper.topics
                if topic.slug in topics and topic.slug != here
            ),
            summary=shortened(paper.summary or "", SUMMARY_COLUMNS),
            takeaways=tuple(shortened(point, TAKEAWAY_COLUMNS) for point in paper.takeaways),
            links=paper_links(paper, texts),
        )
        for paper in papers[: min(settings.feeds.entries, MOST_PAPERS)]
    )
