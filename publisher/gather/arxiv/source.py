"""arXiv as a source: a channel is a category, a batch its announcement of a day.

The listing of the newest announcement is the truth: it states its date and the number of entries,
so that a broken read differs from an empty day. Earlier days come from the catch-up pages, which go
back 90 days. The export API adds details. RSS and a search by date are for when pages fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from publisher.errors import RequestFailed
from publisher.gather.arxiv import api, schedule
from publisher.gather.arxiv.listing import ListingEntry, ListingPage, read_listing
from publisher.gather.arxiv.rss import read_rss
from publisher.gather.polite_client import ATOM, HTML
from publisher.models.gathering import Announced, AnnouncementKind, Batch, BatchState, Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from publisher.gather.polite_client import PoliteClient
    from publisher.settings import Settings
    from publisher.settings.sections.gather import GatherTopic

_SHOW = 2000  # entries of a page at most; arXiv refuses numbers other than its own
_MOST_PAGES = 12
_FRESH = timedelta(minutes=10)
_FRESH_WHERE_OLDER = timedelta(minutes=1)  # a newer one may come at any moment
_TRY_AGAIN = timedelta(minutes=15)
_STALE_AFTER = timedelta(hours=6)  # an old listing may be a copy that a cache keeps
_EMPTY_AFTER = timedelta(hours=2)  # an empty listing may be filled later
_MOST_OF_SEARCH = 2000  # papers
_LONGEST_WAIT = 86_400.0  # seconds
# arXiv's answers to a category that it does not have.
_UNKNOWN, _UNKNOWN_SECONDS = frozenset({400, 404}), 3600.0


@dataclass(slots=True)
class _ListingPages:
    """The pages of a listing, read as far as they could be."""

    day: date | None
    entries: dict[tuple[AnnouncementKind, int], ListingEntry] = field(default_factory=dict)
    total: int | None = None
    whole: bool = False
    nothing: bool = False
    problem: str = ""

    def add(self, page: ListingPage, skipped: int) -> bool:
        """Take the entries of a page; return whether it has new ones that can be read."""
        before = len(self.entries) - self.unreadable
        for number, entry in enumerate(page.entries, skipped + 1):
            key = entry.kind, entry.index or number
            if entry.paper is not None or key not in self.entries:
                self.entries[key] = entry
        if page.total is not None:
            self.total = max(page.total, self.total or 0)
        self.whole = self.whole or page.whole
        return len(self.entries) - self.unreadable > before

    @property
    def unreadable(self) -> int:
        """The number of entries without an id."""
        return sum(entry.paper is None for entry in self.entries.values())

    @property
    def is_empty(self) -> bool:
        return not self.entries and (self.nothing or (self.total == 0 and self.whole))

    @property
    def is_complete(self) -> bool:
        if self.total is None:
            return self.whole and bool(self.entries or self.nothing)
        return len(self.entries) >= self.total


class _Latest(NamedTuple):
    """The newest listing of a category, and when it was read."""

    at: datetime
    reading: _ListingPages


@dataclass(frozen=True, slots=True)
class _Request:
    """A request for the announcement of `day` in a category, at `now`."""

    channel: str
    day: date
    now: datetime

    def batch(self, state: BatchState, message: str, **fields: Any) -> Batch:  # noqa: ANN401 - of Batch
        """Return a batch; one that is not settled is to be tried again soon."""
        if state not in {BatchState.COMPLETE, BatchState.CLOSED}:
            fields.setdefault("next_try", self.now + _TRY_AGAIN)
        return Batch(ArxivSource.name, self.channel, self.day, state, message=message, **fields)

    def failed(self, problem: str, wait_seconds: float = 0.0) -> Batch:
        """Return a batch that could not be read, to be tried again after `wait_seconds`."""
        again = self.now + max(_TRY_AGAIN, timedelta(seconds=min(wait_seconds, _LONGEST_WAIT)))
        message = f"{problem} It is tried again from {again:%Y-%m-%d %H:%M} UTC."
        return self.batch(BatchState.FAILED, message, next_try=again)


class ArxivSource:
    """arXiv's announcements."""

    name = "arxiv"

    def __init__(self, url: str, api_url: str, client: PoliteClient) -> None:
        """Keep the addresses of the site and of its API."""
        self._url, self._api_url, self._client = url.rstrip("/"), api_url.rstrip("/"), client
        self._latest: dict[str, _Latest] = {}
        self._unscheduled: set[tuple[str, date]] = set()  # read although nobody could ask for them

    def channels(self, topic: GatherTopic) -> tuple[str, ...]:
        """Return the categories of the topic."""
        return topic.categories

    def due_days(self, channel: str, now: datetime, since: date) -> list[date]:  # noqa: ARG002 - all alike
        """Return the days from `since` whose announcements are due, in order."""
        return schedule.due_days(now, since)

    def fetch(self, channel: str, day: date, now: datetime) -> Batch:
        """Return the announcement of `day` in the category `channel`.

        It is that of another day where the newest listing is out of schedule. Raises `GatherError`
        where the program is to stop.
        """
        request = _Request(channel, day, now)
        try:
            newest = self._newest(request)
        except RequestFailed as error:
            return self._without_listing(request, error)
        if newest.day is None:
            problem = f"{self._url}/list/{channel}/new is no listing that can be read."
            return self._without_listing(request, RequestFailed(problem))
        if self._is_unscheduled(channel, newest.day, now):
            request = replace(request, day=newest.day)
        if newest.day == request.day:
            return self._batch(request, newest)
        return self._not_yet(request, newest.day) if newest.day < day else self._earlier(request)

    def _is_unscheduled(self, channel: str, listed: date, now: datetime) -> bool:
        """Return whether nobody can ask for the day `listed`, True once for each."""
        key = channel, listed
        if key in self._unscheduled or listed in schedule.due_days(now, listed):
            return False
        self._unscheduled.add(key)
        return True

    def look_up(self, ids: Sequence[str]) -> list[Candidate]:
        """Return the papers on arXiv with `ids`, such as "arxiv:2411.19525", that it knows.

        Raises `RequestFailed`.
        """
        details, problems = self._details([key.removeprefix("arxiv:") for key in ids])
        if problems:
            raise RequestFailed(problems[0])
        return list(details.values())

    def _newest(self, request: _Request) -> _ListingPages:
        """Return the newest listing, the one of before if that tells enough."""
        channel, day, now = request.channel, request.day, request.now
        latest = self._latest.pop(channel, None)
        is_older = latest is not None and (latest.reading.day or day) < day
        if latest is None or now - latest.at > (_FRESH_WHERE_OLDER if is_older else _FRESH):
            url = f"{self._url}/list/{channel}/new"
            reading = self._read(url, lambda skip: f"{url}?skip={skip}&show={_SHOW}")
            latest = _Latest(now, reading)
        if latest.reading.day not in {None, day}:
            self._latest[channel] = latest
        return latest.reading

    def _catch_up(self, request: _Request) -> _ListingPages | None:
        """Return the listing of any day, None where it can't be had."""
        url = f"{self._url}/catchup/{request.channel}/{request.day}?abs=True"
        try:
            reading = self._read(url, lambda skip: f"{url}&page={skip // _SHOW + 1}")
        except RequestFailed:
            return None
        return reading if reading.day == request.day else None

    def _read(self, url: str, next_url: Callable[[int], str]) -> _ListingPages:
        """Return a listing from all its pages.

        A page that was cut off, or shows fewer entries than it states, is followed by one from the
        first missing entry; one with damaged entries is read once more. Raises `RequestFailed`
        where the first page can't be read.
        """
        page = read_listing(self._client.get(url, HTML))
        reading = _ListingPages(page.day, nothing=page.nothing)
        grows = reading.add(page, 0)
        for _ in range(_MOST_PAGES):
            if not grows or (reading.is_complete and not reading.unreadable):
                break
            skip = 0 if reading.is_complete else len(reading.entries)
            try:
                page = read_listing(self._client.get(next_url(skip), HTML))
            except RequestFailed as error:
                reading.problem = str(error)
                break
            grows = page.day in {None, reading.day} and reading.add(page, skip)
        return reading

    def _batch(self, request: _Request, reading: _ListingPages) -> Batch:
        """Return the batch of a listing, with details from the API."""
        if not reading.entries:
            return _empty(request, reading)
        papers, problems = self._announced(reading.entries.values())
        state = BatchState.COMPLETE
        if not reading.is_complete:
            state = BatchState.PARTIAL
            stated = reading.total or "an unknown number of"
            problems.insert(
                0,
                f"{len(reading.entries)} of {stated} entries of {request.channel} could be read; "
                f"the listing is read again. {reading.problem}".rstrip(),
            )
        total = max(reading.total or 0, len(papers))
        return request.batch(state, " ".join(problems), papers=tuple(papers), total=total)

    def _not_yet(self, request: _Request, newest: date) -> Batch:
        """Return the batch of a day that is newer than the newest listing."""
        day, now = request.day, request.now
        if now - schedule.release(day) > _STALE_AFTER:
            reading = self._catch_up(request)
            if reading is not None and reading.entries:
                return self._batch(request, reading)
        again = schedule.next_look(day, now)
        return request.batch(
            BatchState.WAITING,
            f"arXiv has not announced {day:%A} {day} yet: its newest listing of {request.channel} "
            f"is of {newest}. It is read again from {again:%Y-%m-%d %H:%M} UTC; on a holiday there "
            "is none.",
            next_try=again,
        )

    def _earlier(self, request: _Request) -> Batch:
        """Return the batch of a day before the newest listing."""
        reading = self._catch_up(request)
        if reading is None:
            return self._search(request)
        if reading.is_empty:
            return request.batch(
                BatchState.CLOSED,
                f"arXiv was closed on {request.day:%A} {request.day}, or had nothing in "
                f"{request.channel}.",
            )
        return self._batch(request, reading)

    def _without_listing(self, request: _Request, error: RequestFailed) -> Batch:
        """Return the batch from the catch-up page or RSS, as the newest listing can't be read."""
        reading = None if error.wait_seconds else self._catch_up(request)
        if reading is not None and reading.entries:
            return self._batch(request, reading)
        try:
            content = self._client.get(f"{self._url}/rss/{request.channel}", ATOM)
        except RequestFailed:
            content = b""
        if not (announced := read_rss(content, request.day)):
            if error.status not in _UNKNOWN:
                return request.failed(str(error), error.wait_seconds)
            advice = f"If arXiv has no {request.channel}, correct `categories` of the topic."
            return request.failed(f"{error} {advice}", _UNKNOWN_SECONDS)
        return request.batch(
            BatchState.PARTIAL,
            f"{error} {len(announced)} papers are from the RSS feed, which may lack others; the "
            "listing is read again.",
            papers=tuple(announced),
            total=len(announced),
        )

    def _search(self, request: _Request) -> Batch:
        """Return the batch from a search by date, as arXiv has no catch-up page of the day."""
        channel, day = request.channel, request.day
        missing = f"arXiv has no catch-up page of {channel} for {day}."
        papers: dict[str, Candidate] = {}
        try:
            for start in range(0, _MOST_OF_SEARCH, api.PAGE):
                url = api.search_url(self._api_url, channel, day, start)
                page = api.read_papers(self._client.get(url, ATOM))
                papers.update((paper.id, paper) for paper in page if channel in paper.categories)
                if len(page) < api.PAGE:
                    break
        except RequestFailed as error:
            return request.failed(f"{missing} {error}", error.wait_seconds)
        if not papers:
            return request.failed(missing)
        kinds = AnnouncementKind.NEW, AnnouncementKind.CROSS
        announced = tuple(Announced(p, kinds[p.categories[0] != channel]) for p in papers.values())
        return request.batch(
            BatchState.PARTIAL,
            f"{missing} {len(announced)} papers are from a search by date; new versions and late "
            "papers are missing.",
            papers=announced,
            total=len(announced),
        )

    def _announced(self, entries: Iterable[ListingEntry]) -> tuple[list[Announced], list[str]]:
        """Return the papers of a listing with their details, each once, and what went wrong."""
        first: dict[str, ListingEntry] = {}
        unreadable = 0
        for entry in entries:
            if entry.paper is None:
                unreadable += 1
            else:
                first.setdefault(entry.paper.id, entry)
        details, problems = self._details([paper_id.partition(":")[2] for paper_id in first])
        papers = []
        for paper_id, entry in first.items():
            paper = combine(entry, details.get(paper_id))
            if paper is None:
                unreadable += 1
            else:
                papers.append(Announced(paper, entry.kind))
        if unreadable:
            problems.append(f"{unreadable} entries without id or title are left out.")
        return papers, problems

    def _details(self, numbers: Sequence[str]) -> tuple[dict[str, Candidate], list[str]]:
        """Return what the API knows of papers, and what went wrong."""
        details: dict[str, Candidate] = {}
        for start in range(0, len(numbers), api.BATCH):
            url = api.details_url(self._api_url, numbers[start : start + api.BATCH])
            try:
                answer = self._client.get(url, ATOM)
            except RequestFailed as error:
                return details, [f"Details are missing: {error}"]
            details.update((paper.id, paper) for paper in api.read_papers(answer))
        return details, []


