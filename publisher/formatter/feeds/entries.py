"""Papers as feed entries: all that a feed format needs, worked out once for all formats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from publisher.formatter.feeds.entry_content import render_content
from publisher.formatter.feeds.xml_text import (
    exact_offset,
    one_line,
    uri,
    xml_text,
)
from publisher.formatter.i18n.words import EntryWords, words_in
from publisher.formatter.paper_status import in_language
from publisher.formatter.paths import paper_stem
from publisher.language_detection import language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from publisher.models import Paper, Topic
    from publisher.settings import Settings

_TAG_SAFE = "-._~!$&'()*+,;=:@/?"  # RFC 4151, 2.1 and RFC 3986, 3.3: a tag's "specific" part


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A paper as it stands in a feed. `html` is safe mark-up, the other texts are plain.

    A format need not care for XML: characters that it forbids are taken out of all texts,
    and times get offsets in whole minutes. Addresses are absolute http(s) URIs, "" where there is
    none; `url` is always there. Languages are BCP 47 tags, "" where nobody knows.
    """

    id: str  # "tag:papers.example.org,2024:arxiv:2411.19525", the same in every feed for ever
    url: str
    title: str
    authors: tuple[str, ...]
    published: datetime
    updated: datetime
    topics: tuple[Topic, ...]
    summary: str
    html: str
    pdf_url: str = ""
    source_url: str = ""  # the paper at arXiv, where `url` is another page
    image_url: str = ""
    title_language: str = ""
    summary_language: str = ""
    language: str = ""  # of most of `html`

    def __post_init__(self) -> None:
        """Make the texts and times such that every format can hold them."""
        for name in ("id", "url", "html"):
            object.__setattr__(self, name, xml_text(getattr(self, name)))
        for name in ("title", "summary"):
            object.__setattr__(self, name, one_line(xml_text(getattr(self, name))))
        authors = tuple(clean for name in self.authors if (clean := one_line(xml_text(name))))
        object.__setattr__(self, "authors", authors)
        for name in ("published", "updated"):
            object.__setattr__(self, name, exact_offset(getattr(self, name)))

    def rendered(self, _format_name: str, render: Callable[[FeedEntry], bytes]) -> bytes:
        """Return what `render` makes of the entry; see `PendingEntry.rendered`."""
        return render(self)


class PendingEntry(Protocol):
    """An entry that may never have to be made, as its bytes were kept from an earlier build."""

    @property
    def updated(self) -> datetime:
        """The time when the entry changed last."""
        ...

    def rendered(self, format_name: str, render: Callable[[FeedEntry], bytes]) -> bytes:
        """Return what `render` makes of the entry, or made of it before in the same format."""
        ...


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
    updated: datetime  # holds where there are no entries; else the newest entry's does
    entries: Sequence[PendingEntry]
    month: str = ""  # "2024-12"
    older: str = ""  # the month of the archive document before this one, "" where there is none
    newer: str = ""
    hub_url: str = ""  # of WebSub, "" where there is none

    @property
    def is_complete(self) -> bool:
        """Whether it is the only archive document of its feed, so that all entries are in it."""
        return bool(self.month) and not self.older and not self.newer

    def path(self, file_name: str, month: str | None = None) -> str:
        """Return where this feed's document is, relative to the output folder.

        `month` asks for another document of the same feed, "" for the current one.
        """
        month = self.month if month is None else month
        return f"archive/{month}/{self.folder}{file_name}" if month else self.folder + file_name

    def url(self, file_name: str, month: str | None = None) -> str:
        """Return the address of `path`."""
        return self.root_url + self.path(file_name, month)


def make_entry(
    paper: Paper,
    settings: Settings,
    *,
    published: datetime | None = None,
    updated: datetime | None = None,
) -> FeedEntry:
    """Return `paper` as an entry. `published` and `updated` take the place of the paper's own.

    Raises `TemplateError` where the entry template fails.
    """
    site = settings.site
    paper = in_language(paper, site.language)
    source = uri(paper.abs_url) or uri(paper.pdf_url)
    page = f"{site.root}{paper_stem(paper.id)}.html"
    url = source if settings.feeds.links == "source" and source else page
    summary = one_line(xml_text(paper.summary or ""))
    abstract = one_line(paper.abstract)
    summary_language = language(summary or abstract)
    title = one_line(xml_text(paper.title))
    shown_title = title or paper.id
    if paper.withdrawn:
        shown_title = words_in(EntryWords, site.language).withdrawn_title.format(title=shown_title)
    figures = (address for figure in paper.figures if (address := uri(figure)))
    return FeedEntry(
        id=f"{site.tag_authority}:{quote(paper.id, safe=_TAG_SAFE, errors='replace')}",
        url=url,
        title=shown_title,
        authors=tuple(dict.fromkeys(paper.authors)),
        published=published or paper.first_published,
        updated=updated or paper.updated,
        topics=paper.topics,
        summary=summary + words_in(EntryWords, summary_language).by_machine
        if summary
        else abstract,
        html=render_content(paper, settings),
        pdf_url=uri(paper.pdf_url),
        source_url=uri(paper.abs_url) if url != uri(paper.abs_url) else "",
        image_url=next(figures, ""),
        title_language=language(title),
        summary_language=summary_language,
        language=language(summary or " ".join(paper.takeaways) or abstract or title),
    )


def newest_update(entries: Iterable[PendingEntry], settings: Settings) -> datetime:
    """Return the last `updated` of `entries`; where there are none, the first day of the site.

    RFC 4287, 4.1.1 wants a date of an empty feed too. The clock would make every build differ, and
    the Unix epoch is what the W3C validator reports as implausible.
    """
    return max((entry.updated for entry in entries), default=_first_day(settings))


def _first_day(settings: Settings) -> datetime:
    numbers = [int(number) for number in settings.site.tag_date.split("-")]
    year, month, day = (*numbers, 1, 1)[:3]
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:  # "2024-02-31": RFC 4151 does not mind
        return datetime(max(year, 1990), 1, 1, tzinfo=UTC)
