"""The topics that a form offers, read from the OPML file of the site.

The web app reads the files of the site, as its readers do: collecting the digests would take time
and memory, and the site may be built elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from publisher.models import Topic

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

OPML = "opml.xml"


class Topics:
    """The topics of a site, read again when the file changed; safe for threads."""

    def __init__(self, settings: Settings) -> None:
        """Start without reading."""
        self._path: Path = settings.path(settings.output.folder) / OPML
        self._root = settings.site.root
        self._title = settings.site.title
        self._read: tuple[tuple[int, int], tuple[Topic, ...]] = ((0, 0), ())

    def all(self) -> tuple[Topic, ...]:
        """Return the topics in the site's order; empty while there is no site."""
        try:
            status = self._path.stat()
        except OSError:
            return ()
        mark = (status.st_mtime_ns, status.st_size)
        known, topics = self._read
        if mark != known:
            try:
                topics = parse(self._path.read_bytes(), self._root, self._title)
            except (OSError, etree.XMLSyntaxError):
                return topics  # it is being written
            self._read = (mark, topics)
        return topics


def parse(opml: bytes, root: str, title: str) -> tuple[Topic, ...]:
    """Return the topics whose feeds are in an OPML file; `root` and `title` are the site's."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    feed = re.compile(re.escape(root) + r"topics/([a-z0-9][a-z0-9-]{0,63})/atom\.xml")
    topics = []
    for outline in etree.fromstring(opml, parser).iter("outline"):
        match = feed.fullmatch(outline.get("xmlUrl", ""))
        if match:
            topics.append(Topic(match[1], outline.get("title", "").removeprefix(f"{title}: ")))
    return tuple(topics)
