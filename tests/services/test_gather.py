"""The whole chain on a fake arXiv: announcements, choice, digests, and the report."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from support.fake_arxiv import FakeArxiv, FakePaper, Fault
from support.fake_model import WAYS, FakeModel

from publisher import collector
from publisher.errors import AlreadyGathering, GatherError
from publisher.gather.arxiv.schedule import due_days
from publisher.models.gathering import BatchState
from publisher.services.gather import gather
from publisher.services.gather_records import GatherOptions, GatherResult, Surroundings
from publisher.settings import Settings, load
from publisher.settings.sections.gather import Gather, GatherModel, GatherTopic
from publisher.settings.sections.source import Source
from publisher.store.database import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.models import Paper
    from publisher.store.database import Store

DAY = date(2026, 12, 1)  # a Tuesday
SPLATTING = GatherTopic(name="Splatting", categories=("cs.CV",), keywords=("splatting",))


@dataclass
class Clock:
    """A clock that waiting sets forward."""

    now: datetime = datetime(2026, 12, 1, 6, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def wall(self) -> datetime:
        return self.now

    def steady(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Site:
    """A folder with settings, a store and an arXiv."""

    folder: Path
    arxiv: FakeArxiv
    store: Store
    clock: Clock
    topics: tuple[GatherTopic, ...] = (SPLATTING,)
    model: GatherModel = field(default_factory=GatherModel)
    lines: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        section = Gather(
            topics=self.topics,
            arxiv_url=self.arxiv.url,
            api_url=self.arxiv.api_url,
            contact="me@example.org",
            model=self.model,
        )
        return Settings(gather=section, source=Source(folders=("digests",)), base=self.folder)

    def gather(self, **options: object) -> GatherResult:
        clock = self.clock
        around = Surroundings(
            clock.wall, clock.steady, clock.sleep, lambda: False, self.lines.append
        )
        return gather(self.settings, self.store, around, GatherOptions(**options))  # type: ignore[arg-type]

    def files(self) -> list[str]:
        folder = self.folder / "digests"
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.md"))

    def papers(self) -> dict[str, Paper]:
        if not self.files():
            return {}
        return {paper.id: paper for paper in collector.collect(self.settings).papers}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    clock = Clock()
    with (
        FakeArxiv(clock.wall) as arxiv,
        open_store(f"sqlite:///{tmp_path / 'store.db'}") as store,
    ):
        yield Site(tmp_path, arxiv, store, clock)


@pytest.fixture
def model(site: Site) -> Iterator[FakeModel]:
    with FakeModel() as model:
        site.model = GatherModel(url=model.url, name="fake", price_in=1.0, price_out=4.0)
        yield model


def splats(count: int, month: str = "2611") -> list[FakePaper]:
    return [
        FakePaper(f"{month}.{number:05}", f"Gaussian splatting of trees, part {number}")
        for number in range(1, count + 1)
    ]


def test_an_announcement_becomes_a_digest_that_the_collector_reads(site: Site) -> None:
    other = FakePaper("2611.00009", "Cooking with rice")
    site.arxiv.announce(DAY, "cs.CV", *splats(3), other)

    result = site.gather()

    assert site.files() == ["2026-12-01/splatting.md"]
    assert sorted(site.papers()) == ["arxiv:2611.00001", "arxiv:2611.00002", "arxiv:2611.00003"]
    paper = site.papers()["arxiv:2611.00001"]
    assert paper.title == "Gaussian splatting of trees, part 1"
    assert paper.authors == ("Ada Lovelace", "Grace Hopper")
    assert [topic.name for topic in paper.topics] == ["Splatting"]
    (counts,) = [row for row in result.counts if row.day == DAY]
    assert (counts.channel, counts.state) == ("cs.CV", BatchState.COMPLETE)
    assert (counts.announced, counts.new, counts.filtered, counts.chosen) == (4, 4, 1, 3)
    assert result.problems == []


def test_a_second_run_asks_for_nothing_and_changes_nothing(site: Site) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(2))
    site.gather()
    requests, content = len(site.arxiv.requests), (site.folder / "digests").stat().st_mtime_ns

    result = site.gather()

    assert len(site.arxiv.requests) == requests
    assert (site.folder / "digests").stat().st_mtime_ns == content
    assert (result.written, result.drafts) == ([], [])


def test_days_that_no_run_saw_are_made_up(site: Site) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(1))
    site.gather()
    for number in (2, 3, 4):
        paper = FakePaper(f"2612.0000{number}", f"Splatting number {number}")
        site.arxiv.announce(date(2026, 12, number), "cs.CV", paper)
    site.clock.now = datetime(2026, 12, 4, 9, tzinfo=UTC)

    site.gather()

    assert site.files() == [f"2026-12-0{number}/splatting.md" for number in (1, 2, 3, 4)]
    assert len(site.papers()) == 4


def test_a_late_announcement_is_waited_for(site: Site) -> None:
    late = datetime(2026, 12, 1, 9, tzinfo=UTC)
    site.arxiv.announce(date(2026, 11, 30), "cs.CV", *splats(1))
    site.arxiv.announce(DAY, "cs.CV", *splats(2, "2612"), at=late)

    result = site.gather()

    assert site.files() == ["2026-11-30/splatting.md"]
    assert result.next_try is not None
    assert result.problems == []
    while site.clock.now < late + timedelta(hours=3):
        site.clock.now += timedelta(minutes=5)
        site.gather()
    assert "2026-12-01/splatting.md" in site.files()


def test_a_first_run_takes_the_newest_announcement_that_is_out(site: Site) -> None:
    site.arxiv.announce(date(2026, 11, 25), "cs.CV", *splats(2))  # then a holiday, and silence

    result = site.gather()

    assert site.files() == ["2026-11-25/splatting.md"]
    assert len(site.arxiv.paths("/list/")) == 1
    assert result.problems == []


def test_an_unreadable_announcement_is_a_problem_and_is_read_later(site: Site) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(2))
    site.arxiv.faults.append(Fault("503", times=-1))

    result = site.gather()

    assert site.files() == []
    assert "503" in " ".join(result.problems)
    site.arxiv.faults.clear()
    site.clock.now += timedelta(hours=3)
    assert site.gather().problems == []
    assert len(site.papers()) == 2


def test_a_new_version_of_a_published_paper_is_listed_with_its_changes(site: Site) -> None:
    first, other = splats(2)
    site.arxiv.announce(DAY, "cs.CV", first)
    site.gather()
    newer = FakePaper(
        first.number, first.title, "A new abstract with 43 results.", version=2, comment="Mended"
    )
    unknown = FakePaper(other.number, other.title, version=3)
    site.arxiv.announce(date(2026, 12, 2), "cs.CV", newer, unknown)
    site.clock.now += timedelta(days=1)

    (draft,) = site.gather().drafts

    (entry,) = draft.changed
    assert entry.change is not None
    assert (entry.change.version, entry.change.before) == (2, 1)
    assert entry.change.fields == ("abstract",)
    paper = site.papers()["arxiv:2611.00001"]
    assert (paper.version, paper.abstract) == (2, "A new abstract with 43 results.")
    assert len(site.papers()) == 1


def test_a_paper_is_in_the_first_of_several_days_that_are_made_up(site: Site) -> None:
    first, second = splats(2)
    site.arxiv.announce(date(2026, 11, 30), "cs.CV", first)
    site.arxiv.announce(DAY, "cs.CV", first, second, replace(first, version=2, comment="Mended"))

    drafts = {draft.day: draft for draft in site.gather(since=date(2026, 11, 30)).drafts}

    assert [each.paper.id for each in drafts[date(2026, 11, 30)].ranked] == ["arxiv:2611.00001"]
    assert [each.paper.id for each in drafts[DAY].ranked] == ["arxiv:2611.00002"]


def test_two_topics_share_a_paper_and_each_has_its_digest(site: Site) -> None:
    trees = GatherTopic(name="Trees 树木", categories=("cs.CV", "cs.LG"), keywords=("trees",))
    site.topics = (SPLATTING, trees)
    site.arxiv.announce(DAY, "cs.CV", *splats(1))
    site.arxiv.announce(
        DAY, "cs.LG", FakePaper("2611.00077", "Growing trees", categories=("cs.LG",))
    )

    site.gather()

    assert len(site.files()) == 2
    papers = site.papers()
    assert [topic.name for topic in papers["arxiv:2611.00001"].topics] == [
        "Splatting",
        "Trees 树木",
    ]
    assert [topic.name for topic in papers["arxiv:2611.00077"].topics] == ["Trees 树木"]


def test_a_topic_that_comes_later_has_the_days_that_are_known(site: Site, model: FakeModel) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(2))
    first = site.gather()
    site.topics = (SPLATTING, GatherTopic(name="Trees", categories=("cs.CV",), keywords=("trees",)))

    second = site.gather()

    assert site.files() == ["2026-12-01/splatting.md", "2026-12-01/trees.md"]
    assert len(model.calls) == 2
    assert [row.chosen for row in (*first.counts, *second.counts)] == [2, 2]
    (report,) = site.store.gathering.counts(DAY, DAY)
    assert (report.summarised, report.cost_micro) == (2, first.counts[0].cost_micro)


def test_liked_papers_are_looked_up_once_a_run(site: Site) -> None:
    liked = FakePaper("2610.00001", "Rendering radiance fields", "Radiance fields of gardens.")
    alike = FakePaper("2611.00001", "Fast radiance fields", "We render radiance fields of gardens.")
    other = FakePaper("2611.00002", "Cooking rice", "We cook rice in a pot and eat it.")
    site.arxiv.announce(date(2026, 11, 20), "cs.GR", liked)
    site.arxiv.announce(DAY, "cs.CV", other, alike)
    site.topics = tuple(
        GatherTopic(name=name, categories=("cs.CV",), liked=("2610.00001",)) for name in "AB"
    )

    result = site.gather()

    assert [draft.ranked[0].paper.title for draft in result.drafts] == ["Fast radiance fields"] * 2
    assert len(site.arxiv.paths("2610.00001")) <= 2


def test_a_dry_run_writes_nothing(site: Site) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(2))

    result = site.gather(dry_run=True)

    assert [len(draft.ranked) for draft in result.drafts] == [2]
    assert site.files() == []
    site.gather()
    assert len(site.papers()) == 2


def test_a_day_is_gathered_anew_where_somebody_asks_for_it(site: Site) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(2))
    site.gather()
    (site.folder / "digests/2026-12-01/splatting.md").unlink()

    site.gather(day=DAY)

    assert len(site.papers()) == 2


def test_two_processes_do_not_gather_at_once(site: Site) -> None:
    now = site.clock.now
    site.store.tasks.acquire("gather", "other|x|1|2", until=now + timedelta(hours=1), now=now)

    with pytest.raises(AlreadyGathering, match="another process"):
        site.gather()


def test_without_topics_there_is_a_hint(site: Site) -> None:
    site.topics = ()

    with pytest.raises(GatherError, match="publisher init --arxiv"):
        site.gather()


def test_a_model_writes_the_summaries_and_the_report_has_their_cost(
    site: Site, model: FakeModel
) -> None:
    site.arxiv.announce(DAY, "cs.CV", *splats(3))

    result = site.gather()

    assert len(model.calls) == 3
    paper = site.papers()["arxiv:2611.00002"]
    assert paper.summary is not None
    assert paper.summary.startswith("We study what 2611.00002 is about")
    (counts,) = result.counts
    assert (counts.summarised, counts.from_cache, counts.failed) == (3, 0, 0)
    assert counts.cost_micro == site.store.gathering.summaries.spent(DAY)[0] > 0


def test_a_prompt_is_found_beside_the_settings(site: Site, model: FakeModel) -> None:
    (site.folder / "prompt.md").write_text("Say it to a child, in three sentences.")
    site.model = structs.replace(site.model, prompt="prompt.md")
    site.arxiv.announce(DAY, "cs.CV", *splats(1))
    assert site.gather().problems == []
    (call,) = model.calls
    assert "Say it to a child, in three sentences." in str(call.body)


@pytest.mark.usefixtures("model")
def test_the_best_papers_have_the_budget(site: Site) -> None:
    site.model = structs.replace(site.model, budget_per_day=0.003, max_tokens=300)
    site.arxiv.announce(DAY, "cs.CV", *splats(6))

    result = site.gather()

    papers = site.papers()
    best = [ranked.paper.id for ranked in result.drafts[0].ranked]
    with_summary = [paper_id for paper_id in best if papers[paper_id].summary]
    assert 0 < len(with_summary) < 6
    assert with_summary == best[: len(with_summary)]
    assert site.store.gathering.summaries.spent(DAY)[0] <= 3000
    assert "budget" in " ".join(result.problems)
    assert result.counts[0].failed == 0


def test_a_summary_that_failed_is_asked_for_by_the_next_run(site: Site, model: FakeModel) -> None:
    model.always = "500"
    site.arxiv.announce(DAY, "cs.CV", *splats(2))

    result = site.gather()

    assert not any(paper.summary for paper in site.papers().values())
    assert result.counts[0].failed == 2
    model.always = ""
    site.gather()
    assert all(paper.summary for paper in site.papers().values())
    calls = len(model.calls)
    site.gather()
    assert len(model.calls) == calls


def test_a_new_version_with_the_same_texts_keeps_its_summary(site: Site, model: FakeModel) -> None:
    (paper,) = splats(1)
    site.arxiv.announce(DAY, "cs.CV", paper)
    site.gather()
    newer = replace(paper, version=2, comment="Accepted")
    site.arxiv.announce(date(2026, 12, 2), "cs.CV", newer)
    site.clock.now += timedelta(days=1)

    site.gather()

    assert len(model.calls) == 1
    (merged,) = site.papers().values()
    assert (merged.version, bool(merged.summary)) == (2, True)


FAULTS = ("429", "403", "500", "503", "drop", "half", "cut", "short", "garbage", "noise", "empty")


@pytest.mark.slow
def test_no_day_of_a_month_is_lost_with_a_fault_each_hour(site: Site, model: FakeModel) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    site.model = structs.replace(site.model, budget_per_day=0.01, retries=1)
    announced = announce_a_month(site, chance)
    # A service that bills more than was sent exceeds any budget with its first call.
    ways = sorted(set(WAYS) - {"", "401", "403", "404", "no credit", "hidden instructions"})

    while site.clock.now < datetime(2026, 12, 2, tzinfo=UTC):
        is_over = site.clock.now >= datetime(2026, 11, 30, tzinfo=UTC)
        site.arxiv.faults.clear()
        model.faults.clear()
        if not is_over:
            where = chance.choice(("", "/list/", "/api/"))
            site.arxiv.faults.append(Fault(chance.choice(FAULTS), where, times=3))
            model.faults.extend([chance.choice(ways)] * 3)
        if chance.random() < 0.95:  # else this run never was
            site.gather()
        site.clock.now += timedelta(hours=1)

    zone = site.settings.site.zone
    published = {
        key: paper.first_published.astimezone(zone).date() for key, paper in site.papers().items()
    }
    assert published == announced
    good = Counter(call.title for call in model.calls if call.way == "")
    assert set(good.values()) == {1}
    days = [date(2026, 11, 2) + timedelta(days=number) for number in range(30)]
    spent = [site.store.gathering.summaries.spent(day)[0] for day in days]
    assert max(spent) <= 10_000
    assert sum(spent) > 0


def announce_a_month(site: Site, chance: random.Random) -> dict[str, date]:
    """Announce papers on the working days of a month, some late, and return their days."""
    announced: dict[str, date] = {}
    for day in (date(2026, 11, 2) + timedelta(days=number) for number in range(28)):
        if day.weekday() >= 5 or day == date(2026, 11, 26):  # a holiday
            continue
        papers = [
            FakePaper(f"2611.{day.day:02}{number:03}", f"Splatting {day} number {number}")
            for number in range(chance.randint(1, 30))
        ]
        announced |= {f"arxiv:{paper.number}": day for paper in papers}
        late = timedelta(minutes=chance.choice((0, 0, 0, 50, 400)))
        release = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        site.arxiv.announce(day, "cs.CV", *papers, at=release + late)
    site.topics = (structs.replace(SPLATTING, max_per_day=100),)
    site.clock.now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    return announced


CONFIG = """
[site]
url = "https://example.org/"
[source]
folders = ["digests"]
[gather]
arxiv_url = "{arxiv}"
api_url = "{arxiv}/api"
pause_seconds = 0.05
contact = "me@example.org"
[[gather.topics]]
name = "Splatting"
categories = ["cs.CV"]
max_per_day = 100
[gather.model]
url = "{model}"
name = "fake"
price_in = 1.0
price_out = 4.0
budget_per_day = 0.03
concurrency = 4
"""


def test_a_run_that_is_killed_at_any_moment_is_made_up(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    newest = due_days(now, now.date() - timedelta(days=7))[-1]
    with FakeArxiv(lambda: now) as arxiv, FakeModel() as model:
        arxiv.announce(newest, "cs.CV", *splats(20))
        model.before = lambda _call: time.sleep(0.05)
        config = CONFIG.format(arxiv=arxiv.url, model=model.url)
        (tmp_path / "publisher.toml").write_text(config)
        command = [sys.executable, "-m", "publisher", "gather"]
        kills = 0
        for seconds in (0.8, 1.2, 1.6, 2.0, 2.4, 2.8, 60):
            process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
        assert process.returncode == 0

        site_papers = collector.collect(load(tmp_path / "publisher.toml", {})).papers
        assert kills > 0
        assert len(site_papers) == 20
        # A call that was under way when the process died may be made again: four at most each time.
        assert len(model.calls) <= 20 + 4 * kills
        with open_store(f"sqlite:///{tmp_path / '.publisher' / 'publisher.db'}") as store:
            spent, _ = store.gathering.summaries.spent(datetime.now(UTC).date())
        assert 0 < spent <= 30_000
