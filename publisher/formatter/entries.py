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
    count = settings.feeds.entries
    made: dict[str, Entry] = {}  # a paper in several feeds is rendered once

    def entry(paper: Paper) -> Entry:
        if paper.id not in made:
            made[paper.id] = _entry(paper, settings)
        return made[paper.id]

    def feed(topic: Topic | None, papers: Sequence[Paper]) -> Feed:
        newest = tuple(entry(paper) for paper in papers[:count])
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
            updated=max(one.updated for one in newest),
            entries=newest,
        )

    feeds = [feed(None, collection.papers)] if collection.papers else []
    feeds += [feed(topic, collection.by_topic[topic.slug]) for topic in collection.topics]
    return feeds


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
