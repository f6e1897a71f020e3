"""The announcements of a fake arXiv that misbehaves as the real one does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from support.fake_arxiv import FakeArxiv, FakePaper, Fault

from publisher.errors import RequestFailed
from publisher.gather.arxiv.schedule import release
from publisher.gather.arxiv.source import ArxivSource
from publisher.gather.polite_client import PoliteClient
from publisher.models.gathering import AnnouncementKind, Batch, BatchState

if TYPE_CHECKING:
    from collections.abc import Iterator

TUESDAY = date(2026, 12, 1)
MONDAY = date(2026, 11, 30)
EVENING = datetime(2026, 12, 1, 1, 5, tzinfo=UTC)  # five minutes after the release


@dataclass
class World:
    """arXiv, the source that reads it, and a clock that both go by."""

    now: datetime = EVENING
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arxiv = FakeArxiv(lambda: self.now)
        self.client = PoliteClient(
            "me@example.org",
            3.0,
            clock=self.seconds,
            sleep=self.sleep,
            stopping=lambda: False,
        )
        self.source = ArxivSource(self.arxiv.url, self.arxiv.api_url, self.client)

    def seconds(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def fetch(self, day: date = TUESDAY, category: str = "cs.CV") -> Batch:
        return self.source.fetch(category, day, self.now)


class Pages(PoliteClient):
    """A client of a site that has these pages and no others."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages

    def get(self, url: str, accept: str = "") -> bytes:
        if url not in self.pages:
            raise RequestFailed(f"{url} answers 404 to {accept}.", status=404)
        return self.pages[url].encode()


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with world.arxiv:
        yield world
        world.client.close()


def papers(count: int = 30) -> list[FakePaper]:
    """Return papers of which a third is cross-listed, and a third replaced."""
    return [
        FakePaper(
            f"2611.{number:05d}",
            categories=("cs.LG", "cs.CV") if number % 3 == 1 else ("cs.CV", "cs.LG"),
            version=3 if number % 3 == 2 else 1,
        )
        for number in range(1, count + 1)
    ]


def kinds(batch: Batch) -> list[int]:
    return [sum(a.kind is kind for a in batch.papers) for kind in AnnouncementKind]


def test_a_day_is_read_with_details(world: World) -> None:
    paper = FakePaper(
        "2611.00001",
        "Splatting $\\alpha$ & more",
        "See https://example.org/code < 3 times.",
        ("Ada Lovelace", "Erdős Pál"),
        ("cs.CV", "cs.LG"),
        comment="10 pages",
        journal="J. Vis. 1",
        doi="10.1000/xyz",
    )
    world.arxiv.announce(TUESDAY, "cs.CV", paper, *papers()[1:])
    batch = world.fetch()
    assert (batch.state, batch.day, batch.total) == (BatchState.COMPLETE, TUESDAY, 30)
    assert batch.message == ""
    assert kinds(batch) == [11, 9, 10]
    first = next(a.paper for a in batch.papers if a.paper.id == "arxiv:2611.00001")
    assert first.title == "Splatting $\\alpha$ & more"
    assert first.abstract == "See https://example.org/code < 3 times."
    assert first.authors == ("Ada Lovelace", "Erdős Pál")
    assert first.categories == ("cs.CV", "cs.LG")
    assert (first.comment, first.journal, first.doi) == ("10 pages", "J. Vis. 1", "10.1000/xyz")
    assert first.published == datetime(2026, 11, 30, 18, tzinfo=UTC)
    assert first.abs_url == "https://arxiv.org/abs/2611.00001"
    assert first.pdf_url == "https://arxiv.org/pdf/2611.00001v1"
    assert {a.paper.version for a in batch.papers} == {1, 3}
    assert not first.withdrawn


