"""The feed of issues: an entry for each issue that was sent, with its papers by topic."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.formatter.editorial_markup import note_html
from publisher.formatter.feeds.entries import Feed, FeedEntry, newest_update
from publisher.formatter.feeds.xml_text import one_line
from publisher.formatter.i18n.words import PageWords, words_in
from publisher.formatter.pages.issues import issue_words
from publisher.formatter.paths import ISSUES_FOLDER, issue_path, paper_stem
from publisher.formatter.templating.templates import render
from publisher.language_detection import language
from publisher.models import Frequency, Issue, Paper
from publisher.newsletter.periods import frequency_of
from publisher.newsletter.ranking import sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.settings import Settings

# Issues of all streams can end at the same moment, but no two entries should have the same time.
_SECONDS = {Frequency.WEEKLY: 0, Frequency.DAILY: 1, Frequency.MONTHLY: 2}


def make_issue_feed(issues: Sequence[Issue], settings: Settings) -> Feed:
    """Return the feed of `issues`, newest first. Raises `TemplateError`."""
    site = settings.site
    texts = words_in(PageWords, site.language)
    entries = tuple(_entry(issue, settings) for issue in issues)
    return Feed(
        id=f"{site.tag_authority}:{ISSUES_FOLDER}",
        title=f"{site.title}: {texts.issues}",
        description=texts.issues_description,
        folder=ISSUES_FOLDER,
        home_url=site.root + ISSUES_FOLDER,
        root_url=site.root,
        language=site.language,
        author=site.author or site.title,
        updated=newest_update(entries, settings),
        entries=entries,
        hub_url=settings.feeds.hub,
    )


def _entry(issue: Issue, settings: Settings) -> FeedEntry:
    site = settings.site
    name, dates, count = issue_words(issue.id, issue.start, issue.end, len(issue.papers), settings)
    ended = issue.end + timedelta(seconds=_SECONDS[frequency_of(issue.id)])
    topics = dict.fromkeys(topic for paper in issue.papers for topic in paper.topics)

    def address(paper: Paper) -> str:
        return f"{site.root}{paper_stem(paper.id)}.html"

    html = render(
        "feeds/issue.html.j2",
        settings,
        sections=sections(issue.papers, pinned=issue.edits.pin),
        other_topics=words_in(PageWords, site.language).other_topics,
        address=address,
        note_html=note_html(issue.edits.note, site.root) if issue.edits.note else "",
    )
    return FeedEntry(
        id=f"{site.tag_authority}:issue:{issue.id}",
        url=site.root + issue_path(issue.id),
        title=f"{name}: {count}",
        authors=(one_line(site.author or site.title),),
        published=ended,
        updated=ended,
        topics=tuple(topics),
        summary=f"{dates}: {count}",
        html=html.strip(),
        title_language=language(name),
        summary_language=language(dates),
        language=site.language,
    )
