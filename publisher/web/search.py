"""Search for browsers without scripts: the results that the site's own page shows, as a page.

It reads the index in the output folder, as that page does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.formatter.i18n.words import PageWords, counted, words_in
from publisher.formatter.pages.search import (
    RESULTS_ON_A_PAGE,
    ResultRow,
    SearchForm,
    result_row,
    topic_rows,
)
from publisher.formatter.search.query import MOST_CHARACTERS, Query
from publisher.formatter.search.reader import IndexChangedError, IndexReader
from publisher.models import Topic
from publisher.web.context import context_of
from publisher.web.pages import language_of, page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.settings import Settings

_YEAR = re.compile(r"\d{4}")
_MOST_PAGES = 1000
_LONGEST_FILTER = 64
# A search takes milliseconds of the processor: more at once would delay the feeds.
_LIMITER = CapacityLimiter(2)


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of results; `stem` is the page of the paper that the query names by its id."""

    topics: Mapping[str, str]
    years: tuple[str, ...]
    venues: tuple[str, ...]
    count: int = 0
    rows: tuple[ResultRow, ...] = ()
    by_prefix: bool = False
    stem: str = ""


async def search(request: Request) -> Response:
    """Answer with the results, or the way to the paper whose id was typed."""
    settings = context_of(request).settings
    query, number = query_of(request.query_params)
    failed = False
    try:
        results = await to_thread.run_sync(_search, settings, query, number, limiter=_LIMITER)
    except (OSError, IndexChangedError):
        failed, results = True, SearchResults({}, (), ())
    if results.stem:
        return RedirectResponse(f"{settings.site.root}{results.stem}.html", status_code=302)
    texts = words_in(PageWords, language_of(request))
    topics = [Topic(slug, name) for slug, name in results.topics.items()]
    return page(
        request,
        "web/search.html.j2",
        title=texts.search,
        status=503 if failed else 200,
        form=SearchForm(
            "search", query, topic_rows(topics, settings), results.years, results.venues
        ),
        rows=results.rows,
        state=_state(texts, results, query, failed=failed),
        more=_address(query, number + 1) if results.count > number * RESULTS_ON_A_PAGE else "",
    )


def query_of(given: Mapping[str, str]) -> tuple[Query, int]:
    """Return the query in the parameters of an address, and the number of the page, from 1."""
    year, number = given.get("year", ""), given.get("page", "1")
    query = Query(
        text=given.get("q", "")[:MOST_CHARACTERS],
        topic=given.get("topic", "")[:_LONGEST_FILTER],
        year=year if _YEAR.fullmatch(year) and year.isascii() else "",
        venue=given.get("venue", "")[:_LONGEST_FILTER],
        code=given.get("code", "") == "1",
    )
    is_number = number.isascii() and number.isdigit() and len(number) < len(str(_MOST_PAGES))
    return query, max(1, int(number)) if is_number else 1


def _search(settings: Settings, query: Query, number: int) -> SearchResults:
    """Return what a page shows of `query`; an index that is being replaced is read again."""
    folder = settings.path(settings.output.folder)
    try:
        return _search_once(folder, settings, query, number)
    except (OSError, IndexChangedError):  # a build may replace it right now
        return _search_once(folder, settings, query, number)


def _search_once(folder: Path, settings: Settings, query: Query, number: int) -> SearchResults:
    reader = IndexReader(lambda path: (folder / path).read_bytes())
    index = reader.index()
    years = tuple(dict.fromkeys(name[:4] for name, _ in index.segments))
    hits = reader.search(query)
    shown = hits.hits[(number - 1) * RESULTS_ON_A_PAGE : number * RESULTS_ON_A_PAGE]
    rows = tuple(
        result_row(entry, index.topics, settings.site.root, settings)
        for entry in reader.entries(shown)
    )
    return SearchResults(
        index.topics,
        years,
        tuple(index.venues),
        len(hits.hits),
        rows,
        hits.by_prefix,
        hits.stem,
    )


def _state(texts: PageWords, results: SearchResults, query: Query, *, failed: bool) -> str:
    if failed:
        return texts.search_failed
    if query.is_empty:
        return ""
    if not results.count:
        return texts.search_none
    count = counted(results.count, texts.paper, texts.papers)
    return f"{count} {texts.search_prefix}" if results.by_prefix else count


def _address(query: Query, number: int) -> str:
    given = {
        "q": query.text,
        "topic": query.topic,
        "year": query.year,
        "venue": query.venue,
        "code": "1" if query.code else "",
        "page": str(number),
    }
    return "search?" + urlencode({name: value for name, value in given.items() if value})


ROUTES = (Route("/search", search),)