def test_requests_are_polite(world: World) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(250))
    world.fetch()
    requests = world.arxiv.requests
    assert len(requests) == 4
    assert world.arxiv.connections == 1
    gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(requests)]
    assert gaps == pytest.approx([3.0] * 3, abs=0.001)
    for request in requests:
        assert request.headers["User-Agent"].startswith("digest-publisher/")
        assert request.headers["User-Agent"].endswith(" (+me@example.org)")
        assert request.headers["Accept"]


def test_a_late_announcement_is_waited_for(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", *papers(3))
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(6), at=EVENING + timedelta(hours=3))
    batch = world.fetch()
    assert (batch.state, batch.papers) == (BatchState.WAITING, ())
    assert batch.next_try is not None
    assert EVENING < batch.next_try <= EVENING + timedelta(minutes=11)
    assert "has not announced Tuesday 2026-12-01 yet" in batch.message
    world.now += timedelta(hours=4)
    assert world.fetch().state is BatchState.COMPLETE


def test_a_holiday_shows_when_the_next_day_is_out(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", *papers(3))
    assert world.fetch().state is BatchState.WAITING
    world.now += timedelta(hours=20)
    assert world.fetch().state is BatchState.WAITING
    world.arxiv.announce(date(2026, 12, 2), "cs.CV", *papers(6))
    world.now += timedelta(hours=4)
    batch = world.fetch()
    assert (batch.state, batch.papers) == (BatchState.CLOSED, ())
    assert "closed on Tuesday 2026-12-01" in batch.message


def test_missed_days_come_from_catch_up_pages(world: World) -> None:
    days = [date(2026, 11, 23) + timedelta(days=n) for n in range(5)]
    for number, day in enumerate(days, 1):
        world.arxiv.announce(day, "cs.CV", *papers(number * 3))
    due = world.source.due_days("cs.CV", datetime(2026, 11, 28, 12, tzinfo=UTC), days[0])
    assert due == days
    batches = [world.fetch(day) for day in due]
    assert [batch.state for batch in batches] == [BatchState.COMPLETE] * 5
    assert [len(batch.papers) for batch in batches] == [3, 6, 9, 12, 15]
    assert len(world.arxiv.paths("/list/")) == 1


@pytest.mark.parametrize(
    ("faults", "least_wait"),
    [
        ([Fault("429", "/list/", 2, retry_after="17")], 34),
        ([Fault("429", "/list/", 2)], 9),
        ([Fault("403", "/list/", 1)], 3),
        ([Fault("406", "/list/", 1)], 3),
        ([Fault("503", "/list/", 3)], 21),
        ([Fault("500", "/api/", 1), Fault("502", "/list/", 1)], 6),
        ([Fault("drop", "/list/", 2), Fault("drop", "/api/")], 9),
        ([Fault("half", "/list/", 2), Fault("half", "/api/")], 9),
    ],
)
def test_what_passes_is_waited_out(world: World, faults: list[Fault], least_wait: float) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers())
    world.arxiv.faults += faults
    batch = world.fetch()
    assert (batch.state, len(batch.papers)) == (BatchState.COMPLETE, 30)
    assert (world.now - EVENING).total_seconds() >= least_wait


@pytest.mark.parametrize(
    "fault",
    [
        Fault("cut", "/list/"),
        Fault("short", "/list/"),
        Fault("short", "/list/", keep=1),
        Fault("garbage", "/list/"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.keep}",
)
def test_a_broken_page_is_completed_by_further_pages(world: World, fault: Fault) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(239))
    world.arxiv.faults.append(fault)
    batch = world.fetch()
    assert batch.total == 239
    assert (batch.state, len(batch.papers)) == (BatchState.COMPLETE, 239)


@pytest.mark.parametrize("kind", ["cut", "short"])
def test_a_page_that_stays_broken_is_a_part(world: World, kind: str) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(239))
    world.arxiv.faults.append(Fault(kind, "/list/", -1))
    world.arxiv.ignores_skip = True
    batch = world.fetch()
    assert batch.state is BatchState.PARTIAL
    assert batch.total == 239
    assert 10 < len(batch.papers) < 239
    assert f"{len(batch.papers)} of 239 entries" in batch.message
    assert batch.next_try is not None
    world.arxiv.faults.clear()
    assert world.fetch().state is BatchState.COMPLETE


