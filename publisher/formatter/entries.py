"""From papers to feed entries: what every feed format needs, worked out once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.templating import render
from publisher.formatter.texts import texts_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.models import Collection, Paper, Topic
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it stands in a feed. `html` is safe mark-up, the other texts are plain."""

    id: str  # "tag:papers.example.org,2024:arxiv:2411.19525", the same in every feed for ever
    url: str
    title: str
    authors: tuple[str, ...]
    published: datetime
    updated: datetime
    topics: tuple[Topic, ...]
    summary: str
    html: str
    pdf_url: str  # "" where there is none


@dataclass(frozen=True, slots=True)
class Feed:
    """A list of entries, newest first, before it takes the form of any format."""

    id: str
    title: str
    description: str
    folder: str  # "" or "topics/<slug>/", relative to the output folder
    home_url: str
    root_url: str  # the site's address, with a slash at its end
    language: str
    author: str
    updated: datetime
    entries: tuple[Entry, ...]


def make_feeds(collection: Collection, settings: Settings) -> list[Feed]:
    """Return the feed of all papers and one for each topic.

    Raises `TemplateError` where the entry template fails.
    """
    site = settings.site
    entries = {
        paper.id: _entry(paper, settings) for paper in _needed(collection, settings.feeds.entries)
    }

    def feed(topic: Topic | None, papers: Sequence[Paper]) -> Feed:
        newest = tuple(entries[paper.id] for paper in papers[: settings.feeds.entries])
        folder = f"topics/{topic.slug}/" if topic else ""
        return Feed(
            id=f"tag:{site.domain},{site.tag_date}:{folder or '/'}",
            title=f"{site.title}: {topic.name}" if topic else site.title,
            description=site.description,
            folder=folder,
            home_url=site.root + folder,
            root_url=site.root,
            language=site.language,
            author=site.author or site.title,
            updated=max(entry.updated for entry in newest),
            entries=newest,
        )

    feeds = [feed(None, collection.papers)] if collection.papers else []
    feeds += [
        feed(topic, [paper for paper in collection.papers if topic in paper.topics])
        for topic in collection.topics
    ]
    return feeds


def _needed(collection: Collection, count: int) -> list[Paper]:
    """Return the papers that any feed shows: an archive's old ones are never rendered."""
    left = {topic.slug: count for topic in collection.topics}
    needed = []
    for index, paper in enumerate(collection.papers):
        wanted = [topic.slug for topic in paper.topics if left[topic.slug] > 0]
        if wanted or index < count:
            needed.append(paper)
        for slug in wanted:
            left[slug] -= 1
    return needed


def _entry(paper: Paper, settings: Settings) -> Entry:
    site = settings.site
    return Entry(
        id=f"tag:{site.domain},{site.tag_date}:{paper.id}",
        url=paper.abs_url or f"{site.root}topics/{paper.topics[0].slug}/",
        title=paper.title,
        authors=paper.authors,
        published=paper.first_published,
        updated=paper.updated,
        topics=paper.topics,
        summary=paper.summary or paper.abstract,
        html=render(
            "feeds/entry.html.j2", settings, paper=paper, texts=texts_for(settings)
        ).strip(),
        pdf_url=paper.pdf_url,
    )
