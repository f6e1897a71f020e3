from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import IssueError
from publisher.models import Frequency, Paper, Topic
from publisher.newsletter.contents import compose_issue, due_issue
from publisher.newsletter.periods import Period, frequency_of, period_by_id
from publisher.settings import Newsletter, Settings, Site

SHANGHAI = ZoneInfo("Asia/Shanghai")
NERF, GAN = Topic("nerf", "NeRF"), Topic("gan", "GAN")


def make_settings(timezone: str = "Asia/Shanghai", **newsletter: Any) -> Settings:
    return Settings(site=Site(timezone=timezone), newsletter=Newsletter(**newsletter))


def make_paper(name: str, published: str, *topics: Topic, title: str = "") -> Paper:
    moment = datetime.fromisoformat(published)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return Paper(
        id=f"arxiv:{name}",
        version=1,
        title=title or f"Paper {name}",
        authors=(),
        abstract="",
        comment=None,
        abs_url=f"https://arxiv.org/abs/{name}",
        pdf_url="",
        code_urls=(),
        topics=topics or (NERF,),
        digests=(),
        first_published=moment,
        updated=moment,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )


def names(papers: tuple[Paper, ...]) -> list[str]:
    return [paper.id.removeprefix("arxiv:") for paper in papers]


class TestComposeIssue:
    settings = make_settings(max_age_days=21)

    @property
    def period(self) -> Period:
        return period_by_id("2024-W49", self.settings)

    def compose(
        self, *papers: Paper, issued: tuple[str, ...] = ("2024-W40",), **already: int
    ) -> list[str]:
        held = {f"arxiv:{name}": version for name, version in already.items()}
        issue = compose_issue(self.period, papers, held, issued, self.settings)
        assert (issue.id, issue.start, issue.end) == (
            "2024-W49",
            self.period.start,
            self.period.end,
        )
        return names(issue.papers)

    def test_start_is_in_and_end_is_out(self) -> None:
        papers = (
            make_paper("a", "2024-12-02T08:00:00"),
            make_paper("b", "2024-12-09T07:59:59"),
            make_paper("c", "2024-12-09T08:00:00"),
            make_paper("d", "2024-12-02T07:59:59"),
        )

        assert self.compose(*papers, issued=()) == ["b", "a"]

    def test_late_landers_come_until_they_are_too_old(self) -> None:
        late = make_paper("late", "2024-11-18T08:00:00")
        too_late = make_paper("old", "2024-11-18T07:59:59")

        assert self.compose(late, too_late) == ["late"]
        assert self.compose(late, too_late, issued=()) == []

    def test_what_was_there_before_the_first_issue_never_comes(self) -> None:
        before = make_paper("before", "2024-11-24T12:00:00")
        late = make_paper("late", "2024-11-26T12:00:00")

        assert self.compose(before, late, issued=("2024-W48",)) == ["late"]

    def test_nothing_comes_twice(self) -> None:
        paper = make_paper("a", "2024-12-03T12:00:00")

        assert self.compose(paper, a=1) == []
        assert self.compose(paper, a=2) == []

    def test_a_newer_version_is_mentioned_in_its_period(self) -> None:
        old = make_paper("a", "2024-11-20T12:00:00")
        new = make_paper("new", "2024-12-03T12:00:00")
        cases = {
            "of this week": dataclasses.replace(old, version=2, updated=self.period.start),
            "known": dataclasses.replace(old, version=1, updated=self.period.start),
            "of next week": dataclasses.replace(old, version=2, updated=self.period.end),
        }
        for case, paper in cases.items():
            issue = compose_issue(
                self.period, [paper, new], {"arxiv:a": 1}, ("2024-W40",), self.settings
            )
            assert names(issue.papers) == ["new"]
            assert names(issue.updated) == (["a"] if case == "of this week" else []), case
        silent = make_settings(updated_papers=False)
        first = cases["of this week"]
        assert not compose_issue(self.period, [first], {"arxiv:a": 1}, (), silent).updated

    def test_issues_of_other_streams_dont_count(self) -> None:
        before = make_paper("before", "2024-11-24T12:00:00")

        assert self.compose(before, issued=("2024-W49", "2024-11-20", "2024-10")) == []

    def test_another_zone_is_the_same_moment(self) -> None:
        assert self.compose(make_paper("a", "2024-12-08T23:59:00+00:00")) == ["a"]
        assert self.compose(make_paper("a", "2024-12-09T00:00:00+00:00")) == []

    def test_the_hour_that_comes_twice(self) -> None:
        settings = make_settings("Europe/Berlin", weekday="sunday", hour=2)
        period = period_by_id("2024-W43", settings)
        zone = ZoneInfo("Europe/Berlin")
        # 02:30 the first time is after 02:00 the first time, by the wall clock and really; what
        # was published in the second 02:00 hour must not slip back into the period by wall time.
        second = datetime(2024, 10, 27, 2, 0, tzinfo=zone, fold=1)
        assert not period.holds(second)
        assert not period.holds(second.astimezone(timezone(timedelta(hours=9))))


