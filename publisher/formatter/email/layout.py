"""The values for the templates of an edition: its papers in their places, and all around them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from publisher.errors import IssueError
from publisher.formatter.editorial_markup import note_html, note_text
from publisher.formatter.email.paper_card import TOPIC_COLUMNS, Card, Form
from publisher.formatter.email.size_budget import best_first
from publisher.formatter.email.subject import preheader, subject
from publisher.formatter.i18n.dates import date_range
from publisher.formatter.i18n.email_words import email_words
from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import counted
from publisher.formatter.issue_names import period_title
from publisher.formatter.paper_status import status_line
from publisher.formatter.paths import issue_path
from publisher.formatter.templating.templates import safe_url
from publisher.models import PREFERENCES_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER, Frequency
from publisher.newsletter.periods import frequency_of
from publisher.newsletter.ranking import highlights, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from publisher.formatter.i18n.words import EmailWords
    from publisher.models import EditionKey, Issue, Paper, Topic
    from publisher.newsletter.ranking import TopicSection
    from publisher.settings import Settings

# By paper; None for one that only the web has.
Forms: TypeAlias = "Mapping[str, Form | None]"
LISTED_TOPICS, NAMED_TOPICS, UPDATED_PAPERS = 30, 12, 10
UPDATED_COLUMNS = 120
TOP_ANCHOR = "top"


@dataclass(frozen=True, slots=True)
class EditionLayout:
    """The contents of an edition, before it is known which of them fit."""

    issue: Issue
    key: EditionKey
    texts: EmailWords
    sections: tuple[TopicSection, ...]
    top: tuple[Paper, ...]  # highlights
    ordered: tuple[Paper, ...]  # by the room they deserve
    totals: Mapping[Topic | None, int]  # papers of each topic, under whichever they are listed


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card with its number in the edition, and as finished HTML and text."""

    card: Card
    number: int
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class CardGroup:
    """A topic, or the highlights, with its papers.

    `total` also counts those that are not among `items`: `in_highlights`, `elsewhere` and `more`
    tell readers where to find them.
    """

    anchor: str
    name: str
    total: int
    items: tuple[PlacedCard, ...]
    in_highlights: str = ""
    elsewhere: str = ""  # under another of their topics
    more: str = ""
    more_url: str = ""

    @property
    def titles(self) -> tuple[PlacedCard, ...]:
        """The papers of which only the title is shown; they come last."""
        return tuple(item for item in self.items if item.card.form is Form.TITLE)

    @property
    def cards(self) -> tuple[PlacedCard, ...]:
        """The papers of which more than the title is shown."""
        return tuple(item for item in self.items if item.card.form is not Form.TITLE)


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A topic in the table of contents; `anchor` is empty where nothing of it is shown."""

    name: str
    total: int
    anchor: str


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """A paper of an earlier issue that has a newer version."""

    title: str
    url: str
    version: str  # "version 2"


def make_layout(issue: Issue, key: EditionKey, settings: Settings) -> EditionLayout:
    """Return the contents of the edition `key` of `issue`.

    Raises `IssueError` where it has no paper, and `SettingsError` for the theme's words.
    """
    edits = issue.edits
    by_topic = sections(issue.papers, tuple(sorted(set(key.topics))), pinned=edits.pin)
    if not by_topic:
        topics = ", ".join(key.topics) or "any topic"
        raise IssueError(f"issue {issue.id}: no paper on {topics}")
    top = highlights(by_topic, settings.newsletter.highlights, edits.promote)
    texts = email_words(settings, key.language)
    papers = [paper for section in by_topic for paper in section.papers]
    totals = {section.topic: len(section.papers) for section in sections(papers, each_topic=True)}
    return EditionLayout(issue, key, texts, by_topic, top, best_first(top, by_topic), totals)


def shown_papers(layout: EditionLayout, forms: Forms) -> tuple[Paper, ...]:
    """Return the papers that have a form, in the order in which both parts show them."""
    top = {paper.id for paper in layout.top}
    below = (p for section in layout.sections for p in section.papers if p.id not in top)
    return tuple(paper for paper in (*layout.top, *below) if forms[paper.id])


def groups(
    layout: EditionLayout,
    forms: Forms,
    place: Callable[[Paper, Form, int], PlacedCard],
    settings: Settings,
) -> tuple[CardGroup, ...]:
    """Return the highlights and topics of which something is shown.

    `place` makes the card of a paper from its form and its number in the edition.
    """
    texts, numbers = layout.texts, count(1)
    top = {paper.id for paper in layout.top}

    def items(papers: tuple[Paper, ...]) -> Iterator[PlacedCard]:
        for paper in papers:
            form = forms[paper.id]
            if form is not None:
                yield place(paper, form, next(numbers))

    card_groups = []
    if layout.top:
        shown = tuple(items(layout.top))
        card_groups.append(CardGroup(TOP_ANCHOR, texts.highlights, len(shown), shown))
    for section in layout.sections:
        below = tuple(paper for paper in section.papers if paper.id not in top)
        shown, above = tuple(items(below)), len(section.papers) - len(below)
        if not shown:
            continue
        hidden, total = len(below) - len(shown), layout.totals[section.topic]
        elsewhere = total - len(section.papers)
        card_groups.append(
            CardGroup(
                anchor=_anchor(section),
                name=_name(section, texts),
                total=total,
                items=shown,
                in_highlights=texts.in_highlights.format(count=above) if above else "",
                elsewhere=texts.elsewhere.format(count=elsewhere) if elsewhere else "",
                more=texts.more_on_topic.format(count=hidden) if hidden else "",
                more_url=settings.site.root + issue_path(layout.issue.id),
            )
        )
    return tuple(card_groups)


def context(
    layout: EditionLayout, forms: Forms, card_groups: tuple[CardGroup, ...], settings: Settings
) -> dict[str, object]:
    """Return the values for the templates of both parts."""
    issue, texts = layout.issue, layout.texts
    shown = shown_papers(layout, forms)
    total = len(layout.ordered)
    mail, news, root = settings.mail, settings.newsletter, settings.site.root
    # As the List-Unsubscribe header: by mail where the web app has no https address.
    web = settings.web.root if settings.web.root.startswith("https:") else ""
    title = news.title or settings.site.title
    address = mail.unsubscribe_address or mail.from_address
    day = frequency_of(issue.id) is Frequency.DAILY
    titles = [paper.title for paper in shown] or [layout.ordered[0].title]
    names = [s.topic.name if s.topic else texts.other_topics for s in layout.sections]
    hidden = total - len(shown)
    edits = issue.edits
    form = edits.subject or news.subject
    own_words = {
        f"{name}_{part}": convert(getattr(edits, name), root) if getattr(edits, name) else ""
        for name in ("note", "block")
        for part, convert in (("html", note_html), ("text", note_text))
    }
    return {
        "edits": edits,
        **own_words,
        "texts": texts,
        "theme": settings.theme,
        "title": title,
        "subject": subject(issue, names, total, texts, title=title, form=form),
        "preheader": edits.preheader or preheader(titles, total, texts),
        "period": period_title(issue.id, texts),
        "dates": "" if day else date_range(texts.dates, issue.start, issue.end),
        "count": counted(total, texts.new_paper, texts.new_papers),
        "contents": _contents(layout, forms),
        "more_topics": max(0, len(layout.sections) - LISTED_TOPICS),
        "groups": card_groups,
        "updated": _updated(layout),
        "more": counted(hidden, texts.more_paper, texts.more_papers) if hidden else "",
        "site_url": root,
        "issue_url": root + issue_path(issue.id),
        "preferences_url": _preferences_url(web, settings),
        "your_topics": _your_topics(layout),
        "unsubscribe_url": f"{web}unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}"
        if web
        else f"mailto:{quote(address, safe='@+')}?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}",
        "sender": mail.from_name or title,
        "postal_address": mail.postal_address,
    }


def _preferences_url(web: str, settings: Settings) -> str:
    if not web or not settings.subscribing.choices_days:
        return f"{web}preferences" if web else ""
    return f"{web}preferences/issue/{PREFERENCES_PLACEHOLDER}"


def _contents(layout: EditionLayout, forms: Forms) -> tuple[ContentsLine, ...]:
    if len(layout.sections) == 1:
        return ()
    top = {paper.id for paper in layout.top}
    lines = []
    for section in layout.sections[:LISTED_TOPICS]:
        shown = [paper.id for paper in section.papers if forms[paper.id]]
        below = any(paper_id not in top for paper_id in shown)
        anchor = _anchor(section) if below else TOP_ANCHOR if shown else ""
        total = layout.totals[section.topic]
        lines.append(ContentsLine(_name(section, layout.texts), total, anchor))
    return tuple(lines)


def _updated(layout: EditionLayout) -> tuple[NewerVersion, ...]:
    topics = frozenset(layout.key.topics)
    papers = [
        paper
        for paper in layout.issue.updated
        if not topics or topics.intersection(topic.slug for topic in paper.topics)
    ]
    return tuple(
        NewerVersion(
            title=shortened(paper.title, UPDATED_COLUMNS),
            url=safe_url(paper.abs_url) or safe_url(paper.pdf_url),
            version=status_line(paper, layout.texts)
            or layout.texts.version.format(number=paper.version),
        )
        for paper in papers[:UPDATED_PAPERS]
    )


def _anchor(section: TopicSection) -> str:
    return f"t-{section.topic.slug}" if section.topic else "t"


def _name(section: TopicSection, texts: EmailWords) -> str:
    return shortened(section.topic.name, TOPIC_COLUMNS) if section.topic else texts.other_topics


def _your_topics(layout: EditionLayout) -> str:
    """Return the sentence that names the chosen topics, empty where the edition holds all."""
    chosen, texts = layout.key.topics, layout.texts
    if not chosen:
        return ""
    names = {topic.slug: topic.name for paper in layout.issue.papers for topic in paper.topics}
    # A chosen topic that the issue does not have is known by its slug only.
    named = [shortened(names.get(slug, slug), TOPIC_COLUMNS) for slug in sorted(set(chosen))]
    more = texts.list_more if len(named) > NAMED_TOPICS else ""
    return texts.your_topics.format(topics=texts.list_comma.join(named[:NAMED_TOPICS]) + more)
