"""The page of one paper, which holds its citation in three forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

import msgspec

from publisher.formatter.citations.bibtex import bibtex_entry
from publisher.formatter.citations.citation import make_citation, web_address
from publisher.formatter.citations.files import citation_files
from publisher.formatter.citations.web import json_ld, meta_tags
from publisher.formatter.i18n.dates import month_text
from publisher.formatter.i18n.words import languages
from publisher.formatter.pages.archive import month_of
from publisher.formatter.pages.connections import PaperLinks, linked_names, listed_row
from publisher.formatter.pages.layout import (
    address,
    in_languages,
    page_languages,
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.pictures import pictures_of
from publisher.formatter.pages.size_limit import MOST_BYTES
from publisher.formatter.pages.view_models import (
    site_date,
    topic_row,
)
from publisher.formatter.paper_lines import Link, paper_links, venue_label
from publisher.formatter.paper_status import (
    in_language,
    origin_line,
    other_summaries,
    reasons_line,
    status_line,
)
from publisher.formatter.paths import month_path, paper_stem
from publisher.formatter.templating.templates import fragment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.formatter.i18n.words import PageWords
    from publisher.formatter.pages.pictures import Picture
    from publisher.models import Notes, Paper, SummaryText
    from publisher.settings import Settings

NAMED_AUTHORS = 10  # more are folded away behind the first of them
# Of a paper whose page would be too large: an experiment of physics has 3,000 authors.
_MOST_AUTHORS, _MOST_CHARACTERS, _MOST_ITEMS, _MOST_OF_NAME = 200, 2_000, 10, 200

_ELSEWHERE = {
    "alphaXiv": "https://www.alphaxiv.org/abs/",
    "Hugging Face": "https://huggingface.co/papers/",
    "Semantic Scholar": "https://api.semanticscholar.org/arXiv:",
}
_NO_LINKS = PaperLinks()


@dataclass(frozen=True, slots=True)
class NotesSection:
    """A heading and paragraphs of a model's notes about a paper."""

    name: str
    lang: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherSummary:
    """A model's summary in another language than the page's."""

    name: str  # of the language
    lang: str
    summary: str
    takeaways: tuple[str, ...]


def render_paper(
    paper: Paper, settings: Settings, links: PaperLinks = _NO_LINKS
) -> dict[str, bytes]:
    """Return the page of `paper`: `papers/<id>.html`.

    It depends on the paper, `links` and the settings alone. A page of more than 100 kB has fewer
    authors, then shorter texts. Raises `TemplateError`.
    """
    paper = in_language(paper, settings.site.language)
    page = _page(paper, links, len(paper.authors), settings)
    for shortened in (_with_few_authors, _with_short_texts):
        if len(page) > MOST_BYTES:
            page = _page(shortened(paper), links, len(paper.authors), settings)
    return {f"{paper_stem(paper.id)}.html": page}


def _with_few_authors(paper: Paper) -> Paper:
    return replace(paper, authors=paper.authors[:_MOST_AUTHORS])


def _with_short_texts(paper: Paper) -> Paper:
    """Return `paper` with few authors and the beginnings of its texts, but no notes."""
    return replace(
        paper,
        authors=tuple(_beginning(name, _MOST_OF_NAME) for name in paper.authors[:_MOST_ITEMS]),
        topics=paper.topics[:_MOST_ITEMS],
        title=_beginning(paper.title),
        title_html="",
        abstract=_beginning(paper.abstract),
        abstract_html="",
        comment=_beginning(paper.comment or "", _MOST_OF_NAME),
        summary=_beginning(paper.summary or ""),
        takeaways=tuple(_beginning(text) for text in paper.takeaways[:_MOST_ITEMS]),
        figures=paper.figures[:_MOST_ITEMS],
        code_urls=paper.code_urls[:_MOST_ITEMS],
        project_urls=paper.project_urls[:_MOST_ITEMS],
        notes=None,
        summaries=(),
        reasons=(),
    )


