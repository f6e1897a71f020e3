"""Announcements as text: a title and a list of papers, as long as the network allows."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import PageWords, counted, words_in
from publisher.formatter.issue_names import issue_name
from publisher.formatter.paper_lines import short_authors, venue_label
from publisher.formatter.paths import issue_path, paper_stem
from publisher.formatter.templating.templates import render
from publisher.models.announcements import AnnouncementText
from publisher.newsletter.ranking import sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Paper
    from publisher.newsletter.ranking import TopicSection
    from publisher.settings import Settings
    from publisher.settings.sections import AnnounceTarget

DIGESTS, ISSUES = "digests", "issues"
TEMPLATES = {DIGESTS: "announce/digest.txt.j2", ISSUES: "announce/issue.txt.j2"}
_TITLE_COLUMNS = 110  # of a paper
_TITLE_CHARACTERS = 150  # of an announcement
_NAMED_AUTHORS = 2
# Between title and body where a network has no titles.
_JOINT = "\r\n"


@dataclass(frozen=True, slots=True)
class TextRoom:
    """The length of a message: `characters`, and `octets` of UTF-8 where it counts those, else 0.

    Title and body together must fit.
    """

    characters: int
    octets: int = 0

    def holds(self, text: AnnouncementText) -> bool:
        """Return whether `text` fits, also where the network escapes it for HTML."""
        whole = html.escape(f"{text.title}{_JOINT}{text.body}", quote=False)
        fits = len(whole) <= self.characters
        return fits and (not self.octets or len(whole.encode()) <= self.octets)


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A paper as an announcement names it."""

    title: str
    url: str
    authors: str
    venue: str
    has_code: bool


@dataclass(frozen=True, slots=True)
class NamedPapers:
    """The papers that an announcement names under a topic, of `count`; `topic` may be ""."""

    topic: str
    count: int
    papers: tuple[NamedPaper, ...]


def render_digests(
    papers: Sequence[Paper], target: AnnounceTarget, settings: Settings, room: TextRoom
) -> AnnouncementText:
    """Return the announcement of new `papers`. Raises `TemplateError`."""
    words = _words(target, settings)
    title = counted(len(papers), words.new_paper, words.new_papers)
    heading = f"{title} · {settings.site.title}"
    return _fit(DIGESTS, heading, papers, settings.site.root, target, settings, room)


def render_issue(
    issue_id: str,
    papers: Sequence[Paper],
    target: AnnounceTarget,
    settings: Settings,
    room: TextRoom,
) -> AnnouncementText:
    """Return the announcement of an issue that was sent. Raises `TemplateError`."""
    words = _words(target, settings)
    title = settings.newsletter.title or settings.site.title
    heading = f"{title}: {issue_name(issue_id, words)}"
    url = settings.site.root + issue_path(issue_id)
    return _fit(ISSUES, heading, papers, url, target, settings, room)


def _fit(
    event: str,
    heading: str,
    papers: Sequence[Paper],
    url: str,
    target: AnnounceTarget,
    settings: Settings,
    room: TextRoom,
) -> AnnouncementText:
    """Return the text with as many papers as fit; without any it is as long as it is."""
    words = _words(target, settings)
    by_topic = sections(papers, target.topics)
    named = min(target.papers, len(papers))
    while True:
        text = render(
            target.template or TEMPLATES[event],
            settings,
            event=event,
            heading=heading,
            count=len(papers),
            groups=_groups(by_topic, named, words, settings),
            more=len(papers) - named,
            url=url,
            site_title=settings.site.title,
            words=words,
        )
        title, _, body = text.strip().partition("\n")
        result = AnnouncementText(shortened(title.strip(), _TITLE_CHARACTERS), body.strip())
        if room.holds(result) or not named:
            return result
        named -= 1


def _groups(
    by_topic: Sequence[TopicSection], most: int, words: PageWords, settings: Settings
) -> list[NamedPapers]:
    """Return `most` papers, the best of each topic before the second best of any."""
    chosen = [0] * len(by_topic)
    while (left := most - sum(chosen)) > 0:
        open_places = [
            place for place, section in enumerate(by_topic) if chosen[place] < len(section.papers)
        ]
        for place in open_places[:left]:
            chosen[place] += 1
    return [
        NamedPapers(
            section.topic.name if section.topic else "",
            len(section.papers),
            tuple(_named(paper, words, settings) for paper in section.papers[:count]),
        )
        for section, count in zip(by_topic, chosen, strict=True)
        if count
    ]


def _named(paper: Paper, words: PageWords, settings: Settings) -> NamedPaper:
    return NamedPaper(
        title=shortened(" ".join(paper.title.split()), _TITLE_COLUMNS),
        url=f"{settings.site.root}{paper_stem(paper.id)}.html",
        authors=short_authors(paper.authors, words, _NAMED_AUTHORS),
        venue=venue_label(paper),
        has_code=bool(paper.code_urls),
    )


def _words(target: AnnounceTarget, settings: Settings) -> PageWords:
    return words_in(PageWords, target.language or settings.site.language)
