"""What Atom and RSS share: a feedgen generator with nothing left to its defaults.

feedgen puts the clock into `updated` and `lastBuildDate`, turns the order of entries around, and
takes the last alternate link as RSS's; each is set here on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator

from publisher import __version__

if TYPE_CHECKING:
    from publisher.formatter.entries import Feed


def generator(feed: Feed, *, self_url: str, media_type: str) -> FeedGenerator:
    """Return a feedgen generator filled with `feed`, whose own address is `self_url`."""
    made = FeedGenerator()
    made.id(feed.id)
    made.title(feed.title)
    made.subtitle(feed.description)
    made.description(feed.description)
    made.author({"name": feed.author})
    made.language(feed.language)
    made.generator("digest-publisher", version=__version__)
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.link(href=self_url, rel="self", type=media_type)
    made.link(href=feed.home_url, rel="alternate", type="text/html")
    for entry in feed.entries:
        item = made.add_entry(order="append")
        item.id(entry.id)
        item.title(entry.title)
        # No type: an entry's links come out without attributes, and alternate is the default.
        item.link(href=entry.url, rel="alternate")
        item.published(entry.published)
        item.updated(entry.updated)
        item.author([{"name": name} for name in entry.authors])
        item.category(
            [
                {
                    "term": topic.slug,
                    "label": topic.name,
                    "scheme": f"{feed.root_url}topics/",
                }
                for topic in entry.topics
            ]
        )
        if entry.summary:
            item.summary(entry.summary)
        item.content(entry.html, type="html")
    return made
