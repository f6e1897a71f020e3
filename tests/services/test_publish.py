"""Issues of several frequencies, from papers to the ledger, with a real database."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from publisher.errors import IssueError, OutputError
from publisher.formatter.site.build import IssueSource, build_site
from publisher.models import (
    Collection,
    Finding,
    Frequency,
    Length,
    Paper,
    Preferences,
    Severity,
    Topic,
)
from publisher.services import drafts, publish
from publisher.services.publish import Preparation
from publisher.services.store import open_store
from publisher.settings import Newsletter, Secret, Settings, Site
from publisher.settings.sections import Store as StoreSection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.store.database import Store

ZONE = ZoneInfo("Asia/Shanghai")
NERF, GAN = Topic("nerf", "NeRF"), Topic("gan", "GAN")
DAILY, WEEKLY, MONTHLY = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY
START = datetime(2024, 12, 2, 21, tzinfo=ZONE)


def make_paper(day: int, topic: Topic = NERF, **changes: Any) -> Paper:
    moment = START + timedelta(days=day)
    paper = Paper(
        id=f"arxiv:2412.{day:05d}",
        version=1,
        title=f"Of day {day}",
        authors=(),
        abstract="We render.",
        comment=None,
        abs_url=f"https://arxiv.org/abs/2412.{day:05d}",
        pdf_url="",
        code_urls=(),
        topics=(topic,),
        digests=(),
        first_published=moment,
        updated=moment,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )
    return replace(paper, **changes)


def collection(papers: Sequence[Paper], now: datetime) -> Collection:
    visible = [paper for paper in papers if paper.first_published <= now]
    return Collection(visible, (NERF, GAN), {}, 1, ())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        newsletter=Newsletter(frequencies=(WEEKLY, DAILY, MONTHLY)),
        store=StoreSection(url=Secret(f"sqlite:///{tmp_path}/publisher.db")),
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        yield opened


def subscribe(store: Store, name: str, *topics: str, **preferences: Any) -> int:
    person = store.subscribers.add(
        f"{name}@example.org", "", topics, Preferences(**preferences), now=START
    )
    store.subscribers.confirm(person.email, now=START)
    return person.id


def run(papers: Sequence[Paper], settings: Settings, store: Store, now: datetime) -> dict[str, Any]:
    """Make what is due and return, by issue, the shown papers of each reader."""
    made = {}
    for issue in drafts.due_issues(collection(papers, now), settings, store, now):
        drafted = drafts.draft_issue(issue, settings, store)
        if not drafted.editions:
            continue
        count = publish.freeze(drafted, settings, store, now)
        assert count == sum(drafted.recipients.values())
        made[issue.id] = {
            row.email.partition("@")[0]: list(drafted.editions[row.edition].shown)
            for row in store.deliveries.rows(issue.id)
        }
    return made


def test_each_gets_the_stream_they_chose_and_nothing_twice(
    settings: Settings, store: Store
) -> None:
    subscribe(store, "weekly")
    subscribe(store, "daily", frequency=DAILY)
    subscribe(store, "monthly", frequency=MONTHLY)
    papers = [make_paper(day) for day in range(28)]
    got: dict[str, list[str]] = {"weekly": [], "daily": [], "monthly": []}
    for hours in range(0, 24 * 40, 12):
        for issue in run(papers, settings, store, START + timedelta(hours=hours)).values():
            for reader, shown in issue.items():
                got[reader] += shown
    everything = sorted(paper.id for paper in papers)
    assert {reader: sorted(shown) for reader, shown in got.items()} == {
        "weekly": everything,
        "daily": everything,
        "monthly": everything,
    }
    streams = [info.id for info in store.issues.all()]
    assert {"2024-12", "2024-W49", "2024-12-02", "2024-12-29"} <= set(streams)


def test_who_changes_frequency_gets_only_what_is_new_to_them(
    settings: Settings, store: Store
) -> None:
    changes = subscribe(store, "changes")
    rejected = subscribe(store, "rejected")
    subscribe(store, "monthly", frequency=MONTHLY)
    papers = [make_paper(day) for day in range(20)]
    first = run(papers, settings, store, START + timedelta(days=7))
    week = first["2024-W49"]["changes"]
    assert len(week) == 7
    with store._database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET state = 'rejected' WHERE subscriber_id = ?", (rejected,)
        )
    for person in (changes, rejected):
        store.subscribers.set_preferences(person, Preferences(frequency=MONTHLY))

    month = run(papers, settings, store, START + timedelta(days=31))["2024-12"]

    assert sorted(month["monthly"]) == sorted(paper.id for paper in papers)
    assert month["rejected"] == month["monthly"]
    assert sorted(month["changes"]) == sorted({paper.id for paper in papers} - set(week))


def test_a_newer_version_is_mentioned_once(settings: Settings, store: Store) -> None:
    subscribe(store, "weekly")
    papers = [make_paper(day) for day in range(21)]
    run(papers, settings, store, START + timedelta(days=7))
    papers[1] = replace(papers[1], version=2, updated=START + timedelta(days=8))

    now = START + timedelta(days=14)
    (issue,) = drafts.due_issues(collection(papers, now), settings, store, now)[:1]
    assert [paper.id for paper in issue.updated] == [papers[1].id]
    run(papers, settings, store, now)

    now = START + timedelta(days=21)
    (issue,) = drafts.due_issues(collection(papers, now), settings, store, now)[:1]
    assert issue.updated == ()


def test_a_past_issue_can_be_looked_at(settings: Settings, store: Store) -> None:
    subscribe(store, "weekly")
    papers = [make_paper(day) for day in range(14)]
    run(papers, settings, store, START + timedelta(days=7))
    run(papers, settings, store, START + timedelta(days=14))
    everything = collection(papers, START + timedelta(days=30))

    issue = drafts.issue_by_id("2024-W49", everything, settings, store)

    assert {paper.id for paper in issue.papers} == {paper.id for paper in papers[:7]}
    with pytest.raises(IssueError, match="no papers that were not in an earlier issue"):
        drafts.issue_by_id("2025-W20", everything, settings, store)


def test_the_page_of_an_issue_is_written(settings: Settings, store: Store, tmp_path: Path) -> None:
    now = START + timedelta(days=7)
    (issue,) = drafts.due_issues(collection([make_paper(1)], now), settings, store, now)[:1]

    publish.write_page(issue, structs.replace(settings, base=tmp_path))

    assert "Of day 1" in (tmp_path / "paper-site/issues/2024-W49.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("count", [1, 9, 80])
def test_a_build_makes_the_pages_of_issues_as_they_were_sent(
    settings: Settings, store: Store, tmp_path: Path, count: int
) -> None:
    """Newer versions of papers are among the new ones neither then nor after later versions."""
    settings = structs.replace(settings, base=tmp_path, site=Site(language="en"))
    subscribe(store, "ada")
    subscribe(store, "bob", frequency=DAILY)
    papers = [
        make_paper(0, id=f"arxiv:2411.{n:05d}", title=f"Paper {n}", topics=(NERF, GAN)[: n % 3])
        for n in range(count)
    ]
    written = {}
    folder = tmp_path / "paper-site"
    for week in range(3):
        now = START + timedelta(days=7 * week + 7)
        for issue in drafts.due_issues(collection(papers, now), settings, store, now):
            draft = drafts.draft_issue(issue, settings, store)
            publish.write_page(issue, settings)
            publish.freeze(draft, settings, store, now)
            written[issue.id] = issue
        newer = [
            replace(paper, version=paper.version + 1, updated=now + timedelta(days=1))
            for paper in papers
            if paper.title in ("Paper 0", "Paper 7")
        ]
        others = [paper for paper in papers if paper.title not in ("Paper 0", "Paper 7")]
        papers = [*newer, *others, make_paper(7 * week + 8, title=f"Of week {week}")]
    assert [len(written[f"2024-W{n}"].papers) for n in (49, 50, 51)] == [count, 1, 1]
    assert len(written["2024-W51"].updated) == (2 if count > 7 else 1)
    sent = {path: path.read_text(encoding="utf-8") for path in folder.rglob("issues/**/*.html")}
    assert "Updated papers" in sent[folder / "issues/2024-W51.html"]
    assert "version 3" in sent[folder / "issues/2024-W51.html"]
    assert len(sent) > len(written) or count < 80

    issues = IssueSource("", store.sent_papers.past_issues)
    later = collection(papers, START + timedelta(days=60))
    build_site(later, settings, saved={}, issues=issues)

    lists = [folder / "issues/index.html"]
    built = {path: path.read_text(encoding="utf-8") for path in folder.rglob("issues/**/*.html")}
    assert built.keys() == {*sent, *lists}
    assert {path: built[path] for path in sent} == sent
    for issue_id, issue in written.items():
        assert re.search(
            rf"{issue_id}\.html.*?\b{len(issue.papers)} paper", built[lists[0]], re.DOTALL
        )
    assert not build_site(later, settings, saved={}, issues=issues).written


def test_the_page_of_an_issue_overwrites_nothing_but_its_own(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    now = START + timedelta(days=7)
    (issue,) = drafts.due_issues(collection([make_paper(1)], now), settings, store, now)[:1]
    settings = structs.replace(settings, base=tmp_path)
    page = tmp_path / "paper-site/issues/2024-W49.html"
    page.parent.mkdir(parents=True)
    page.write_text("theirs")

    with pytest.raises(OutputError, match=r": issues/2024-W49\.html\. "):
        publish.write_page(issue, settings)
    assert page.read_text() == "theirs"
    page.unlink()
    publish.write_page(issue, settings)
    page.write_text("of digests as they were")
    publish.write_page(issue, settings)
    assert "Of day 1" in page.read_text(encoding="utf-8")


def test_what_becomes_of_an_issue_that_is_due(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    settings = structs.replace(settings, base=tmp_path)
    now = START + timedelta(days=7)
    papers = collection([make_paper(1)], now)
    weekly = structs.replace(settings, newsletter=Newsletter())

    def prepare() -> list[publish.PreparedIssue]:
        return list(publish.prepare_due(papers, weekly, store, now=lambda: now))

    (nobody,) = prepare()
    subscribe(store, "ada")
    (frozen,) = prepare()

    assert (nobody.outcome, nobody.is_frozen) == (Preparation.NO_RECIPIENTS, False)
    assert (frozen.outcome, frozen.editions, frozen.recipients) == (Preparation.FROZEN, 1, 1)
    assert frozen.is_frozen
    assert (tmp_path / "paper-site/issues/2024-W49.html").is_file()
    assert prepare() == []


def test_preflight_refuses_an_issue_unless_forced(
    settings: Settings, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = structs.replace(settings, base=tmp_path)
    subscribe(store, "ada")
    now = START + timedelta(days=7)
    papers = collection([make_paper(1)], now)
    issue = drafts.due_issues(papers, settings, store, now)[0]
    error = Finding("edition", 0, "E001", "too large")
    warning = Finding("edition", 0, "E002", "long", Severity.WARNING)
    monkeypatch.setattr(publish.preflight, "check_draft", lambda *_: [warning, error])

    (refused,) = publish.prepare([issue], settings, store, now=lambda: now)
    (forced,) = publish.prepare([issue], settings, store, now=lambda: now, force=True)

    assert (refused.outcome, refused.errors) == (Preparation.REFUSED, (error,))
    assert not refused.is_frozen
    assert (forced.outcome, forced.findings) == (Preparation.FROZEN, (warning, error))


def test_an_issue_that_another_process_froze_meanwhile_is_sent_too(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    settings = structs.replace(settings, base=tmp_path)
    subscribe(store, "ada")
    now = START + timedelta(days=7)
    issue = drafts.due_issues(collection([make_paper(1)], now), settings, store, now)[0]

    first, second = publish.prepare([issue, issue], settings, store, now=lambda: now)

    assert first.outcome is Preparation.FROZEN
    assert (second.outcome, second.is_frozen) == (Preparation.FROZEN_ELSEWHERE, True)


def test_what_waits_is_sent_once(settings: Settings, store: Store, tmp_path: Path) -> None:
    settings = structs.replace(settings, base=tmp_path)
    for name in ("ada", "bo"):
        subscribe(store, name)
    now = START + timedelta(days=7)
    weekly = structs.replace(settings, newsletter=Newsletter())
    list(publish.prepare_due(collection([make_paper(1)], now), weekly, store, now=lambda: now))
    assert publish.unfinished(store) == ["2024-W49"]

    (report,) = publish.deliver_pending(weekly, store, now=lambda: now)

    assert (report.sent, report.done) == (2, True)
    assert len(list((tmp_path / ".publisher" / "outbox").glob("*.eml"))) == 2
    assert publish.deliver_pending(weekly, store, now=lambda: now) == []


def test_people_share_editions(settings: Settings, store: Store) -> None:
    for number in range(30):
        topics = ((), ("nerf",), ("gan", "nerf"))[number % 3]
        subscribe(store, f"r{number}", *topics, length=Length.SHORT if number % 2 else None)
    now = START + timedelta(days=7)
    papers = [make_paper(day, GAN if day % 2 else NERF) for day in range(6)]
    issue = drafts.due_issues(collection(papers, now), settings, store, now)[0]

    made = drafts.draft_issue(issue, settings, store)

    assert sorted(made.recipients.values()) == [5] * 6
    assert publish.freeze(made, settings, store, now) == 30
