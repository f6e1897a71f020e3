from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import IssueError
from publisher.formatter.newsletter import (
    Period,
    closed_period,
    compose_issue,
    due_issue,
    next_due,
    period_by_id,
    period_of,
    sections,
)
from publisher.models import Paper, Topic
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


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def names(papers: tuple[Paper, ...]) -> list[str]:
    return [paper.id.removeprefix("arxiv:") for paper in papers]


@pytest.mark.parametrize(
    ("now", "options", "issue_id", "start", "end"),
    [
        # the default: Monday 08:00
        (
            "2024-12-09T08:00+08:00",
            {},
            "2024-W49",
            "2024-12-02T08:00+08:00",
            "2024-12-09T08:00+08:00",
        ),
        (
            "2024-12-09T07:59+08:00",
            {},
            "2024-W48",
            "2024-11-25T08:00+08:00",
            "2024-12-02T08:00+08:00",
        ),
        (
            "2024-12-09T00:00+00:00",
            {},
            "2024-W49",
            "2024-12-02T08:00+08:00",
            "2024-12-09T08:00+08:00",
        ),
        # the end of the year: 2024-12-30 is in 2025-W01, 2020 and 2026 have 53 weeks
        (
            "2025-01-06T09:00+08:00",
            {},
            "2025-W01",
            "2024-12-30T08:00+08:00",
            "2025-01-06T08:00+08:00",
        ),
        (
            "2024-12-30T09:00+08:00",
            {},
            "2024-W52",
            "2024-12-23T08:00+08:00",
            "2024-12-30T08:00+08:00",
        ),
        (
            "2021-01-04T09:00+08:00",
            {},
            "2020-W53",
            "2020-12-28T08:00+08:00",
            "2021-01-04T08:00+08:00",
        ),
        (
            "2027-01-04T09:00+08:00",
            {},
            "2026-W53",
            "2026-12-28T08:00+08:00",
            "2027-01-04T08:00+08:00",
        ),
        # other days and hours: the id is the ISO week of the middle
        (
            "2024-12-06T18:00+08:00",
            {"weekday": "friday", "hour": 18},
            "2024-W49",
            "2024-11-29T18:00+08:00",
            "2024-12-06T18:00+08:00",
        ),
        (
            "2024-12-05T11:00+08:00",
            {"weekday": "thursday", "hour": 11},
            "2024-W48",
            "2024-11-28T11:00+08:00",
            "2024-12-05T11:00+08:00",
        ),
        (
            "2024-12-05T12:00+08:00",
            {"weekday": "thursday", "hour": 12},
            "2024-W49",
            "2024-11-28T12:00+08:00",
            "2024-12-05T12:00+08:00",
        ),
        # clocks go forward: a week of 167 hours; back: of 169
        (
            "2024-04-01T08:00+02:00",
            {"timezone": "Europe/Berlin"},
            "2024-W13",
            "2024-03-25T08:00+01:00",
            "2024-04-01T08:00+02:00",
        ),
        (
            "2024-10-28T08:00+01:00",
            {"timezone": "Europe/Berlin"},
            "2024-W43",
            "2024-10-21T08:00+02:00",
            "2024-10-28T08:00+01:00",
        ),
        # a due hour that the clocks skip, and one that comes twice
        (
            "2024-03-31T03:00+02:00",
            {"timezone": "Europe/Berlin", "weekday": "sunday", "hour": 2},
            "2024-W13",
            "2024-03-24T02:00+01:00",
            "2024-03-31T03:00+02:00",
        ),
        (
            "2024-10-27T02:00+02:00",
            {"timezone": "Europe/Berlin", "weekday": "sunday", "hour": 2},
            "2024-W43",
            "2024-10-20T02:00+02:00",
            "2024-10-27T02:00+02:00",
        ),
        # a day that the clocks skip: Samoa had no 30 December 2011
        (
            "2011-12-31T00:00+14:00",
            {"timezone": "Pacific/Apia", "weekday": "friday", "hour": 0},
            "2011-W52",
            "2011-12-23T00:00-10:00",
            "2011-12-31T00:00+14:00",
        ),
    ],
)
def test_closed_period(
    now: str, options: dict[str, Any], issue_id: str, start: str, end: str
) -> None:
    settings = make_settings(**options)
    moment = datetime.fromisoformat(now)

    period = closed_period(moment, settings)

    assert (period.id, iso(period.start), iso(period.end)) == (issue_id, start, end)
    assert period_by_id(issue_id, settings) == period
    before = closed_period(period.end.astimezone(UTC) - timedelta(microseconds=1), settings)
    assert before.end == period.start
    assert period_of(period.start, settings) == period


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"])
def test_periods_follow_each_other_and_names_lead_back(zone: str) -> None:
    random = Random(zone)  # noqa: S311 - dice
    for weekday in ("monday", "wednesday", "sunday"):
        settings = make_settings(zone, weekday=weekday, hour=random.randrange(24))
        moment = datetime(2011, 11, 1, tzinfo=UTC)
        seen: list[str] = []
        for _ in range(120):
            period = period_of(moment, settings)
            assert period.holds(moment)
            assert not period.holds(period.end)
            assert period_by_id(period.id, settings) == period
            assert next_due(moment, settings) == period.end
            seen.append(period.id)
            moment = period.end.astimezone(UTC)
        assert len(set(seen)) == len(seen)
        assert seen == sorted(seen)


@pytest.mark.parametrize(
    "issue_id",
    ["", "2024", "2024-49", "2024-W5", "2024-W00", "2024-W54", "2023-W53", "0000-W01", "9999-W52",
     "2024-W49 ", "２０２４-W49", "../W49"],
)  # fmt: skip
def test_malformed_issue_id(issue_id: str) -> None:
    with pytest.raises(IssueError, match="issue"):
        period_by_id(issue_id, make_settings())


def test_next_due_is_after_now() -> None:
    settings = make_settings()
    due = datetime(2024, 12, 9, 8, tzinfo=SHANGHAI)

    assert next_due(due - timedelta(microseconds=1), settings) == due
    assert next_due(due, settings) == due + timedelta(days=7)


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


def test_sections_rank_by_size_name_date_title_and_id() -> None:
    both = make_paper("both", "2024-12-05", NERF, GAN)
    papers = [
        both,
        make_paper("1", "2024-12-03", NERF, title="b"),
        make_paper("2", "2024-12-03", NERF, title="A"),
        make_paper("4", "2024-12-03", GAN, title="same"),
        make_paper("3", "2024-12-03", GAN, title="same"),
        make_paper("5", "2024-12-06", Topic("avatar", "avatar")),
    ]
    expected = [("NeRF", ["both", "2", "1"]), ("GAN", ["3", "4"]), ("avatar", ["5"])]

    for seed in range(5):
        Random(seed).shuffle(papers)  # noqa: S311 - dice
        found = sections(papers)
        assert [(s.topic and s.topic.name, names(s.papers)) for s in found] == expected

    only_gan = sections(papers, ("gan",))
    assert [names(s.papers) for s in only_gan] == [["both", "3", "4"]]
    assert sections(papers, ("unknown",)) == ()


def test_papers_without_topic_come_last() -> None:
    bare = dataclasses.replace(make_paper("bare", "2024-12-08"), topics=())
    other = make_paper("other", "2024-12-03")

    found = sections([bare, other])

    assert [(s.topic, names(s.papers)) for s in found] == [(NERF, ["other"]), (None, ["bare"])]


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

    def test_malformed_issued_id(self) -> None:
        with pytest.raises(IssueError):
            self.due(issued=("last week",))
