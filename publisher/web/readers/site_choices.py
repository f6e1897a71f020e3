"""The topics and languages that a form offers, read from the OPML file of the site.

The web app reads the files of the site, as its readers do: collecting the digests would take time
and memory, and the site may be built elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from publisher.formatter.feeds.opml import FILE_NAME, LANGUAGE
from publisher.models import Topic

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class SiteChoices:
    """Topics in the site's order, and languages of papers' texts, None where the site names none.

    Without a site there are no topics.
    """

    topics: tuple[Topic, ...] = ()
    languages: tuple[str, ...] | None = None


class SiteReader:
    """The choices of a site, read again when its file changed; safe for threads."""

    def __init__(self, settings: Settings) -> None:
        """Start without reading."""
        self._path: Path = settings.path(settings.output.folder) / FILE_NAME
        self._root = settings.site.root
        self._title = settings.site.title
        self._read: tuple[tuple[int, int], SiteChoices] = ((0, 0), SiteChoices())

    def choices(self) -> SiteChoices:
        """Return the choices; those of before while the file is being written."""
        try:
            status = self._path.stat()
        except OSError:
            return SiteChoices()
        mark = (status.st_mtime_ns, status.st_size)
        known, choices = self._read
        if mark != known:
            try:
                choices = parse(self._path.read_bytes(), self._root, self._title)
            except (OSError, etree.XMLSyntaxError):
                return choices
            self._read = (mark, choices)
        return choices


def parse(opml: bytes, root: str, title: str) -> SiteChoices:
    """Return what an OPML file tells; `root` and `title` are the site's."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    feed = re.compile(re.escape(root) + r"topics/([a-z0-9][a-z0-9-]{0,63})/atom\.xml")
    document = etree.fromstring(opml, parser)
    topics = []
    for outline in document.iter("outline"):
        match = feed.fullmatch(outline.get("xmlUrl", ""))
        if match:
            topics.append(Topic(match[1], outline.get("title", "").removeprefix(f"{title}: ")))
    languages = tuple(element.text or "" for element in document.iter(LANGUAGE))
    return SiteChoices(tuple(topics), languages or None)
