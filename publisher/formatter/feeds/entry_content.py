"""The content of a feed entry: the texts of its paper that the settings name, as safe HTML.

Readers have sanitizers: most drop classes, styles and `details`, many break relative addresses. The
template does without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from publisher.formatter.feeds.xml_text import one_line, uri
from publisher.formatter.i18n.words import EntryWords, PageWords, words_in
from publisher.formatter.paper_lines import venue_label
from publisher.formatter.paper_status import (
    origin_line,
    other_summaries,
    reasons_line,
    status_line,
)
from publisher.formatter.templating.templates import render
from publisher.models import SummaryText

if TYPE_CHECKING:
    from publisher.models import Notes, Paper
    from publisher.settings import Settings

TEMPLATE = "feeds/entry.html.j2"


@dataclass(frozen=True, slots=True)
class ContentLink:
    """A labelled address, http or https."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class NotesPassage:
    """A heading and the paragraphs under it."""

    heading: str
    paragraphs: tuple[str, ...]


def render_content(paper: Paper, settings: Settings) -> str:
    """Return the texts of `paper` that the setting `feeds.content` names, as safe HTML.

    Without a summary and takeaways the abstract stands in for them. Raises `TemplateError`.
    """
    words = words_in(EntryWords, settings.site.language)
    amount = settings.feeds.content
    machine_wrote = bool(paper.summary or paper.takeaways)
    figures = tuple(address for figure in paper.figures if (address := uri(figure)))
    return render(
        TEMPLATE,
        settings,
        paper=paper,
        words=words,
        texts=words_in(PageWords, settings.site.language),
        title=one_line(paper.title),
        status=tuple(filter(None, map(one_line, _status(paper, words)))),
        summaries=(SummaryText("", paper.summary or "", paper.takeaways), *other_summaries(paper)),
        origin=one_line(origin_line(paper, words)),
        abstract=paper.abstract if amount != "summary" or not machine_wrote else "",
        about=_about(paper) if amount != "summary" else (),
        figures={"summary": (), "full": figures[:1], "notes": figures}[amount],
        links=content_links(paper, words),
        notes=_notes(paper.notes, words) if amount == "notes" and paper.notes else (),
    ).strip()


def content_links(paper: Paper, words: EntryWords) -> tuple[ContentLink, ...]:
    """Return the links to `paper`, its code and its projects; no address twice."""
    source = uri(paper.abs_url)
    host = urlsplit(source).hostname or ""
    at_arxiv = host == "arxiv.org" or host.endswith(".arxiv.org")
    links = [("arXiv" if at_arxiv else words.details, source), ("PDF", uri(paper.pdf_url))]
    links += [(words.code.format(name=_name(url)), uri(url)) for url in paper.code_urls]
    links += [(words.project.format(name=_name(url)), uri(url)) for url in paper.project_urls]
    by_url: dict[str, str] = {}
    for label, url in links:
        by_url.setdefault(url, label)
    return tuple(ContentLink(label, url) for url, label in by_url.items() if url)


def _name(url: str) -> str:
    """Return a name that tells `url` from others: "owner/name" or the host."""
    parts = urlsplit(uri(url))
    path = parts.path.strip("/").removesuffix(".git").split("/")
    named = parts.hostname in ("github.com", "gitlab.com", "gitee.com", "huggingface.co")
    return "/".join(path[:2]) if named and path[0] else parts.hostname or ""


def _about(paper: Paper) -> tuple[str, ...]:
    """Return the lines under the figure: authors, venue and the authors' comment at arXiv."""
    authors = ", ".join(name for name in map(one_line, paper.authors) if name)
    lines = (authors, venue_label(paper).strip(), one_line(paper.comment or ""))
    return tuple(filter(None, lines))


def _status(paper: Paper, words: EntryWords) -> tuple[str, ...]:
    return status_line(paper, words), reasons_line(paper, words)


def _notes(notes: Notes, words: EntryWords) -> tuple[NotesPassage, ...]:
    headings = msgspec.structs.asdict(words.note_headings)
    texts = ((heading, getattr(notes, field)) for field, heading in headings.items())
    return tuple(
        NotesPassage(heading, tuple(line for line in text.split("\n") if line.strip()))
        for heading, text in texts
        if text.strip()
    )
