"""The links of a paper's page to others: authors, venue, related papers, previous and next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.formatter.pages.layout import part_language
from publisher.formatter.paths import paper_stem
from publisher.formatter.templating.templates import fragment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A paper as the page of another one names it; `date` as YYYY-MM-DD in the site's zone."""

    id: str
    title: str
    title_html: str
    date: str


@dataclass(frozen=True, slots=True)
class PaperLinks:
    """The pages that a paper's page links to: paths in the output folder, "" and () for none.

    `authors` has the page of each author by the name as the paper spells it. `previous` and `next`
    are the neighbours in the digest that the paper came with.
    """

    authors: Mapping[str, str] = field(default_factory=dict)
    venue: str = ""
    related: Sequence[NamedPaper] = ()
    previous: NamedPaper | None = None
    next: NamedPaper | None = None


@dataclass(frozen=True, slots=True)
class LinkedName:
    """A name, and the relative link to its page or ""."""

    name: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class NamedPaperRow:
    """A `NamedPaper` as templates show it."""

    title: Markup
    lang: str
    href: str
    date: str


def linked_names(names: Sequence[str], links: PaperLinks, up: str) -> tuple[LinkedName, ...]:
    """Return the authors `names` with their links; `up` leads from the page to the output."""
    pages = links.authors
    return tuple(LinkedName(name, up + pages[name] if name in pages else "") for name in names)


def named_paper_row(paper: NamedPaper | None, up: str, settings: Settings) -> NamedPaperRow | None:
    """Return `paper` with its link; None for None."""
    if paper is None:
        return None
    return NamedPaperRow(
        title=fragment(paper.title_html, paper.title),
        lang=part_language(paper.title, settings),
        href=f"{up}{paper_stem(paper.id)}.html",
        date=paper.date,
    )
