"""The links of a paper's page to others: authors, venue, related papers, previous and next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.formatter.i18n.text_width import shortened, text_width
from publisher.formatter.pages.layout import part_language, words
from publisher.formatter.paper_lines import short_authors
from publisher.formatter.paths import paper_stem
from publisher.formatter.templating.templates import fragment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A paper as other pages name it; `date` as YYYY-MM-DD in the site's zone."""

    id: str
    title: str
    title_html: str
    date: str
    authors: tuple[str, ...] = ()
    venue: str = ""
    has_code: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class PaperLinks:
    """The pages that a paper's page links to: paths in the output folder, "" and () for none.

    `authors` has the page of each author by the name as the paper spells it. `previous` and `next`
    are the neighbours in the digest that the paper came with.
    """

    authors: Mapping[str, str] = field(default_factory=dict)
    venue: str = ""
    related: Sequence[ListedPaper] = ()
    previous: ListedPaper | None = None
    next: ListedPaper | None = None


@dataclass(frozen=True, slots=True)
class LinkedName:
    """A name, and the relative link to its page or ""."""

    name: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A `ListedPaper` as templates show it."""

    title: Markup
    lang: str
    href: str
    date: str
    authors: str
    venue: str
    has_code: bool
    withdrawn: bool


def linked_names(names: Sequence[str], links: PaperLinks, up: str) -> tuple[LinkedName, ...]:
    """Return the authors `names` with their links; `up` leads from the page to the output."""
    pages = links.authors
    return tuple(LinkedName(name, up + pages[name] if name in pages else "") for name in names)


def listed_row(paper: ListedPaper, up: str, settings: Settings, columns: int = 0) -> ListedRow:
    """Return `paper` with its link; title and authors are cut to `columns` unless that is 0."""
    whole = not columns or text_width(paper.title) <= columns
    authors = short_authors(paper.authors, words(settings))
    return ListedRow(
        title=fragment(paper.title_html, paper.title)
        if whole
        else fragment("", shortened(paper.title, columns)),
        lang=part_language(paper.title, settings),
        href=f"{up}{paper_stem(paper.id)}.html",
        date=paper.date,
        authors=shortened(authors, columns) if columns else authors,
        venue=paper.venue,
        has_code=paper.has_code,
        withdrawn=paper.withdrawn,
    )
