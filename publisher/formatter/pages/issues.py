"""The newsletter on the web: a page for each issue, or several, and a list of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.formatter.editorial_markup import has_pictures, note_html
from publisher.formatter.i18n.dates import date_range
from publisher.formatter.i18n.email_words import email_words
from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import counted
from publisher.formatter.issue_names import issue_name
from publisher.formatter.pages.archive import topic_anchor
from publisher.formatter.pages.layout import (
    part_language,
    render_page,
    way_up,
    words,
)
from publisher.formatter.pages.size_limit import Detail, limited
from publisher.formatter.pages.view_models import (
    LINK_IN_BRIEF,
    TOPICS_IN_BRIEF,
    PaperRow,
    compact_rows,
)
from publisher.formatter.paths import (
    ISSUES_ON_A_PAGE,
    issue_path,
    issues_paths,
)
from publisher.models import BlockPlace, Language, Length
from publisher.newsletter.ranking import highlights, sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.formatter.email.paper_card import Card
    from publisher.formatter.i18n.words import EmailWords
    from publisher.models import Issue, Paper
    from publisher.settings import Settings

ISSUES_PATH = "issues/index.html"
# In lines of about 300 bytes: a paper with all that a mail says takes 5 kB.
CARD_LINES, LINES_ON_A_PAGE = 18, 320
TOP_ANCHOR, UPDATED_ANCHOR = "t--top", "t--updated"  # no slug begins with a hyphen
_STANDARD_COLUMNS = 150


@dataclass(frozen=True, slots=True)
class IssueCount:
    """An issue in a list: `[start, end)` is its period, `count` the number of its papers."""

    id: str
    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True)
class IssueSection:
    """The highlights, a topic or the newer versions, or as much of them as is on one page.

    Papers whose summary is elsewhere are among `lines`. `count` is of all pages.
    """

    anchor: str
    name: str
    count: int
    cards: tuple[Paper, ...]
    lines: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class IssueCard:
    """A paper with all that mails say about it; `topics` are addresses and names."""

    row: PaperRow
    card: Card
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """A section as its page shows it; `lines` are papers, each with its version or ""."""

    anchor: str
    href: str
    name: str
    lang: str
    count: int
    cards: tuple[IssueCard, ...] = ()
    lines: tuple[tuple[PaperRow, str], ...] = ()


def issue_paths(issue: Issue, settings: Settings) -> list[str]:
    """Return the paths of the pages that `render_issue` makes. Raises `SettingsError`."""
    leaves = _leaves(_issue_sections(issue, settings))
    return [issue_path(issue.id, number) for number, _ in enumerate(leaves, start=1)]


def render_issue(issue: Issue, settings: Settings) -> dict[str, bytes]:
    """Return the web view of `issue`: `issues/<id>.html`, `issues/<id>/2.html`, ...

    It says all that the mails of any language and length say. A paper is shown whole once, in the
    highlights or under the first of its topics, and is a line under each of the others.

    Raises `TemplateError`, and `SettingsError` for the theme's words.
    """
    texts = words(settings)
    all_sections = _issue_sections(issue, settings)
    note, block = (
        note_html(markdown, settings.site.root) if markdown else ""
        for markdown in (issue.edits.note, issue.edits.block)
    )
    leaves = list(_leaves(all_sections))
    title, dates, count = issue_words(issue.id, issue.start, issue.end, len(issue.papers), settings)
    paths = [issue_path(issue.id, number) for number, _ in enumerate(leaves, start=1)]
    at_end = issue.edits.block_place is BlockPlace.END
    block_page = len(leaves) if at_end else 1
    pages = {}
    for number, (path, leaf) in enumerate(zip(paths, leaves, strict=True), start=1):
        view = _LeafView(issue, path, _addresses(path, paths, leaves), settings)

        def render(
            detail: Detail,
            number: int = number,
            path: str = path,
            view: _LeafView = view,
            leaf: Sequence[IssueSection] = leaf,
        ) -> bytes:
            groups = tuple(view.group(section, detail.columns) for section in leaf)
            return render_page(
                "pages/issue.html.j2",
                path,
                settings,
                title=title if number == 1 else f"{title} ({number})",
                description=texts.issue_description.format(dates=dates, count=count),
                heading=title,
                dates=dates,
                count=count,
                contents=tuple(view.heading(section, 0) for section in all_sections)
                if detail.extras
                else (),
                groups=groups,
                figures=has_pictures(note + block)
                or any(item.card.figure for group in groups for item in group.cards),
                edits=issue.edits,
                note_html=note if number == 1 else "",
                block_html=block if number == block_page else "",
                number=number,
                leaves=tuple((n, way_up(path) + leaf) for n, leaf in enumerate(paths, start=1)),
            )

        pages[path] = limited(render)
    return pages


def _issue_sections(issue: Issue, settings: Settings) -> list[IssueSection]:
    """Return the sections of `issue` in the order of mails: highlights, topics, newer versions."""
    texts: EmailWords = email_words(settings)
    by_first = sections(issue.papers, pinned=issue.edits.pin)
    top = highlights(by_first, settings.newsletter.highlights, issue.edits.promote)
    # Where each paper is shown whole.
    places = {paper.id: topic_anchor(part.topic) for part in by_first for paper in part.papers}
    places |= {paper.id: TOP_ANCHOR for paper in top}
    listed = [(TOP_ANCHOR, texts.highlights, top)]
    for part in sections(issue.papers, each_topic=True, pinned=issue.edits.pin):
        name = part.topic.name if part.topic else texts.other_topics
        listed.append((topic_anchor(part.topic), name, part.papers))
    listed.append((UPDATED_ANCHOR, texts.updated_papers, issue.updated))
    return [
        IssueSection(
            anchor=anchor,
            name=name,
            count=len(papers),
            cards=tuple(paper for paper in papers if places.get(paper.id) == anchor),
            lines=tuple(paper for paper in papers if places.get(paper.id) != anchor),
        )
        for anchor, name, papers in listed
        if papers
    ]


def _leaves(all_sections: Sequence[IssueSection]) -> Iterator[tuple[IssueSection, ...]]:
    """Yield the sections of one page after the other; at least one page."""
    leaf: list[IssueSection] = []
    room = LINES_ON_A_PAGE
    for section in all_sections:
        cards, lines = section.cards, section.lines
        while cards or lines:
            # A line of the room is the heading's.
            here = cards[: (room - 1) // CARD_LINES] if room else ()
            left = room - 1 - CARD_LINES * len(here)
            below = lines[: max(0, left)] if len(here) == len(cards) else ()
            if here or below:
                leaf.append(replace(section, cards=here, lines=below))
                cards, lines = cards[len(here) :], lines[len(below) :]
                room = left - len(below)
            if cards or lines:
                yield tuple(leaf)
                leaf, room = [], LINES_ON_A_PAGE
    yield tuple(leaf)


def _addresses(
    path: str, paths: Sequence[str], leaves: Sequence[Sequence[IssueSection]]
) -> dict[str, str]:
    """Return where each section begins, by its anchor, as the page at `path` links to it."""
    addresses: dict[str, str] = {}
    for of_leaf, leaf in zip(paths, leaves, strict=True):
        page = "" if of_leaf == path else way_up(path) + of_leaf
        for section in leaf:
            addresses.setdefault(section.anchor, f"{page}#{section.anchor}")
    return addresses


@dataclass(frozen=True, slots=True)
class _LeafView:
    """Makes the groups of one page of an issue; `addresses` are those of sections by anchor."""

    issue: Issue
    path: str
    addresses: Mapping[str, str]
    settings: Settings

    def heading(self, section: IssueSection, columns: int) -> IssueGroup:
        """Return `section` without its papers; `columns` is the most that its name may take."""
        return IssueGroup(
            anchor=section.anchor,
            href=self.addresses[section.anchor],
            name=shortened(section.name, columns) if columns else section.name,
            lang=part_language(section.name, self.settings),
            count=section.count,
        )

    def group(self, section: IssueSection, columns: int) -> IssueGroup:
        """Return `section` with its papers, cut to `columns` unless that is 0."""
        up = way_up(self.path)
        texts = email_words(self.settings)
        rows = compact_rows(section.cards, up, self.settings, columns)
        lines = compact_rows(section.lines, up, self.settings, columns)
        versions = (
            texts.version.format(number=paper.version) if section.anchor == UPDATED_ANCHOR else ""
            for paper in section.lines
        )
        return replace(
            self.heading(section, columns),
            cards=tuple(
                IssueCard(row, self._card(paper, texts, columns), self._topics(paper, columns))
                for paper, row in zip(section.cards, rows, strict=True)
            ),
            lines=tuple(zip(lines, versions, strict=True)),
        )

    def _card(self, paper: Paper, texts: EmailWords, columns: int) -> Card:
        from publisher.formatter.email.paper_card import (  # noqa: PLC0415 - few builds have issues
            Form,
            make_card,
        )

        length = Length.SHORT if columns else Length.LONG
        if columns >= _STANDARD_COLUMNS:
            length = Length.STANDARD
        figures = self.settings.newsletter.figures and not columns
        card = make_card(paper, Form.FULL, Language.BOTH, length, texts, figures=figures)
        if not columns:
            return card
        links = tuple(link for link in card.links if len(link.url) <= LINK_IN_BRIEF)
        return replace(card, links=links, comment=shortened(card.comment, columns))

    def _topics(self, paper: Paper, columns: int) -> tuple[tuple[str, str], ...]:
        return tuple(
            (
                self.addresses[topic_anchor(topic)],
                shortened(topic.name, columns) if columns else topic.name,
            )
            for topic in paper.topics[: TOPICS_IN_BRIEF if columns else None]
        )


def render_issues(issues: Sequence[IssueCount], settings: Settings) -> dict[str, bytes]:
    """Return `issues/index.html`, `issues/2.html`, ...: `issues` in their order, newest first.

    Raises `TemplateError`.
    """
    texts, paths, up = words(settings), issues_paths(len(issues)), way_up(ISSUES_PATH)
    return {
        path: render_page(
            "pages/issues.html.j2",
            path,
            settings,
            title=texts.issues if number == 1 else f"{texts.issues} ({number})",
            description=texts.issues_description,
            lead=texts.issues_description,
            issues=tuple(
                (
                    up + issue_path(issue.id),
                    *issue_words(issue.id, issue.start, issue.end, issue.count, settings),
                )
                for issue in issues[(number - 1) * ISSUES_ON_A_PAGE : number * ISSUES_ON_A_PAGE]
            ),
            number=number,
            leaves=tuple((n, up + leaf) for n, leaf in enumerate(paths, start=1)),
        )
        for number, path in enumerate(paths, start=1)
    }


def issue_words(
    issue_id: str, start: datetime, end: datetime, count: int, settings: Settings
) -> tuple[str, str, str]:
    """Return an issue's name, its days and the number of its papers, in the site's language."""
    texts = words(settings)
    dates = date_range(texts.dates, start, end)
    return issue_name(issue_id, texts), dates, counted(count, texts.paper, texts.papers)
