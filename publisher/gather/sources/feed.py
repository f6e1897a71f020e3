"""Any RSS or Atom feed: the entries that it dates a day, and the two days before."""

from __future__ import annotations

import html
import io
import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import nh3

from publisher.author_names import author_names
from publisher.errors import GatherError, RequestFailed
from publisher.gather.candidates import candidate_id
from publisher.gather.polite_client import shown
from publisher.gather.sources import snapshot
from publisher.models.gathering import Announced, AnnouncementKind, Candidate
from publisher.paper_id import arxiv_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from publisher.gather.polite_client import PoliteClient
    from publisher.models.gathering import Batch
    from publisher.settings import Settings
    from publisher.settings.sections.gather import GatherTopic

_LATE = timedelta(days=2)
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"
# https://info.arxiv.org/help/rss_specifications.html
_ANNOUNCEMENT = re.compile(
    r"\A\s*arXiv:\S{4,40}\s+Announce Type:\s*(?P<kind>[\w-]{1,30})\s*(?:Abstract:)?\s*",
    re.IGNORECASE,
)
_KINDS = {
    "cross": AnnouncementKind.CROSS,
    "replace": AnnouncementKind.REPLACED,
    "replace-cross": AnnouncementKind.REPLACED,
}
# Feeds of before 2024 have "(arXiv:2411.00001v1 [cs.CV])" after a title.
_AFTER_TITLE = re.compile(r"\s*\(arXiv:[^()]{4,60}\)\s*\Z")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_CATEGORY = re.compile(r"[a-z-]{2,20}(?:\.[A-Za-z-]{2,20})?")
_BLOCK_END = re.compile(r"(?=<(?:/(?:p|div|li|h[1-6])|br)\b)", re.IGNORECASE)


class FeedSource:
    """Feeds, with their addresses as channels."""

    name = "feed"

    def __init__(self, client: PoliteClient) -> None:
        """Keep the client."""
        self._client = client

    def channels(self, topic: GatherTopic) -> tuple[str, ...]:
        """Return the addresses among the sources of the topic."""
        return tuple(source for source in topic.sources if "://" in source)

    def due_days(self, channel: str, now: datetime, since: date) -> list[date]:  # noqa: ARG002 - all alike
        """Return all days from `since` on, today's included."""
        return snapshot.days_since(since, now)

    def fetch(self, channel: str, day: date, now: datetime) -> Batch:
        """Return the entries of `day` and of the two days before, as far as the feed goes back.

        An entry without a date, or with one to come, counts as today's. Raises `GatherError` where
        the program is to stop, or the package that reads feeds is not installed.
        """
        if find_spec("feedparser") is None:
            raise GatherError("To read feeds: pip install 'digest-publisher[feeds]'")
        try:
            entries = _entries(channel, self._client.get(channel, _ACCEPT))
        except RequestFailed as error:
            return snapshot.failed(self.name, channel, day, now, error)
        today = now.date()
        dated = [(min(_day(entry) or today, today), entry) for entry in entries]
        recent = [entry for entry_day, entry in dated if day - _LATE <= entry_day <= day]
        papers = [announced for entry in recent if (announced := _announced(entry))]
        message = ""
        if len(papers) < len(recent):
            message = f"{len(recent) - len(papers)} entries without title or address are left out."
        elif dated and (oldest := min(entry_day for entry_day, _ in dated)) > day:
            message = f"The feed goes back to {oldest} only."
        elif not recent:
            message = f"The feed has no entry of {day} or the two days before."
        return snapshot.settled(self.name, channel, day, papers, message)


def _entries(url: str, content: bytes) -> list[dict[str, Any]]:
    import feedparser  # noqa: PLC0415 - of an extra, and slow to import

    document = feedparser.parse(io.BytesIO(content), resolve_relative_uris=False)
    if not document.get("version") and not document.entries:
        raise RequestFailed(f"{shown(url)} is no RSS or Atom feed.")
    # Its own dictionaries warn of keys that they replace.
    return [dict(entry.items()) for entry in document.entries]


def _announced(entry: dict[str, Any]) -> Announced | None:
    title = _plain(entry.get("title", ""))
    addresses = list(_addresses(entry))
    # Of arXiv's own addresses, one alone has the version.
    arxiv_ids = filter(None, map(arxiv_id, addresses))
    arxiv = max(arxiv_ids, key=lambda each: each.version, default=None)
    ids = sorted(map(candidate_id, addresses), key=lambda each: each.startswith("url:"))
    if not title or not ids:
        return None
    content = entry.get("content") or [{}]
    text = _plain(entry.get("summary") or content[0].get("value", ""))
    announcement = _ANNOUNCEMENT.match(text)
    page = next((each for each in addresses if "://" in each), "")
    paper = Candidate(
        id=arxiv.key if arxiv else ids[0],
        title=_AFTER_TITLE.sub("", title),
        authors=tuple(_names(entry)),
        abstract=text[announcement.end() :] if announcement else text,
        version=arxiv.version if arxiv else 1,
        categories=tuple(filter(_CATEGORY.fullmatch, _terms(entry))) if arxiv else (),
        doi=next((key.removeprefix("doi:") for key in ids if key.startswith("doi:")), ""),
        abs_url=arxiv.abs_url if arxiv else page,
        pdf_url=arxiv.pdf_url if arxiv else "",
        published=_moment(entry, "published_parsed"),
        updated=_moment(entry, "updated_parsed"),
    )
    kind = _KINDS.get(announcement["kind"].lower()) if announcement else None
    return Announced(paper, kind or AnnouncementKind.NEW)


def _addresses(entry: dict[str, Any]) -> Iterator[str]:
    values = [entry.get(key, "") for key in ("prism_doi", "dc_identifier", "link", "id")]
    values += [link.get("href", "") for link in entry.get("links", ())]
    texts = (str(value).strip().replace("oai:arXiv.org:", "arXiv:", 1) for value in values)
    for value in dict.fromkeys(texts):
        # Of others, such as javascript:, nobody makes a link.
        if _WEB.match(value) or not candidate_id(value).startswith("url:"):
            yield value


def _names(entry: dict[str, Any]) -> Iterator[str]:
    for author in entry.get("authors", ()):
        # Some feeds have all names in one element.
        yield from author_names(str(author.get("name", "")), _plain)


def _terms(entry: dict[str, Any]) -> Iterator[str]:
    return (str(tag.get("term", "")) for tag in entry.get("tags", ()))


def _plain(text: object) -> str:
    """Return HTML as one line of text."""
    blanks = _BLOCK_END.sub(" ", str(text))
    return " ".join(html.unescape(nh3.clean(blanks, tags=set())).split())


def _day(entry: dict[str, Any]) -> date | None:
    moment = _moment(entry, "published_parsed") or _moment(entry, "updated_parsed")
    return moment.date() if moment else None


def _moment(entry: dict[str, Any], key: str) -> datetime | None:
    parts = entry.get(key)  # in UTC
    try:
        return datetime.fromtimestamp(timegm(parts), UTC) if parts else None
    except (ValueError, OverflowError, OSError):
        return None


def open_source(settings: Settings, client: PoliteClient) -> FeedSource:  # noqa: ARG001 - as all sources
    """Return the feeds."""
    return FeedSource(client)
