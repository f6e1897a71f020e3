"""The rows of lists on pages: papers, topics and feeds, every text ready, every address checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.feeds.feed_readers import reader_links
from publisher.formatter.i18n.text_width import shortened, text_width
from publisher.formatter.pages.layout import part_language, words
from publisher.formatter.paper_lines import (
    COMMENT_COLUMNS,
    Link,
    paper_links,
    short_authors,
    venue_label,
)
from publisher.formatter.paper_status import in_language, status_line
from publisher.formatter.paths import paper_stem
from publisher.formatter.templating.templates import fragment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from publisher.formatter.feeds.formats import FeedFormat
    from publisher.models import Paper, Topic
    from publisher.settings import Settings

MOST_PAPERS = 50  # with a summary on one page, so that it stays under 100 kB
SUMMARY_COLUMNS = 300
# Where a page shows less: topics of a paper, and bytes of an address worth a link.
TOPICS_IN_BRIEF = 3
LINK_IN_BRIEF = 200
_WHOLE = 1 << 20


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed document as pages link to it.

    `path` is relative to the output folder, `title` for people who choose among feeds in a reader,
    `topic` the slug of its topic. A feed that is neither of everything nor of a topic (a language,
    a saved filter, the issues) has the name of its `group`.
    """

    path: str
    title: str
    feed_format: FeedFormat
    topic: str | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic with the number of its papers."""

    topic: Topic
    count: int


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed with the address to copy (`address`, absolute) and to click (`href`, relative)."""

    label: str
    title: str
    media_type: str
    address: str
    href: str


@dataclass(frozen=True, slots=True)
class FeedGroup:
    """The feeds of one thing: everything, a topic, a saved filter."""

    name: str
    lang: str
    feeds: tuple[FeedRow, ...]
    readers: tuple[tuple[str, str], ...] = ()  # by name, with the link that subscribes


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic with the link to its page; `count` is 0 where it is not shown."""

    slug: str
    name: str
    lang: str
    href: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as a list has it; `date` as YYYY-MM-DD in the site's zone.

    `title` is mark-up; `summary` and `links` are empty in a compact list.
    """

    title: Markup
    lang: str
    href: str
    authors: str
    date: str
    venue: str
    comment: str
    topics: tuple[TopicRow, ...]
    summary: str
    summary_lang: str
    links: tuple[Link, ...]
    status: str


def topic_row(
    topic: Topic, up: str, settings: Settings, count: int = 0, columns: int = 0
) -> TopicRow:
    """Return `topic` with its link; `up` leads from the page to the output folder.

    `columns` is the most that its name may take, 0 for all.
    """
    return TopicRow(
        slug=topic.slug,
        name=shortened(topic.name, columns) if columns else topic.name,
        lang=part_language(topic.name, settings),
        href=f"{up}topics/{topic.slug}/index.html",
        count=count,
    )


def feed_rows(feeds: Iterable[FeedLink], up: str, settings: Settings) -> tuple[FeedRow, ...]:
    """Return `feeds` with their addresses."""
    return tuple(
        FeedRow(
            label=feed.feed_format.label,
            title=feed.title,
            media_type=feed.feed_format.media_type,
            address=settings.site.root + feed.path,
            href=up + feed.path,
        )
        for feed in feeds
    )


def feed_readers(rows: Sequence[FeedRow]) -> tuple[tuple[str, str], ...]:
    """Return the readers that take a feed by a link, in the first of its formats."""
    return reader_links(rows[0].address) if rows else ()


def full_rows(
    papers: Sequence[Paper],
    up: str,
    settings: Settings,
    here: str | None = None,
    columns: int = 0,
) -> tuple[PaperRow, ...]:
    """Return `papers` with summaries, without a link to the topic `here`, whose page it is.

    With `columns`, titles are cut to so many, and the rest too.
    """
    return tuple(
        _row(
            paper,
            up,
            settings,
            columns,
            topics=tuple(
                topic_row(topic, up, settings, columns=columns)
                for topic in paper.topics[: TOPICS_IN_BRIEF if columns else None]
                if topic.slug != here
            ),
            summary=shortened(
                in_language(paper, settings.site.language).summary or paper.abstract,
                min(SUMMARY_COLUMNS, 2 * columns or SUMMARY_COLUMNS),
            ),
            links=tuple(
                link
                for link in paper_links(paper, words(settings))
                if not columns or len(link.url) <= LINK_IN_BRIEF
            ),
        )
        for paper in papers
    )


def compact_rows(
    papers: Sequence[Paper], up: str, settings: Settings, columns: int = 0
) -> tuple[PaperRow, ...]:
    """Return `papers` with title, authors and venue only, cut to `columns` unless that is 0."""
    return tuple(_row(paper, up, settings, columns) for paper in papers)


def site_date(paper: Paper, settings: Settings) -> str:
    """Return the day of the first digest of `paper` in the site's zone, as YYYY-MM-DD."""
    return paper.first_published.astimezone(settings.site.zone).date().isoformat()


def _row(
    paper: Paper,
    up: str,
    settings: Settings,
    columns: int,
    *,
    topics: tuple[TopicRow, ...] = (),
    summary: str = "",
    links: tuple[Link, ...] = (),
) -> PaperRow:
    whole = not columns or text_width(paper.title) <= columns
    most = columns or _WHOLE
    venue = shortened(venue_label(paper), most)
    return PaperRow(
        title=fragment(paper.title_html, paper.title)
        if whole
        else fragment("", shortened(paper.title, columns)),
        lang=part_language(paper.title, settings),
        href=f"{up}{paper_stem(paper.id)}.html",
        authors=shortened(short_authors(paper.authors, words(settings)), most),
        date=site_date(paper, settings),
        venue=venue,
        comment="" if venue else shortened(paper.comment or "", min(COMMENT_COLUMNS, most)),
        topics=topics,
        summary=summary,
        summary_lang=part_language(summary, settings),
        links=links,
        status=status_line(paper, words(settings)),
    )
