"""RSS 2.0 with the Dublin Core, content and atom:link modules (RSS Advisory Board's profile)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.feeds.generator import generator

if TYPE_CHECKING:
    from publisher.formatter.entries import Feed

FILE_NAME = "rss.xml"
MEDIA_TYPE = "application/rss+xml"
LABEL = "RSS"


def render(feed: Feed) -> bytes:
    """Return `feed` as an RSS document; authors are dc:creator, as RSS's author is an address."""
    self_url = feed.url(FILE_NAME)
    made = generator(feed, self_url=self_url, media_type=MEDIA_TYPE)
    made.load_extension("dc", atom=False, rss=True)
    for item, entry in zip(made.entry(), feed.entries, strict=True):
        item.dc.dc_creator(list(entry.authors))
        # RSS shows a category's text to people; Atom's term is for machines.
        item.category(
            [{"term": topic.name, "scheme": f"{feed.root_url}topics/"} for topic in entry.topics],
            replace=True,
        )
    return bytes(made.rss_str(pretty=True))
