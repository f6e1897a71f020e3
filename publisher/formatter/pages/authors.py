"""The page of an author, and the lists of authors: those with most papers, and all by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.pages.layout import in_languages, render_page, way_up, words
from publisher.formatter.pages.listing import ListingHead, render_listing
from publisher.formatter.pages.size_limit import Detail, limited
from publisher.formatter.paths import LISTED_ON_A_PAGE, author_names_path, author_path, pages_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from publisher.formatter.pages.connections import ListedPaper
    from publisher.settings import Settings

AUTHORS_PATH = "authors/index.html"
# Authors of one page in its heading: all of a few, the first of many.
_FEW, _FIRST = 5, 3


class AuthorLink(NamedTuple):
    """An author with the path of their page, and a number of papers."""

    name: str
    path: str
    papers: int


@dataclass(frozen=True, slots=True)
class CountedLink:
    """A link with a number, as templates show it."""

    name: str
    href: str
    count: int


def render_author(
    authors: Sequence[tuple[str, str]],
    papers: Sequence[ListedPaper],
    coauthors: Sequence[AuthorLink],
    settings: Settings,
) -> dict[str, bytes]:
    """Return the pages of `authors`: `authors/<slug>.html`, `authors/<slug>/2.html`, ...

    `authors` are the names and slugs of those who wrote all of `papers`, which are the newest
    first; `coauthors` count those that they share. Raises `TemplateError`.
    """
    texts = words(settings)
    slug = authors[0][1]
    named = authors if len(authors) <= _FEW else authors[:_FIRST]
    others = authors[len(named) :]
    name = ", ".join(name for name, _ in named) + (", …" if others else "")
    numbers = range(1, pages_of(len(papers)) + 1)
    pages: dict[str, bytes] = {}
    for number in numbers:
        path = author_path(slug, number)
        start = (number - 1) * LISTED_ON_A_PAGE
        pages |= render_listing(
            path,
            ListingHead(
                name=name,
                description=texts.author_description.format(name=name),
                total=len(papers),
                above=(AUTHORS_PATH, texts.authors),
            ),
            papers[start : start + LISTED_ON_A_PAGE],
            settings,
            leaves=[(leaf, author_path(slug, leaf)) for leaf in numbers],
            number=number,
            named=named if len(named) > 1 else (),
            others=others,
            people=author_rows(coauthors, way_up(path)),
            has_help=True,
        )
    return pages


def render_authors(
    authors: Sequence[AuthorLink],
    total: int,
    letters: Sequence[tuple[str, int]],
    settings: Settings,
    *,
    has_venues: bool = False,
) -> dict[str, bytes]:
    """Return `authors/index.html`: `authors` are those with most papers, of `total`.

    `letters` are the first ones of all names with their numbers of authors. Raises `TemplateError`.
    """
    texts, up = words(settings), way_up(AUTHORS_PATH)

    def render(detail: Detail) -> bytes:
        return render_page(
            "pages/authors.html.j2",
            AUTHORS_PATH,
            settings,
            title=texts.authors,
            description=texts.authors_description,
            heading="",
            lead=_lead(total, settings),
            crumb=(),
            authors=author_rows(authors, up, detail.columns),
            prefixes=_prefix_links(letters, up, settings),
            venues_href=f"{up}venues/index.html" if has_venues else "",
        )

    return {AUTHORS_PATH: limited(render)}


def render_names(
    prefix: str,
    authors: Sequence[AuthorLink],
    longer: Sequence[tuple[str, int]],
    settings: Settings,
) -> dict[str, bytes]:
    """Return the list of `authors` whose names begin with `prefix`: `authors/names/<prefix>.html`.

    `longer` are the prefixes of the lists that have the others, with their numbers of authors.
    Raises `TemplateError`.
    """
    texts, path = words(settings), author_names_path(prefix)
    up = way_up(path)
    total = len(authors) + sum(count for _, count in longer)
    name = _prefix_name(prefix, settings)

    def render(detail: Detail) -> bytes:
        return render_page(
            "pages/authors.html.j2",
            path,
            settings,
            title=f"{texts.authors}: {name}",
            description=texts.authors_description,
            heading=name,
            lead=_lead(total, settings),
            crumb=(up + AUTHORS_PATH, texts.authors),
            authors=author_rows(authors, up, detail.columns),
            prefixes=_prefix_links(longer, up, settings),
            venues_href="",
        )

    return {path: limited(render)}


def _lead(total: int, settings: Settings) -> Markup:
    return in_languages(
        settings,
        lambda texts: texts.labelled.format(label=texts.authors_description, text=f"{total:,}"),
    )


def author_rows(
    authors: Sequence[AuthorLink], up: str, columns: int = 0
) -> tuple[CountedLink, ...]:
    """Return `authors` with their links; names are cut to `columns` unless that is 0."""
    return tuple(
        CountedLink(shortened(name, columns) if columns else name, up + path, count)
        for name, path, count in authors
    )


def _prefix_links(
    prefixes: Sequence[tuple[str, int]], up: str, settings: Settings
) -> tuple[CountedLink, ...]:
    return tuple(
        CountedLink(_prefix_name(prefix, settings), up + author_names_path(prefix), count)
        for prefix, count in prefixes
    )


def _prefix_name(prefix: str, settings: Settings) -> str:
    """Return "Zhang W" for "zhang w"."""
    return prefix.strip().title() or words(settings).other_names
