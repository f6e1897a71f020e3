"""The facts that citations of a paper need, worked out once for every form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from publisher.formatter.citations.names import Name, parted
from publisher.formatter.templating.templates import safe_url

if TYPE_CHECKING:
    from publisher.models import Paper

Kind = Literal["preprint", "conference", "journal"]

# The year and month of submission are in the id (https://info.arxiv.org/help/arxiv_identifier.html).
_ARXIV = re.compile(r"arxiv:((?:[a-z-]+(?:\.[A-Za-z]{2})?/)?(\d\d)(\d\d)\.?\d+)")
_FIRST_YEAR, _CENTURY = 91, 100  # arXiv began in 1991
_MONTHS = 12
# Conferences have short names too, so journals are known by name.
_JOURNAL = re.compile(
    r"\b(?:journal|transactions|letters|access|magazine|review|nature|science|forum|annals)\b"
    r"|^(?:IEEE |ACM )?(?:T-?PAMI|IJCV|TIP|TOG|TVCG|CGF|TMM|TOMM|TCSVT|TNNLS|TCI|TMI|TGRS|TIFS|TKDE"
    r"|TOIS|TASLP|TAFFC|T-?RO|TITS|TIV|TETCI|TBIOM|TCYB|TDSC|TACL|TMLR|JMLR|JAIR|MLJ|RA-?L|IJRR"
    r"|SPL|JSTSP|J-?BHI|JSTARS|PAMI|CVIU|PR|PRL|MedIA)$",
    re.IGNORECASE,
)
_LONGEST_PART = 24
_WORD = re.compile(r"[a-z0-9]+")
# Too common to tell one paper of an author and year from another.
_COMMON = frozenset("a an the on of for in to with from and via by is are towards toward".split())


@dataclass(frozen=True, slots=True)
class Citation:
    """One paper to cite. Texts are plain, addresses http(s) or ""; 0 is an unknown number.

    `year` and `month` are those of the arXiv id, else of the first digest that has the paper; if
    the venue has a year, it is that one and the month is unknown. `doi` is arXiv's for its papers
    (https://info.arxiv.org/help/doi.html).
    """

    key: str  # "chen2024guided", as Google Scholar makes them
    kind: Kind
    title: str
    names: tuple[Name, ...]
    year: int
    month: int
    venue: str
    arxiv_id: str
    doi: str
    url: str
    pdf_url: str
    keywords: tuple[str, ...]
    note: str


def make_citation(paper: Paper) -> Citation:
    """Return the citation of `paper`."""
    match = _ARXIV.fullmatch(paper.id)
    year, month, arxiv_id, doi = paper.first_published.year, paper.first_published.month, "", ""
    if match:
        short = int(match[2])
        year = short + (1900 if short >= _FIRST_YEAR and "/" in match[1] else 2000)
        month = int(match[3]) if 1 <= int(match[3]) <= _MONTHS else 0
        arxiv_id, doi = match[1], f"10.48550/arXiv.{match[1]}"
    elif paper.id.startswith("doi:"):
        doi = paper.id.removeprefix("doi:")
    kind: Kind = "preprint"
    venue = ""
    if paper.venue:
        venue = paper.venue.name
        kind = "journal" if _JOURNAL.search(venue) else "conference"
        if paper.venue.year:
            year, month = paper.venue.year, 0
    names = tuple(parted(author) for author in paper.authors)
    return Citation(
        key=_key(names, year, paper.title),
        kind=kind,
        title=_line(paper.title),
        names=names,
        year=year,
        month=month,
        venue=_line(venue),
        arxiv_id=arxiv_id,
        doi=doi,
        url=web_address(paper.abs_url),
        pdf_url=web_address(paper.pdf_url),
        keywords=tuple(_line(topic.name) for topic in paper.topics),
        note=_line(paper.comment or ""),
    )


def _key(names: tuple[Name, ...], year: int, title: str) -> str:
    family = "".join(_words(names[0].family))[:_LONGEST_PART] if names else ""
    first = next((word for word in _words(title) if word not in _COMMON), "")[:_LONGEST_PART]
    # "chen2024" + "3d" would read as another year.
    return f"{family or 'anonymous'}{year}{'-' if first[:1].isdigit() else ''}{first}"


def _words(text: str) -> list[str]:
    if not text.isascii():
        from anyascii import anyascii  # noqa: PLC0415 - its tables are read when needed

        text = anyascii(text)
    return _WORD.findall(text.lower())


def _line(text: str) -> str:
    """Return `text` on one line: a line feed would end a field of RIS."""
    # Quick for nearly all: nothing that ends a line for any reader is printable.
    return text.strip() if text.isprintable() else " ".join(text.split())


def web_address(url: str) -> str:
    """Return `url` where it is safe and on the web, else ""."""
    return url if safe_url(url).lower().startswith("http") else ""
