"""The card of a paper in an edition: its texts for a language, a length and a form.

The texts depend on the language that the readers chose. "en" wants the
abstract (or a summary in English), "zh" the Chinese summary and takeaways, "both" all of them. A
paper that has no text in the wanted language is shown with what it has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from publisher.formatter.i18n.text_width import shortened, text_width
from publisher.formatter.i18n.words import languages
from publisher.formatter.paper_lines import (
    COMMENT_COLUMNS,
    Link,
    paper_links,
    short_authors,
    venue_label,
)
from publisher.formatter.paper_status import (
    in_one_language,
    origin_line,
    other_summaries,
    reasons_line,
    status_line,
)
from publisher.formatter.templating.templates import safe_url
from publisher.language_detection import language as language_of
from publisher.models import Language, Length

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.i18n.words import EmailWords
    from publisher.models import Paper

FEW_AUTHORS = 3
# Machine-written texts can get very long; they are cut to what a reader has the patience for.
SUMMARY_COLUMNS, TAKEAWAY_COLUMNS = 420, 160
ABSTRACT_COLUMNS, NOTE_COLUMNS, LINE_COLUMNS = 2400, 600, 150
TITLE_COLUMNS, TOPIC_COLUMNS = 300, 40
TAKEAWAYS, NAMED_TOPICS = 5, 5
# The first of each group that there is: models repeat themselves under the other headings.
NOTE_PARTS = (("method", "innovation"), ("results", "performance", "conclusion"))


# A capital follows: "e.g. a" and "et al. 2024" end nothing.
_SENTENCE_END = re.compile(r"[.!?] (?=[A-Z])|[。！？]")
_NEAR = 0.6


class Form(StrEnum):
    """The room that a paper gets, from most to least."""

    FULL = "full"
    COMPACT = "compact"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with its label, which may be empty; `html` is safe, "" where escaping does.

    `takeaways` are those of a summary in a second language; the card has those of the first.
    """

    label: str
    text: str
    html: str = ""
    takeaways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as an edition shows it: every text ready, every address checked.

    Cards are equal where they look the same, so that rendered cards are cached by them.
    """

    form: Form
    title: str
    title_html: str  # safe, "" where escaping the title gives it
    url: str  # may be empty
    authors: str = ""
    comment: str = ""
    accepted: bool = False  # the comment names a venue
    topics: tuple[str, ...] = ()  # names, only where there are several
    figure: str = ""
    figure_alt: str = ""
    passages: tuple[Passage, ...] = ()
    takeaways: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    status: str = ""  # withdrawn, or what a new version changed
    origin: tuple[str, ...] = ()  # lines about the summary's model, and why the paper was chosen


def make_card(
    paper: Paper,
    form: Form,
    language: Language,
    length: Length,
    texts: EmailWords,
    *,
    figures: bool,
) -> Card:
    """Return `paper` in `form`, with the texts that `language` and `length` want.

    `texts` are the frame's words; `figures` allows one figure for a full card.
    """
    if language is not Language.BOTH:
        paper = in_one_language(paper, language.value)
    title = shortened(paper.title, TITLE_COLUMNS)
    html = paper.title_html if title == paper.title else ""
    url = safe_url(paper.abs_url) or safe_url(paper.pdf_url)
    venue, status = venue_label(paper), status_line(paper, texts)
    if form is Form.TITLE:
        return Card(form, title, html, url, comment=venue, accepted=bool(venue), status=status)
    names = [shortened(topic.name, TOPIC_COLUMNS) for topic in paper.topics]
    topics = tuple(names[:NAMED_TOPICS]) if len(names) > 1 else ()
    if form is Form.COMPACT or length is Length.SHORT:
        few = short_authors(paper.authors, texts, FEW_AUTHORS)
        return Card(
            form=Form.COMPACT,
            title=title,
            title_html=html,
            url=url,
            authors="" if length is Length.SHORT else few,
            comment=venue,
            accepted=bool(venue),
            topics=topics,
            passages=_lines(paper, language, texts),
            links=paper_links(paper, texts)[2:3],
            status=status,
        )
    # Clients show nothing that is not encrypted, or warn of it.
    figure = next((url for url in paper.figures if safe_url(url).startswith("https:")), "")
    return Card(
        form=form,
        title=title,
        title_html=html,
        url=url,
        authors=short_authors(paper.authors, texts),
        comment=shortened(_comment(paper), COMMENT_COLUMNS) or venue,
        accepted=bool(venue),
        topics=topics,
        figure=figure if figures else "",
        figure_alt=texts.figure.format(title=shortened(paper.title, TAKEAWAY_COLUMNS)),
        passages=_passages(paper, language, length, texts),
        takeaways=_takeaways(paper, language),
        links=paper_links(paper, texts),
        status=status,
        origin=_origin(paper, texts),
    )


def _origin(paper: Paper, texts: EmailWords) -> tuple[str, ...]:
    lines = (origin_line(paper, texts), reasons_line(paper, texts))
    return tuple(shortened(line, COMMENT_COLUMNS) for line in lines if line)


def _comment(paper: Paper) -> str:
    """Return the authors' comment, "" where it has addresses: the links have them."""
    comment = paper.comment or ""
    return "" if "://" in comment else comment