@pytest.mark.parametrize("kind", ["noise", "undated", "404", "429", "other site"])
def test_rss_stands_in_for_a_listing_as_a_part(world: World, kind: str) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(6))
    world.arxiv.has_catchup = False
    world.arxiv.faults.append(Fault(kind, "/list/", -1))
    batch = world.fetch()
    assert (batch.state, len(batch.papers)) == (BatchState.PARTIAL, 6)
    assert kinds(batch) == [2, 2, 2]
    assert "RSS" in batch.message
    assert all(a.paper.abstract.startswith("We study") for a in batch.papers)


def test_stale_rss_is_not_trusted(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", *papers(6))
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(9))
    world.arxiv.has_catchup = False
    world.arxiv.has_stale_rss = True
    world.arxiv.faults.append(Fault("500", "/list/", -1))
    batch = world.fetch()
    assert (batch.state, batch.papers) == (BatchState.FAILED, ())
    assert "/list/cs.CV/new answers 500" in batch.message


def test_catch_up_stands_in_for_a_listing(world: World) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(9))
    world.arxiv.faults.append(Fault("500", "/list/", -1))
    batch = world.fetch()
    assert (batch.state, len(batch.papers)) == (BatchState.COMPLETE, 9)


def test_an_unknown_category_is_named(world: World) -> None:
    batch = world.fetch(category="cs.XY")
    assert batch.state is BatchState.FAILED
    assert "If arXiv has no cs.XY, correct `categories` of the topic." in batch.message
    assert batch.next_try is not None
    assert batch.next_try > world.now + timedelta(minutes=50)


def test_a_long_pause_is_kept(world: World) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(9))
    world.arxiv.faults.append(Fault("429", "", -1, retry_after="3600"))
    batch = world.fetch()
    assert batch.state is BatchState.FAILED
    assert batch.next_try == EVENING + timedelta(hours=1)
    assert world.fetch(category="cs.LG").state is BatchState.FAILED
    assert len(world.arxiv.requests) == 1


def test_the_listing_stands_in_for_an_api_that_is_behind(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", FakePaper("2611.00002", "Old title"))
    news = [
        FakePaper("2611.00001", comment="Accepted"),
        FakePaper("2611.00002", "New title", version=2, html=False),
    ]
    world.arxiv.announce(TUESDAY, "cs.CV", *news)
    world.arxiv.api_lag = timedelta(hours=12)
    batch = world.fetch()
    assert batch.state is BatchState.COMPLETE
    first, second = (a.paper for a in batch.papers)
    assert (first.title, first.comment) == ("The paper 2611.00001", "Accepted")
    assert (first.version, first.authors) == (1, ("Ada Lovelace", "Grace Hopper"))
    assert (second.title, second.version) == ("New title", 2)
    assert second.published == datetime(2026, 11, 27, 18, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["404", "500", "drop", "noise", "cut"])
def test_an_api_that_fails_costs_details_alone(world: World, kind: str) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(150))
    world.arxiv.faults.append(Fault(kind, "/api/", -1))
    batch = world.fetch()
    assert (batch.state, len(batch.papers)) == (BatchState.COMPLETE, 150)
    assert all(a.paper.title and a.paper.abstract for a in batch.papers)


def test_each_paper_stands_once(world: World) -> None:
    twice = FakePaper("2611.00001", categories=("cs.LG", "cs.CV"))
    world.arxiv.announce(TUESDAY, "cs.CV", twice, twice, FakePaper("2611.00002"))
    batch = world.fetch()
    assert batch.state is BatchState.COMPLETE
    assert [a.paper.id for a in batch.papers] == ["arxiv:2611.00002", "arxiv:2611.00001"]


