"""Everything the output folder holds, as path and content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter import opml
from publisher.formatter.family import make_feeds
from publisher.formatter.feeds import formats
from publisher.formatter.pages import FeedLink, render_pages

if TYPE_CHECKING:
    from publisher.models import Collection
    from publisher.settings import Settings


def make_site(collection: Collection, settings: Settings) -> dict[str, bytes]:
    """Return every file of the output folder, by its path relative to it.

    The same collection and settings give the same bytes. Raises `TemplateError`.
    """
    feeds = make_feeds(collection, settings)
    files: dict[str, bytes] = {}
    links: list[FeedLink] = []
    for feed in feeds:
        for feed_format in formats():
            path = feed.folder + feed_format.FILE_NAME
            files[path] = feed_format.render(feed)
            links.append(
                FeedLink(
                    path=path,
                    title=f"{feed.title} ({feed_format.LABEL})",
                    media_type=feed_format.MEDIA_TYPE,
                    topic=feed.folder.removeprefix("topics/").rstrip("/") or None,
                )
            )
    files[opml.FILE_NAME] = opml.render_opml(feeds, settings.site.title)
    return files | render_pages(collection, links, settings)