class TestDueIssue:
    settings = make_settings()
    monday = datetime(2024, 12, 9, 8, tzinfo=SHANGHAI)  # W49 closes

    def due(
        self,
        *papers: Paper,
        now: datetime | None = None,
        issued: tuple[str, ...] = (),
        already: tuple[str, ...] = (),
    ) -> tuple[str, list[str]] | None:
        held = {f"arxiv:{name}": 1 for name in already}
        issue = due_issue(now or self.monday, papers, held, issued, self.settings)
        return (issue.id, names(issue.papers)) if issue else None

    def test_the_last_closed_period(self) -> None:
        old = make_paper("old", "2024-11-27")
        week = make_paper("week", "2024-12-04")
        future = make_paper("future", "2024-12-10")

        assert self.due(old, week, future) == ("2024-W49", ["week"])

    def test_an_old_archive_yields_its_newest_week(self) -> None:
        papers = (make_paper("a", "2024-08-28"), make_paper("b", "2024-08-20"))

        assert self.due(*papers, now=datetime(2026, 3, 1, tzinfo=UTC)) == ("2024-W35", ["a"])

    def test_nothing_to_send(self) -> None:
        assert self.due() is None
        assert self.due(make_paper("future", "2024-12-10")) is None
        assert self.due(make_paper("a", "2024-12-04"), already=("a",)) is None

    def test_never_made_again(self) -> None:
        paper = make_paper("a", "2024-12-04")

        assert self.due(paper, issued=("2024-W49",)) is None
        # its late paper goes into the next one
        late = self.due(paper, issued=("2024-W49",), now=self.monday + timedelta(days=7))
        assert late == ("2024-W50", ["a"])

    def test_nothing_before_the_newest_made(self) -> None:
        paper = make_paper("a", "2024-08-28")

        assert self.due(paper, issued=("2024-W40", "2024-W36")) is None
        assert self.due(paper, issued=("2025-W01",)) is None

    def test_a_pause_ends_with_the_newest_week_and_its_late_papers(self) -> None:
        papers = (
            make_paper("new", "2024-10-16"),
            make_paper("late", "2024-10-09"),
            make_paper("old", "2024-09-01"),
        )

        assert self.due(*papers, issued=("2024-W36",)) == ("2024-W42", ["new", "late"])

    def test_run_after_run_every_paper_goes_out_once(self) -> None:
        random = Random(1)  # noqa: S311 - dice
        start = datetime(2024, 9, 30, tzinfo=UTC)
        everything = [
            make_paper(str(n), (start + timedelta(hours=random.randrange(8 * 168))).isoformat())
            for n in range(60)
        ]
        sent: list[str] = []
        issued: list[str] = []
        for day in range(90):
            now = start + timedelta(days=day)
            # a digest may land up to three days after its date
            visible = [p for p in everything if p.first_published + timedelta(days=3) <= now]
            issue = due_issue(now, visible, dict.fromkeys(sent, 1), issued, self.settings)
            if issue is not None:
                assert issue.id not in issued
                issued.append(issue.id)
                sent += [paper.id for paper in issue.papers]
        assert issued == sorted(issued)
        assert len(sent) == len(set(sent))
        before_first = period_by_id(issued[0], self.settings).start
        assert {p.id for p in everything if p.first_published >= before_first} == set(sent)

    def test_newer_versions_alone_are_worth_no_mail(self) -> None:
        paper = dataclasses.replace(make_paper("a", "2024-12-04"), version=2)

        assert due_issue(self.monday, [paper], {paper.id: 1}, (), self.settings) is None

    def test_every_frequency_is_a_stream_of_its_own(self) -> None:
        paper = make_paper("a", "2024-12-04T21:00:00")
        issued = ("2024-12-05", "2024-12")
        for frequency, issue_id in (
            (Frequency.DAILY, "2024-12-04"),
            (Frequency.WEEKLY, "2024-W49"),
            (Frequency.MONTHLY, "2024-12"),
        ):
            now = datetime(2025, 1, 5, tzinfo=UTC)
            mine = [i for i in issued if frequency_of(i) is not frequency]
            issue = due_issue(now, [paper], {}, mine, self.settings, frequency)
            assert issue is not None
            assert (issue.id, names(issue.papers)) == (issue_id, ["a"])

    def test_malformed_issued_id(self) -> None:
        with pytest.raises(IssueError):
            self.due(issued=("last week",))
