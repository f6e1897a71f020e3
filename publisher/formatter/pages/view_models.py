"""The rows of lists on pages: papers, topics and feeds, every text ready, every address checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.formatter.feeds.feed_readers import reader_links
from publisher.formatter.i18n.text_width import shortened, text_width
from publisher.formatter.pages.layout import in_languages, page_languages, part_language, words
from publisher.formatter.pages.pictures import Picture, thumbnail_of
from publisher.formatter.paper_lines import (
    Link,
    paper_links,
    short_authors,
    venue_label,
)
from publisher.formatter.paper_status import in_language, other_summaries, status_line
from publisher.formatter.paths import paper_stem
from publisher.formatter.templating.templates import fragment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from publisher.formatter.feeds.formats import FeedFormat
    from publisher.models import Paper, Topic
    from publisher.settings import Settings

MOST_PAPERS = 20  # with summary and picture on one page: as much as people scroll through
FEW_TOPICS = 12  # that pages list beside a link to all
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

    `title` is mark-up. `others` are the summaries in the page's other languages: tags and texts. A
    compact list does without topics, summaries, links and pictures.
    """

    title: Markup
    lang: str
    href: str
    authors: str
    date: str
    venue: str
    status: Markup
    has_code: bool
    venue_href: str = ""
    topics: tuple[TopicRow, ...] = ()
    summary: str = ""
    summary_lang: str = ""
    others: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    picture: Picture | None = None


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
    most = min(SUMMARY_COLUMNS, 2 * columns or SUMMARY_COLUMNS)
    return tuple(
        replace(
            _row(shown, up, settings, columns),
            topics=tuple(
                topic_row(topic, up, settings, columns=columns)
                for topic in paper.topics[: TOPICS_IN_BRIEF if columns else None]
                if topic.slug != here
            ),
            summary=summary,
            summary_lang=part_language(summary, settings),
            links=tuple(
                link
                for link in paper_links(paper, words(settings))
                if not columns or len(link.url) <= LINK_IN_BRIEF
            ),
            picture=_picture(paper, up, settings, brief=bool(columns)),
            others=_others(shown, most, settings),
        )
        for paper in papers
        for shown in (in_language(paper, settings.site.language),)
        for summary in (shortened(shown.summary or shown.abstract, most),)
    )


def _picture(paper: Paper, up: str, settings: Settings, *, brief: bool) -> Picture | None:
    """Return the first picture of `paper`; None without one that has room."""
    picture = thumbnail_of(paper, up, settings)
    return None if picture and brief and len(picture.url) > LINK_IN_BRIEF else picture


def _others(paper: Paper, most: int, settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the summaries of `paper`, shown in the site's language, in the page's others."""
    offered = {tag.partition("-")[0]: tag for tag, _ in page_languages(settings)}
    return tuple(
        (offered[text.language], shortened(text.summary, most))
        for text in other_summaries(paper)
        if offered and paper.summary and text.summary and text.language in offered
    )


def compact_rows(
    papers: Sequence[Paper], up: str, settings: Settings, columns: int = 0
) -> tuple[PaperRow, ...]:
    """Return `papers` with title, authors and venue only, cut to `columns` unless that is 0."""
    return tuple(_row(paper, up, settings, columns) for paper in papers)


def site_date(paper: Paper, settings: Settings) -> str:
    """Return the day of the first digest of `paper` in the site's zone, as YYYY-MM-DD."""
    return paper.first_published.astimezone(settings.site.zone).date().isoformat()


def _row(paper: Paper, up: str, settings: Settings, columns: int) -> PaperRow:
    whole = not columns or text_width(paper.title) <= columns
    most = columns or _WHOLE
    return PaperRow(
        title=fragment(paper.title_html, paper.title)
        if whole
        else fragment("", shortened(paper.title, columns)),
        lang=part_language(paper.title, settings),
        href=f"{up}{paper_stem(paper.id)}.html",
        authors=shortened(short_authors(paper.authors, words(settings)), most),
        date=site_date(paper, settings),
        venue=shortened(venue_label(paper), most),
        status=in_languages(settings, lambda texts: status_line(paper, texts)),
        has_code=bool(paper.code_urls),
    )
