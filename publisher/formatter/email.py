"""Editions: an issue as HTML and plain text for the subscribers who chose the same topics.

The HTML comes from `email/issue.html.j2` with the rules of `email/inline.css.j2` written into
its elements (premailer, once per edition: it is slow) and those of `email/dark.css.j2` left in a
style block of their own: premailer strips `!important` from the @media rules it leaves, so that
they would lose against the inlined ones; `data-premailer="ignore"` keeps them out of its hands.
The plain text comes from `email/issue.txt.j2`, from the same values in the same order.

Both hold `models.UNSUBSCRIBE_PLACEHOLDER` where a recipient's token goes. Nothing is fetched.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from publisher.errors import IssueError, TemplateError
from publisher.formatter.ranking import Section, sections
from publisher.formatter.templating import render, safe_url, shortened, text_width
from publisher.formatter.texts import Texts, counted, date_range, texts_for
from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Choice, Issue, Paper
    from publisher.settings import Settings

HTML_TEMPLATE = "email/issue.html.j2"
TEXT_TEMPLATE = "email/issue.txt.j2"
SUBJECT_COLUMNS = 78  # RFC 5322, 2.1.1: the line length that fits everywhere
NAMED_AUTHORS = 6
CODE_LINKS = 3
PREHEADER_COLUMNS = 140  # what the widest inbox list shows
# Machine-written texts can run away: what is longer than a reader's patience is cut.
SUMMARY_COLUMNS, TAKEAWAY_COLUMNS, COMMENT_COLUMNS = 420, 160, 200
# An issue of more papers than this is skimmed, not read: fewer takeaways then serve better.
SHORT_ISSUE, BRIEF_TAKEAWAYS = 12, 5
# Gmail hides what comes after about 102 kB of HTML, and with it the way to unsubscribe.
HTML_BYTES = 90_000
# What our own mark-up adds, inlined, measured with the packaged templates and rounded up.
FRAME_BYTES, SECTION_BYTES, CARD_BYTES = 6_500, 600, 500
COMMENT_BYTES, TOPIC_BYTES, LIST_BYTES, TAKEAWAY_BYTES, LINK_BYTES = 100, 90, 90, 12, 50


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled address; only http and https get this far."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as an edition shows it: every text ready, every address checked."""

    number: int
    title: str
    title_html: str  # safe, "" where escaping the title gives it
    url: str  # may be empty
    authors: str
    comment: str
    topics: tuple[str, ...]  # names, only where there are several
    summary: str
    takeaways: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A topic with its papers; `total` counts those too that only the web has."""

    anchor: str
    name: str
    total: int
    cards: tuple[Card, ...]


def edition_papers(issue: Issue, topics: Sequence[str]) -> tuple[Paper, ...]:
    """Return the papers of `issue` for `topics` (slugs; empty: all) in their order."""
    return tuple(paper for section in sections(issue.papers, topics) for paper in section.papers)


class EditionRenderer:
    """Renders the editions of an issue; what they share is made once."""

    def __init__(self, settings: Settings) -> None:
        """Render for the site that `settings` describe."""
        self._settings = settings

    def render(self, issue: Issue, choice: Choice) -> Edition:
        """Return the edition; see `render_edition`."""
        return render_edition(issue, choice, self._settings)


def render_edition(issue: Issue, choice: Choice, settings: Settings) -> Edition:
    """Return `issue` for the subscribers who made `choice`.

    At most `newsletter.max_papers` papers are shown, and only as many (with as many takeaways
    each) as fit into a mail that Gmail shows whole; the rest is a link to the site. Small topics
    are shown whole before large ones are.

    Raises `IssueError` where the issue has no paper for the topics and `TemplateError`.
    """
    chosen = tuple(sorted(set(choice.topics)))
    found = sections(issue.papers, chosen)
    total = sum(len(section.papers) for section in found)
    if not total:
        raise IssueError(f"issue {issue.id}: no paper on {', '.join(chosen) or 'any topic'}")
    texts = texts_for(settings)
    subject = _subject(issue, found, total, texts)
    groups = _groups(found, texts, settings)
    shown = sum(len(group.cards) for group in groups)
    mail, letter = settings.mail, settings.newsletter
    title = letter.title or settings.site.title
    address = mail.unsubscribe_address or mail.from_address
    context = {
        "texts": texts,
        "title": title,
        "subject": subject,
        "preheader": _preheader(groups, total, texts),
        "week": _week(issue, texts),
        "dates": date_range(texts, issue.start, issue.end),
        "count": counted(total, texts.new_paper, texts.new_papers),
        "groups": groups,
        "more": counted(total - shown, texts.more_paper, texts.more_papers)
        if total > shown
        else "",
        "site_url": settings.site.root,
        "your_topics": _your_topics(chosen, issue, texts),
        "unsubscribe_url": f"mailto:{quote(address, safe='@+')}"
        f"?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}",
        "sender": mail.from_name or title,
        "postal_address": mail.postal_address,
    }
    html = _inlined(render(HTML_TEMPLATE, settings, **context))
    text = render(TEXT_TEMPLATE, settings, **context)
    for template, part in ((HTML_TEMPLATE, html), (TEXT_TEMPLATE, text)):
        # The user's own template may forget it.
        if UNSUBSCRIBE_PLACEHOLDER not in part:
            raise TemplateError(f"{template}: its result lacks the link to unsubscribe")
    return Edition(
        issue_id=issue.id,
        topics=chosen,
        subject=subject,
        html=html,
        text=text,
        paper_count=total,
        shown=tuple(paper.id for section in found for paper in section.papers),
        language=choice.language,
        length=choice.length,
    )


def _inlined(html: str) -> str:
    """Return `html` with the rules of its style blocks written into the elements."""
    import premailer  # noqa: PLC0415 - takes 0.2 s, and most commands send nothing

    try:
        inliner = premailer.Premailer(
            html,
            allow_network=False,
            # bgcolor, width and align would repeat what the styles say, and cost 20 bytes each.
            disable_basic_attributes=["bgcolor", "width", "height", "align", "valign"],
            # cssutils writes what it thinks of mail's CSS to stderr otherwise.
            cssutils_logging_level=logging.CRITICAL,
            disable_validation=True,
        )
        return str(inliner.transform(pretty_print=False))
    except Exception as error:  # lxml, cssutils and premailer share no base
        raise TemplateError(f"{HTML_TEMPLATE}: can't be inlined: {error!r}") from error


def _groups(found: Sequence[Section], texts: Texts, settings: Settings) -> tuple[Group, ...]:
    """Return what the mail shows: the papers that fit, with as many takeaways as fit."""
    decks = [[_card(paper, texts) for paper in section.papers] for section in found]
    room = HTML_BYTES - FRAME_BYTES - SECTION_BYTES * len(found)
    limit = settings.newsletter.max_papers
    while True:
        shares = _shares([len(deck) for deck in decks], limit)
        kept = [deck[:share] for deck, share in zip(decks, shares, strict=True)]
        cards = [card for deck in kept for card in deck]
        used = sum(_size(card, 0) for card in cards)
        if used <= room or limit == 1:
            break
        limit = max(1, min(len(cards) - 1, len(cards) * room // used))
    most = max(len(card.takeaways) for card in cards)
    if len(cards) > SHORT_ISSUE:
        most = min(most, BRIEF_TAKEAWAYS)
    fitting = (k for k in range(most, 0, -1) if sum(_size(card, k) for card in cards) <= room)
    takeaways, numbers = next(fitting, 0), count(1)
    return tuple(
        Group(
            anchor=f"t-{section.topic.slug}" if section.topic else "t",
            name=section.topic.name if section.topic else texts.other_topics,
            total=len(section.papers),
            cards=tuple(
                replace(card, number=next(numbers), takeaways=card.takeaways[:takeaways])
                for card in deck
            ),
        )
        for section, deck in zip(found, kept, strict=True)
    )


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """Return how many papers of each topic to show where only `limit` fit.

    Small topics are shown whole and the large ones share the rest: else the largest topic, which
    comes first, would leave nothing for the others.
    """
    shares = [0] * len(sizes)
    left = limit
    # From the smallest on; of two that are equally large, the one in front gets the odd paper.
    order = sorted(range(len(sizes)), key=lambda index: (sizes[index], -index))
    for position, index in enumerate(order):
        shares[index] = min(sizes[index], left // (len(sizes) - position))
        left -= shares[index]
    return shares


def _size(card: Card, takeaways: int) -> int:
    """Return the bytes of HTML that `card` takes, rather too many than too few."""
    words = (card.title_html or card.title, card.authors, card.comment, card.summary, *card.topics)
    points = card.takeaways[:takeaways]
    size = sum(len(word.encode(errors="replace")) for word in (*words, *points))
    size += TOPIC_BYTES * len(card.topics) + TAKEAWAY_BYTES * len(points)
    size += LIST_BYTES * bool(points) + COMMENT_BYTES * bool(card.comment)
    size += sum(len(link.url) + LINK_BYTES for link in card.links)
    return size + len(card.url) + CARD_BYTES


def _card(paper: Paper, texts: Texts) -> Card:
    names = [topic.name for topic in paper.topics]
    return Card(
        number=0,  # known when it is known which papers are shown
        title=paper.title,
        title_html=paper.title_html,
        url=safe_url(paper.abs_url) or safe_url(paper.pdf_url),
        authors=short_authors(paper.authors, texts),
        comment=shortened(paper.comment or "", COMMENT_COLUMNS),
        topics=tuple(names) if len(names) > 1 else (),
        summary=shortened(paper.summary or paper.abstract, SUMMARY_COLUMNS),
        takeaways=tuple(shortened(point, TAKEAWAY_COLUMNS) for point in paper.takeaways),
        links=paper_links(paper, texts),
    )


def short_authors(authors: Sequence[str], texts: Texts) -> str:
    """Return the names in one line; where there are more than 6 the first 6 "et al."."""
    names = ", ".join(authors[:NAMED_AUTHORS])
    return texts.et_al.format(names=names) if len(authors) > NAMED_AUTHORS else names


def paper_links(paper: Paper, texts: Texts) -> tuple[Link, ...]:
    """Return where to read `paper` and its code; addresses that are not http(s) are left out."""
    host = urlsplit(safe_url(paper.abs_url)).hostname or ""
    at_arxiv = host == "arxiv.org" or host.endswith(".arxiv.org")
    links = [
        Link("PDF", paper.pdf_url),
        Link("arXiv" if at_arxiv else texts.details, paper.abs_url),
    ]
    for number, url in enumerate(paper.code_urls[:CODE_LINKS], start=1):
        links.append(Link(texts.code if number == 1 else f"{texts.code} {number}", url))
    return tuple(link for link in links if safe_url(link.url).lower().startswith("http"))


def _subject(issue: Issue, found: Sequence[Section], total: int, texts: Texts) -> str:
    """Return one line of at most 78 columns that says how much there is, and on what."""
    names = [" ".join((s.topic.name if s.topic else texts.other_topics).split()) for s in found]
    papers = counted(total, texts.new_paper, texts.new_papers)
    week = issue.id.partition("-W")[2].lstrip("0")

    def line(named: int, more: str) -> str:
        topics = texts.list_comma.join(names[:named]) + more
        return texts.subject.format(papers=papers, topics=topics, week=week)

    for named in range(len(names), 0, -1):
        subject = line(named, texts.list_more if named < len(names) else "")
        if text_width(subject) <= SUBJECT_COLUMNS:
            return subject
    room = SUBJECT_COLUMNS - text_width(line(0, texts.list_more))
    names[0] = shortened(names[0], room).rstrip("… ")
    return line(1, texts.list_more)


def _preheader(groups: Sequence[Group], total: int, texts: Texts) -> str:
    """Return the line that inboxes show after the subject: the first titles."""
    titles = [card.title for group in groups for card in group.cards]
    line, shown = titles[0], 1
    for title in titles[1:]:
        if text_width(line) + text_width(title) > PREHEADER_COLUMNS:
            break
        line, shown = f"{line} · {title}", shown + 1
    rest = texts.more_titles.format(count=total - shown)
    return f"{line} · {rest}" if total > shown else line


def _week(issue: Issue, texts: Texts) -> str:
    year, _, week = issue.id.partition("-W")
    return texts.week.format(week=week.lstrip("0"), year=year)


def _your_topics(chosen: Sequence[str], issue: Issue, texts: Texts) -> str:
    """Return the sentence that names the chosen topics, empty where the edition holds all."""
    if not chosen:
        return ""
    names = {topic.slug: topic.name for paper in issue.papers for topic in paper.topics}
    # A chosen topic that the issue does not have is known by its slug only.
    topics = texts.list_comma.join(names.get(slug, slug) for slug in chosen)
    return texts.your_topics.format(topics=topics)