@pytest.mark.parametrize(
    ("comment", "abstract", "withdrawn"),
    [
        ("Withdrawn due to an error in Lemma 2", "A lemma.", True),
        ("", "This paper has been withdrawn by the author.", True),
        ("", "We study how money is withdrawn from banks.", False),
        ("10 pages", "This paper studies banks. Money was withdrawn.", False),
    ],
)
def test_withdrawn_papers_are_marked(
    world: World, comment: str, abstract: str, *, withdrawn: bool
) -> None:
    paper = FakePaper("2611.00001", abstract=abstract, comment=comment, version=2)
    world.arxiv.announce(TUESDAY, "cs.CV", paper)
    assert [a.paper.withdrawn for a in world.fetch().papers] == [withdrawn]


def test_an_empty_day_is_no_broken_read(world: World) -> None:
    world.arxiv.announce(TUESDAY, "cs.CV")
    early = world.fetch()
    assert (early.state, early.papers) == (BatchState.WAITING, ())
    world.now += timedelta(hours=5)
    batch = world.fetch()
    assert (batch.state, batch.papers, batch.total) == (BatchState.COMPLETE, (), 0)
    assert "nothing in cs.CV" in batch.message


def test_listing_and_api_are_enough(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", *papers(3))
    world.arxiv.announce(TUESDAY, "cs.CV", *papers(6))
    world.arxiv.faults += [Fault("404", part, -1) for part in ("/catchup/", "/rss/", "search")]
    batch = world.fetch(MONDAY)
    assert batch.state is BatchState.FAILED
    assert "no catch-up page of cs.CV for 2026-11-30" in batch.message
    assert world.fetch().state is BatchState.COMPLETE


def test_a_search_by_date_stands_in_for_catch_up(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", *papers(6))
    late = [FakePaper("2612.00001"), FakePaper("2612.00002")]
    world.arxiv.announce(TUESDAY, "cs.CV", *late)
    world.arxiv.has_catchup = False
    batch = world.fetch(MONDAY)
    assert batch.state is BatchState.PARTIAL
    assert kinds(batch)[2] == 0
    assert "search by date" in batch.message


_ENTRY = """<dt>[{n}] <a href="/abs/2611.0000{n}">arXiv:2611.0000{n}</a></dt>
<dd><div class="list-title">Title: Paper {n}</div><div class="list-authors">Authors: A, B</div>
<div class="list-subjects">Subjects: Computer Vision (cs.CV); cs.LG</div><p>Text {n}.</p></dd>"""
_DATED = "<h3>Showing new listings for Tuesday, 1 December 2026</h3>"


@pytest.mark.parametrize(
    ("page", "state", "count"),
    [
        (f"{_DATED}<dl>{{1}}{{2}}</dl>", BatchState.COMPLETE, 2),
        (f"{_DATED}<dl>{{1}}{{2}}</dl></body></html>", BatchState.COMPLETE, 2),
        ("<h3>New submissions for Tue, 1 Dec 26</h3><dl>{1}{2}</dl>", BatchState.COMPLETE, 2),
        (
            f"{_DATED}<h3>New submissions (showing 2 of 2 entries)</h3><dl>{{1}}{{2}}</dl>",
            BatchState.COMPLETE,
            2,
        ),
        (
            f"{_DATED}<h3>New submissions (showing 2 of 3 entries)</h3><dl>{{1}}{{2}}</dl>",
            BatchState.PARTIAL,
            2,
        ),
        (f"{_DATED}<p>Total of 3 entries</p><dl>{{1}}{{2}}</dl></html>", BatchState.PARTIAL, 2),
        (f"{_DATED}<dl>{{1}}{{2}}", BatchState.PARTIAL, 2),
        (f"{_DATED}<dl>{{1}}<dt>[2] <a href='/abs/2611.00002'>arX", BatchState.PARTIAL, 1),
        (f"{_DATED}<dl></dl></html>", BatchState.FAILED, 0),
        (f"{_DATED}<p>Total of 0 entries</p></html>", BatchState.WAITING, 0),
        ("<dl>{1}{2}</dl></html>", BatchState.FAILED, 0),
        ("", BatchState.FAILED, 0),
    ],
)
def test_plainer_pages(page: str, state: BatchState, count: int) -> None:
    """Mirrors may say less than arXiv does; what they say decides."""
    for number in (1, 2):
        page = page.replace(f"{{{number}}}", _ENTRY.format(n=number))
    address = "https://example.org/list/cs.CV/new"
    source = ArxivSource("https://example.org", "https://example.org/api", Pages({address: page}))
    batch = source.fetch("cs.CV", TUESDAY, EVENING)
    assert (batch.state, len(batch.papers)) == (state, count)
    for number, announced in enumerate(batch.papers, 1):
        paper = announced.paper
        assert (paper.title, paper.abstract) == (f"Paper {number}", f"Text {number}.")
        assert (paper.authors, paper.categories) == (("A", "B"), ("cs.CV", "cs.LG"))


def test_an_announcement_out_of_schedule_is_read(world: World) -> None:
    saturday = date(2026, 12, 5)
    world.arxiv.announce(date(2026, 12, 4), "cs.CV", *papers(3))
    world.arxiv.announce(saturday, "cs.CV", *papers(6))
    world.now = datetime(2026, 12, 5, 12, tzinfo=UTC)
    [due] = world.source.due_days("cs.CV", world.now, date(2026, 12, 4))
    batch = world.fetch(due)
    assert (batch.day, batch.state, len(batch.papers)) == (saturday, BatchState.COMPLETE, 6)
    batch = world.fetch(due)
    assert (batch.day, batch.state, len(batch.papers)) == (due, BatchState.COMPLETE, 3)


def test_an_old_copy_of_the_listing_does_not_hide_a_day(world: World) -> None:
    world.arxiv.announce(MONDAY, "cs.CV", *papers(3))
    world.now += timedelta(hours=7)
    world.fetch()
    assert world.arxiv.paths("/catchup/")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_no_day_of_a_month_is_lost(world: World, seed: int) -> None:
    """A fault an hour, late announcements and two holidays; each day is asked for until settled."""
    random = Random(seed)  # noqa: S311 - the same faults in each run
    world.now = datetime(2026, 11, 2, 0, tzinfo=UTC)
    first, last = date(2026, 11, 2), date(2026, 11, 27)
    holidays = {date(2026, 11, 11), date(2026, 11, 26)}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    expected: dict[date, set[str]] = {}
    for number, day in enumerate(day for day in days if day.weekday() < 5):
        if day not in holidays:
            news = [FakePaper(f"2611.{number * 40 + n:05d}") for n in range(random.randint(1, 40))]
            late = timedelta(hours=random.choice([0, 0, 0, 1, 9]), minutes=5)
            world.arxiv.announce(day, "cs.CV", *news, at=release(day) + late)
            expected[day] = {f"arxiv:{paper.number}" for paper in news}
    kinds = ("429", "403", "500", "drop", "half", "cut", "short", "garbage", "noise", "undated")
    settled: dict[date, Batch] = {}
    tries: dict[date, datetime] = {}
    while world.now < datetime(2026, 11, 28, 0, tzinfo=UTC):
        hour = world.now + timedelta(hours=1)
        kind, times = random.choice(kinds), random.choice([1, 2, 9])
        world.arxiv.faults[:] = [Fault(kind, random.choice(["", "/list/", "/catchup/"]), times)]
        for day in world.source.due_days("cs.CV", world.now, first):
            if day not in settled and tries.get(day, world.now) <= world.now:
                batch = world.fetch(day)
                tries[day] = batch.next_try or world.now
                if batch.state in {BatchState.COMPLETE, BatchState.CLOSED}:
                    settled[day] = batch
        world.now = max(world.now, hour)
    closed = {day for day, batch in settled.items() if batch.state is BatchState.CLOSED}
    assert closed == holidays
    for day, ids in expected.items():
        assert {a.paper.id for a in settled[day].papers} == ids, day
