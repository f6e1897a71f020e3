"""The page that searches, its script, and the parts that it shares with the web app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.pages.layout import part_language, render_page, words
from publisher.formatter.pages.view_models import TopicRow, site_date, topic_row
from publisher.formatter.paper_lines import short_authors, venue_label
from publisher.formatter.paper_status import in_language
from publisher.formatter.paths import paper_stem
from publisher.formatter.search import terms
from publisher.formatter.search.query import MOST_CHARACTERS, MOST_TERMS, Query
from publisher.formatter.search.segments import (
    PAGE_PATH,
    PAPERS_PER_DOCUMENT,
    PAPERS_PER_SHARD,
    SCRIPT_PATH,
)
from publisher.formatter.search.writer import ResultEntry
from publisher.formatter.templating.templates import render_bytes
from publisher.models import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.models import Paper
    from publisher.settings import Settings

RESULTS_ON_A_PAGE = 20
_AUTHORS = 3
_TITLE_COLUMNS = 240
_LINE_COLUMNS = 150
_TOPIC_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The form with what was asked; it is sent to `action`."""

    action: str
    query: Query
    topics: tuple[TopicRow, ...]
    years: tuple[str, ...]
    venues: tuple[str, ...]
    longest: int = MOST_CHARACTERS

    @property
    def narrows(self) -> bool:
        """Whether a filter is set."""
        query = self.query
        return bool(query.topic or query.year or query.venue or query.code)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A paper as results show it."""

    title: str
    lang: str
    href: str
    authors: str
    date: str
    venue: str
    has_code: bool
    topics: tuple[TopicRow, ...]
    line: str
    line_lang: str


def result_entry(paper: Paper, settings: Settings) -> ResultEntry:
    """Return `paper` as the index keeps it for results."""
    return ResultEntry(
        title=shortened(paper.title, _TITLE_COLUMNS),
        stem=paper_stem(paper.id),
        authors=short_authors(paper.authors, words(settings), _AUTHORS),
        date=site_date(paper, settings),
        venue=venue_label(paper),
        has_code=bool(paper.code_urls),
        topics=tuple(topic.slug for topic in paper.topics),
        line=shortened(
            in_language(paper, settings.site.language).summary or paper.abstract, _LINE_COLUMNS
        ),
    )


def result_row(
    entry: ResultEntry, names: Mapping[str, str], up: str, settings: Settings
) -> ResultRow:
    """Return `entry` with its links; `names` are those of topics by their slugs."""
    return ResultRow(
        title=entry.title,
        lang=part_language(entry.title, settings),
        href=f"{up}{entry.stem}.html",
        authors=entry.authors,
        date=entry.date,
        venue=entry.venue,
        has_code=entry.has_code,
        topics=tuple(
            topic_row(Topic(slug, names[slug]), up, settings)
            for slug in entry.topics
            if slug in names
        ),
        line=entry.line,
        line_lang=part_language(entry.line, settings),
    )


def topic_rows(topics: Sequence[Topic], settings: Settings) -> tuple[TopicRow, ...]:
    """Return `topics` as the form offers them."""
    return tuple(topic_row(topic, "", settings, columns=_TOPIC_COLUMNS) for topic in topics)


def render_search(
    topics: Sequence[Topic], years: Sequence[str], venues: Sequence[str], settings: Settings
) -> dict[str, bytes]:
    """Return `search/index.html` and `search/search.js`.

    The form offers `topics`, `years` that have papers, newest first, and names of `venues`.

    Raises `TemplateError`.
    """
    texts = words(settings)
    app = f"{settings.web.root}search" if settings.web.root else ""
    form = SearchForm(
        app or "index.html", Query(), topic_rows(topics, settings), tuple(years), tuple(venues)
    )
    page = render_page(
        "pages/search.html.j2",
        PAGE_PATH,
        settings,
        title=texts.search,
        description=texts.search_help,
        form=form,
        app=settings.web.url.rstrip("/"),
    )
    script = render_bytes(
        "pages/search.js.j2",
        settings,
        papers_per_shard=PAPERS_PER_SHARD,
        papers_per_document=PAPERS_PER_DOCUMENT,
        results_on_a_page=RESULTS_ON_A_PAGE,
        most_terms=MOST_TERMS,
        most_characters=terms.MOST_CHARACTERS,
        longest=MOST_CHARACTERS,
    )
    return {PAGE_PATH: page, SCRIPT_PATH: script}
