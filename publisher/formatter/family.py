"""Which feeds there are: of all papers, and of each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.entries import Entry, Feed, make_entry, newest_update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Collection, Paper, Topic
    from publisher.settings import Settings


def make_feeds(collection: Collection, settings: Settings) -> list[Feed]:
    """Return the feed of all papers and one for each topic.

    Raises `TemplateError` where the entry template fails.
    """
    site = settings.site
    count = settings.feeds.entries
    made: dict[str, Entry] = {}  # a paper in several feeds is rendered once

    def entry(paper: Paper) -> Entry:
        if paper.id not in made:
            made[paper.id] = make_entry(paper, settings)
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
            updated=newest_update(newest, settings),
            entries=newest,
        )

    feeds = [feed(None, collection.papers)] if collection.papers else []
    feeds += [feed(topic, collection.by_topic[topic.slug]) for topic in collection.topics]
    return feeds