def _wants(language: Language, text: str) -> bool:
    return language is Language.BOTH or language_of(text) == language


def _leads(paper: Paper, language: Language, texts: EmailWords) -> tuple[Passage, ...]:
    """Return the summary or abstract, or both, in the language or languages that readers chose."""
    passages = [Passage(texts.machine_summary, paper.summary or "")]
    passages += [
        Passage(
            f"{texts.machine_summary} · {languages().get(other.language, other.language)}",
            other.summary,
            takeaways=_points(other.takeaways),
        )
        for other in other_summaries(paper)
    ]
    passages.append(Passage(texts.abstract, paper.abstract, paper.abstract_html))
    there = [passage for passage in passages if passage.text]
    wanted = [passage for passage in there if _wants(language, passage.text)] or there[:1]
    by_language: dict[str, Passage] = {}
    for passage in wanted:  # two texts in one language repeat each other
        by_language.setdefault(language_of(passage.text), passage)
    return tuple(by_language.values())


def _lines(paper: Paper, language: Language, texts: EmailWords) -> tuple[Passage, ...]:
    def line(passage: Passage) -> Passage:
        label = texts.machine_short if passage.label.startswith(texts.machine_summary) else ""
        return _cut(Passage(label, _first_sentence(passage.text)), LINE_COLUMNS)

    return tuple(line(passage) for passage in _leads(paper, language, texts))


def _first_sentence(text: str) -> str:
    end = text.find("。")
    return text[: end + 1] if end > 0 else text


def _passages(
    paper: Paper, language: Language, length: Length, texts: EmailWords
) -> tuple[Passage, ...]:
    leads = _leads(paper, language, texts)
    if length is not Length.LONG:
        return tuple(_cut(passage, SUMMARY_COLUMNS) for passage in leads)
    passages = [
        _cut(lead, ABSTRACT_COLUMNS if lead.text == paper.abstract else SUMMARY_COLUMNS)
        for lead in leads
    ]
    if paper.abstract and all(lead.text != paper.abstract for lead in leads):
        # In whatever language it is: there is no other.
        abstract = Passage(texts.abstract, paper.abstract, paper.abstract_html)
        passages.append(_cut(abstract, ABSTRACT_COLUMNS))
    return (*passages, *_notes(paper, language, texts))


def _notes(paper: Paper, language: Language, texts: EmailWords) -> Iterator[Passage]:
    for alternatives in NOTE_PARTS if paper.notes else ():
        for part in alternatives:
            text = " ".join(getattr(paper.notes, part).split())
            if text and _wants(language, text):
                label = getattr(texts, f"note_{part}")
                yield Passage(label, shortened(text, NOTE_COLUMNS))
                break


def _cut(passage: Passage, columns: int) -> Passage:
    """Return `passage` with at most `columns`; a fragment of HTML can't be cut, its text can.

    At the end of a sentence, where one is near.
    """
    if text_width(passage.text) <= columns:
        return passage
    text = shortened(passage.text, columns)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if ends and ends[-1] > len(text) * _NEAR:
        text = text[: ends[-1]].rstrip() + " …"
    return replace(passage, text=text, html="")


def _takeaways(paper: Paper, language: Language) -> tuple[str, ...]:
    texts = [text for text in (paper.summary, paper.abstract) if text]
    fallen_back = not any(_wants(language, text) for text in texts)
    joined = " ".join(paper.takeaways)
    if not (_wants(language, joined) or fallen_back):
        return ()
    return _points(paper.takeaways)


def _points(takeaways: Sequence[str]) -> tuple[str, ...]:
    return tuple(shortened(point, TAKEAWAY_COLUMNS) for point in takeaways[:TAKEAWAYS])
