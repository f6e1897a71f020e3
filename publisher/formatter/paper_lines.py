"""The lines about a paper that pages and mails have in common: authors, links and venue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.templating.templates import safe_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.i18n.words import CommonWords
    from publisher.models import Paper

COMMENT_COLUMNS = 200  # of the authors' comment at arXiv
NAMED_AUTHORS = 6
_AUTHORS_COLUMNS = 240
_CODE_LINKS = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled address, http or https."""

    label: str
    url: str


def short_authors(authors: Sequence[str], texts: CommonWords, most: int = NAMED_AUTHORS) -> str:
    """Return the names in one line; of more than `most` the first ones and "et al."."""
    names = shortened(", ".join(authors[:most]), _AUTHORS_COLUMNS)
    return texts.et_al.format(names=names) if len(authors) > most else names


def paper_links(paper: Paper, texts: CommonWords) -> tuple[Link, ...]:
    """Return the links to `paper` and its code; addresses that are not http(s) are left out."""
    host = urlsplit(safe_url(paper.abs_url)).hostname or ""
    at_arxiv = host == "arxiv.org" or host.endswith(".arxiv.org")
    links = [
        Link("PDF", paper.pdf_url),
        Link("arXiv" if at_arxiv else texts.details, paper.abs_url),
    ]
    for number, url in enumerate(paper.code_urls[:_CODE_LINKS], start=1):
        links.append(Link(texts.code if number == 1 else f"{texts.code} {number}", url))
    return tuple(link for link in links if safe_url(link.url).lower().startswith("http"))


def venue_label(paper: Paper) -> str:
    """Return "CVPR 2024", "" where no venue is known."""
    if paper.venue is None:
        return ""
    return f"{paper.venue.name} {paper.venue.year or ''}".rstrip()