def _empty(request: _Request, reading: _ListingPages) -> Batch:
    if not reading.is_empty:
        return request.failed(f"The listing of {request.channel} has a date and no entries.")
    nothing = f"arXiv announced nothing in {request.channel}"
    if request.now - schedule.release(request.day) < _EMPTY_AFTER:
        return request.batch(BatchState.WAITING, f"{nothing} so far; the listing is read again.")
    return request.batch(BatchState.COMPLETE, f"{nothing}.")


def combine(entry: ListingEntry, details: Candidate | None) -> Candidate | None:
    """Return the paper of an entry, with the `details` of the API unless that is behind.

    None where neither has a title.
    """
    paper = entry.paper
    if paper is None or (details is None and not paper.title):
        return None
    if details is None:
        return paper
    if details.version >= paper.version or not paper.title:
        return replace(
            details,
            abstract=details.abstract or paper.abstract,
            authors=details.authors or paper.authors,
            categories=details.categories or paper.categories,
            withdrawn=details.withdrawn or paper.withdrawn,
        )
    return replace(
        paper,
        abstract=paper.abstract or details.abstract,
        authors=paper.authors or details.authors,
        categories=paper.categories or details.categories,
        doi=details.doi,
        published=details.published,
    )


def open_source(settings: Settings, client: PoliteClient) -> ArxivSource:
    """Return arXiv at the addresses of the settings."""
    return ArxivSource(settings.gather.arxiv_url, settings.gather.api_url, client)
