"""Hugging Face's daily papers: those of a day, and what was added late to the day before.

https://huggingface.co/docs/hub/api
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from publisher.errors import RequestFailed
from publisher.gather.sources import snapshot
from publisher.models.gathering import Announced, Candidate
from publisher.paper_id import arxiv_id_of_field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from publisher.gather.polite_client import PoliteClient
    from publisher.models.gathering import Batch
    from publisher.settings import Settings
    from publisher.settings.sections.gather import GatherTopic

_CHANNEL = "daily"
_PAGE = 100  # papers, the most that are given at a time
_MOST_PAGES = 10
_BAD_REQUEST = 400


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Author(msgspec.Struct, frozen=True):
    name: str = ""


class _DailyPaper(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    title: str
    summary: str = ""
    authors: tuple[_Author, ...] = ()
    published_at: str = ""


class HuggingFaceSource:
    """The daily papers, which people submit during a day (UTC)."""

    name = "huggingface"

    def __init__(self, url: str, client: PoliteClient) -> None:
        """Keep the address of the site."""
        self._url, self._client = url.rstrip("/"), client

    def channels(self, topic: GatherTopic) -> tuple[str, ...]:
        """Return the only channel if the topic names this source."""
        return (_CHANNEL,) if self.name in topic.sources else ()

    def due_days(self, channel: str, now: datetime, since: date) -> list[date]:  # noqa: ARG002 - one channel
        """Return all days from `since` on, today's included: its list grows."""
        return snapshot.days_since(since, now)

    def fetch(self, channel: str, day: date, now: datetime) -> Batch:
        """Return the papers of `day` and of the day before.

        Raises `GatherError` where the program is to stop.
        """
        try:
            before, unreadable_before = self._read(day - timedelta(days=1), now)
            papers, unreadable = self._read(day, now)
        except RequestFailed as error:
            return snapshot.failed(self.name, channel, day, now, error)
        message = ""
        if count := unreadable_before + unreadable:
            message = f"{count} entries without id or title are left out."
        elif not before + papers:
            message = f"Hugging Face has no daily papers of {day} and the day before."
        return snapshot.settled(self.name, channel, day, [*before, *papers], message)

    def _read(self, day: date, now: datetime) -> tuple[list[Announced], int]:
        """Return the papers of a day, and the number of entries that can't be read."""
        papers: list[Announced] = []
        unreadable = 0
        for page in range(_MOST_PAGES):
            url = f"{self._url}/api/daily_papers?date={day}&limit={_PAGE}"
            try:
                content = self._client.get(f"{url}&p={page}" if page else url, "application/json")
            except RequestFailed as error:
                # A day that has only begun does not exist yet.
                if error.status == _BAD_REQUEST and day >= now.date():
                    break
                raise
            items = _items(content, url)
            candidates = [candidate for item in items if (candidate := self._candidate(item))]
            papers += map(Announced, candidates)
            unreadable += len(items) - len(candidates)
            if len(items) < _PAGE:
                break
        return papers, unreadable

    def _candidate(self, item: object) -> Candidate | None:
        try:
            paper = msgspec.convert(
                item.get("paper") if isinstance(item, dict) else item, _DailyPaper, strict=False
            )
        except msgspec.ValidationError:
            return None
        if not paper.id.strip() or not paper.title.strip():
            return None
        arxiv = arxiv_id_of_field(paper.id)
        page = f"{self._url}/papers/{paper.id.strip()}"
        return Candidate(
            id=arxiv.key if arxiv else f"url:{page}",
            title=" ".join(paper.title.split()),
            authors=tuple(_names(paper)),
            abstract=" ".join(paper.summary.split()),
            abs_url=arxiv.abs_url if arxiv else page,
            pdf_url=f"https://arxiv.org/pdf/{arxiv.number}" if arxiv else "",
            published=_moment(paper.published_at),
        )


def _items(content: bytes, url: str) -> list[object]:
    try:
        return msgspec.json.decode(content, type=list[object])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RequestFailed(f"{url} has no list of papers ({error}).") from error


def _names(paper: _DailyPaper) -> Iterator[str]:
    return filter(None, (" ".join(author.name.split()) for author in paper.authors))


def _moment(text: str) -> datetime | None:
    try:
        return msgspec.convert(text, _Moment)
    except msgspec.ValidationError:
        return None


def open_source(settings: Settings, client: PoliteClient) -> HuggingFaceSource:
    """Return Hugging Face at the address of the settings."""
    return HuggingFaceSource(settings.gather.huggingface_url, client)