def _beginning(text: str, most: int = _MOST_CHARACTERS) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _page(paper: Paper, links: PaperLinks, author_count: int, settings: Settings) -> bytes:
    citation = make_citation(paper)
    bibtex = bibtex_entry(citation)
    texts = words(settings)
    stem = paper_stem(paper.id)
    path = f"{stem}.html"
    up = way_up(path)
    url = address(path, settings)
    month = month_of(paper, settings)
    authors = linked_names(paper.authors, links, up)
    figures = pictures_of(paper, up, settings)
    switched, folded = _summaries(paper, settings)
    return render_page(
        "pages/paper.html.j2",
        path,
        settings,
        title=paper.title,
        description=paper.summary or paper.abstract or paper.title,
        title_html=fragment(paper.title_html, paper.title),
        plain_title=citation.title,
        title_lang=part_language(paper.title, settings),
        meta_tags=meta_tags(citation, url),
        json_ld=json_ld(paper, citation, url),
        doi=citation.doi,
        doi_url=f"https://doi.org/{quote(citation.doi)}",
        arxiv_id=citation.arxiv_id,
        authors=authors[:NAMED_AUTHORS],
        all_authors=authors if len(authors) > NAMED_AUTHORS else (),
        more_authors=len(authors) < author_count,
        author_count=in_languages(
            settings, lambda texts: texts.all_authors.format(count=author_count)
        ),
        venue=venue_label(paper),
        venue_href=up + links.venue if links.venue else "",
        comment=paper.comment or "",
        comment_lang=part_language(paper.comment or "", settings),
        topics=tuple(topic_row(topic, up, settings) for topic in paper.topics),
        links=_links(paper, texts),
        listed=site_date(paper, settings),
        updated=paper.updated.astimezone(settings.site.zone).date().isoformat(),
        version=paper.version,
        month_name=in_languages(settings, lambda texts: month_text(texts.dates, month)),
        month_href=up + month_path(month),
        summary=paper.summary or "",
        summary_lang=part_language(paper.summary or "", settings),
        takeaways=paper.takeaways,
        takeaways_lang=part_language("".join(paper.takeaways), settings),
        switched_summaries=switched,
        other_summaries=folded,
        origin=in_languages(settings, lambda texts: origin_line(paper, texts)),
        status=in_languages(settings, lambda texts: status_line(paper, texts)),
        reasons=in_languages(settings, lambda texts: reasons_line(paper, texts)),
        abstract_html=fragment(paper.abstract_html, paper.abstract),
        abstract_lang=part_language(paper.abstract, settings),
        figures=figures,
        picture=_shared_picture(figures, path, settings),
        mail_link=_mail_link(citation.title, url),
        elsewhere=_elsewhere(citation.arxiv_id),
        notes=_notes(paper.notes, texts, settings) if paper.notes else (),
        cut_off=bool(paper.notes and paper.notes.cut_off),
        bibtex=bibtex,
        citation_files=citation_files(citation, bibtex),
        related=tuple(listed_row(other, up, settings) for other in links.related),
        previous=listed_row(links.previous, up, settings) if links.previous else None,
        next=listed_row(links.next, up, settings) if links.next else None,
    )


def _summaries(
    paper: Paper, settings: Settings
) -> tuple[tuple[OtherSummary, ...], tuple[OtherSummary, ...]]:
    """Return the summaries that the page's languages switch, and those that are folded away.

    The first of them is the one that `paper` is shown with; where it is the only one that a
    language has, nothing is switched.
    """
    tags = {tag.partition("-")[0]: tag for tag, _ in page_languages(settings)}
    others = other_summaries(paper)
    shown = [text for text in paper.summaries if text not in others and text.language in tags]
    switched = [*shown[:1], *(text for text in others if text.language in tags)]
    if len(switched) < 2 or not shown:  # noqa: PLR2004 - a switch has two positions
        switched = []
    return (
        tuple(_other_summary(text, tags[text.language]) for text in switched),
        tuple(_other_summary(text, text.language) for text in others if text not in switched),
    )


def _other_summary(text: SummaryText, tag: str) -> OtherSummary:
    name = languages().get(text.language, text.language)
    return OtherSummary(name, tag, text.summary, text.takeaways)


def _shared_picture(figures: Sequence[Picture], path: str, settings: Settings) -> str:
    """Return the absolute address of the first of `figures`, "" for none."""
    return urljoin(settings.site.root + path, figures[0].url) if figures else ""


def _mail_link(title: str, url: str) -> str:
    """Return the link that opens a mail which recommends the paper."""
    return f"mailto:?subject={quote(title, errors='replace')}&body={quote(url, safe=':/')}"


def _elsewhere(arxiv_id: str) -> tuple[Link, ...]:
    """Return the sites that have a page for every paper of arXiv; () for other papers."""
    if not arxiv_id:
        return ()
    return tuple(Link(name, address + arxiv_id) for name, address in _ELSEWHERE.items())


def _links(paper: Paper, texts: PageWords) -> tuple[Link, ...]:
    projects = tuple(
        Link(texts.project if number == 1 else f"{texts.project} {number}", url)
        for number, url in enumerate(filter(web_address, paper.project_urls), start=1)
    )
    return paper_links(paper, texts) + projects


def _notes(notes: Notes, texts: PageWords, settings: Settings) -> tuple[NotesSection, ...]:
    headings = msgspec.structs.asdict(texts.note_headings)
    passages = [(heading, getattr(notes, field)) for field, heading in headings.items()]
    # One model wrote them all, in one language.
    lang = part_language(next((text for _, text in passages if text), ""), settings)
    return tuple(
        NotesSection(name, lang, tuple(filter(None, text.split("\n"))))
        for name, text in passages
        if text
    )
