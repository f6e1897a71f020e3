"""From papers to feed entries: what every feed format needs, worked out once for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.templating import render
from publisher.formatter.texts import texts_for

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models import Paper, Topic
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
    """A list of entries, newest first, before it takes the form of any format.

    With `month` it is an archive document (RFC 5005, 4): all entries of that month. Such documents
    are chained by `older` and `newer`; a current feed, whose `month` is "", has only `older`.
    """

    id: str  # of the archive documents too: they are parts of one feed
    title: str
    description: str
    folder: str  # "" or "topics/<slug>/", relative to the output folder
    home_url: str
    root_url: str  # the site's address, with a slash at its end
    language: str
    author: str
    updated: datetime
    entries: tuple[Entry, ...]
    month: str = ""  # "2024-12"
    older: str = ""  # the month of the archive document before this one, "" where there is none
    newer: str = ""
    hub_url: str = ""  # of WebSub, "" where there is none

    def path(self, file_name: str, month: str | None = None) -> str:
        """Return where this feed's document is, relative to the output folder.

        `month` asks for another document of the same feed, "" for the current one.
        """
        month = self.month if month is None else month
        return f"archive/{month}/{self.folder}{file_name}" if month else self.folder + file_name

    def url(self, file_name: str, month: str | None = None) -> str:
        """Return the address of `path`."""
        return self.root_url + self.path(file_name, month)


def make_entry(paper: Paper, settings: Settings) -> Entry:
    """Return `paper` as an entry. Raises `TemplateError` where the entry template fails."""
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
