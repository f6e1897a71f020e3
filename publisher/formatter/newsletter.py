"""Periods, due dates and what an issue holds: pure functions of papers, time and settings.

A period is the week `[end - 7 days, end)` in the site's wall time, where `end` is a due moment:
`newsletter.weekday` at `newsletter.hour`. Wall time means that a week in which the clocks change
has 167 or 169 hours; a due hour that the clocks skip falls due when they have moved on, one that
comes twice the first time. A period is named after the ISO week (ISO 8601, 5.2.2.3) that holds
its middle, so that every ISO week names exactly one period whatever the weekday and hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.models import Issue, Paper, Topic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from publisher.settings import Settings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = timedelta(days=7)
ISSUE_ID = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """One week of the newsletter: `[start, end)`, both in the site's zone; `id` as "2024-W49"."""

    id: str
    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether `moment` (aware, any zone) lies in the period."""
        return _absolute(self.start) <= _absolute(moment) < _absolute(self.end)


@dataclass(frozen=True, slots=True)
class Section:
    """The papers of an issue that stand under one topic; None for papers without a topic."""

    topic: Topic | None
    papers: tuple[Paper, ...]


def closed_period(now: datetime, settings: Settings) -> Period:
    """Return the latest period whose end is not after `now` (aware)."""
    today = now.astimezone(settings.site.zone).date()
    wanted = WEEKDAYS.index(settings.newsletter.weekday)
    # One week ahead first: near a change of the clocks the local date alone can't decide.
    day = today - timedelta(days=(today.weekday() - wanted) % 7) + WEEK
    while _absolute(_due(day, settings)) > _absolute(now):
        day -= WEEK
    return _period(day, settings)


def period_of(moment: datetime, settings: Settings) -> Period:
    """Return the period that holds `moment` (aware)."""
    return _period(_end_day(closed_period(moment, settings), settings) + WEEK, settings)


def period_by_id(issue_id: str, settings: Settings) -> Period:
    """Return the period called `issue_id`, e.g. "2024-W49".

    Raises `IssueError` where the text is no ISO week.
    """
    match = ISSUE_ID.fullmatch(issue_id)
    if match is None:
        raise IssueError(f"issue {issue_id!r}: must be an ISO week, e.g. 2024-W49")
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        wanted = WEEKDAYS.index(settings.newsletter.weekday)
        # The middle's weekday is the same in every period, so one day of the week fits.
        first = monday + _from_middle(settings)
        return _period(first + timedelta(days=(wanted - first.weekday()) % 7), settings)
    except (ValueError, OverflowError) as error:
        raise IssueError(f"issue {issue_id!r}: no such week: {error}") from error


def next_due(now: datetime, settings: Settings) -> datetime:
    """Return the first due moment after `now` (aware), in the site's zone."""
    return period_of(now, settings).end


def compose_issue(
    period: Period,
    papers: Iterable[Paper],
    already: Mapping[str, int],
    issued_ids: Collection[str],
    settings: Settings,
) -> Issue:
    """Return the issue of `period`; it may hold no paper.

    `already` maps the ids of papers that earlier issues held to the version they held: those never
    come again, in whatever version. Papers of earlier periods that no issue held ("late landers":
    their digest was written after their issue went out) come too where their digest is not older
    than `newsletter.max_age_days` at the period's end, nor from before the period of the first of
    `issued_ids`: a new list is not flooded with what was there before it.

    Raises `IssueError` for a malformed id in `issued_ids`.
    """
    days = timedelta(days=settings.newsletter.max_age_days)
    oldest = _at(period.end.replace(tzinfo=None) - days, settings)
    starts = [period_by_id(issue_id, settings).start for issue_id in issued_ids]
    began = min(starts, key=_absolute, default=period.start)
    since = min(period.start, max(oldest, began, key=_absolute), key=_absolute)
    chosen = [
        paper
        for paper in papers
        if paper.id not in already
        and _absolute(since) <= _absolute(paper.first_published) < _absolute(period.end)
    ]
    ranked = tuple(paper for section in sections(chosen) for paper in section.papers)
    return Issue(id=period.id, start=period.start, end=period.end, papers=ranked)


def due_issue(
    now: datetime,
    papers: Sequence[Paper],
    already: Mapping[str, int],
    issued_ids: Collection[str],
    settings: Settings,
) -> Issue | None:
    """Return the issue that is due at `now` (aware) and was not made yet, or None.

    That is the last closed period's. Where it has nothing to send (an archive whose newest digest
    is long ago) it is the issue of the newest earlier period that brought unsent papers. A period
    at or before the newest of `issued_ids` is never made: its late papers go into later issues.

    Raises `IssueError` for a malformed id in `issued_ids`.
    """
    newest_made = max(
        (_absolute(period_by_id(issue_id, settings).end) for issue_id in issued_ids), default=None
    )

    def made(period: Period) -> bool:
        return newest_made is not None and _absolute(period.end) <= newest_made

    last = closed_period(now, settings)
    if made(last):
        return None
    issue = compose_issue(last, papers, already, issued_ids, settings)
    if issue.papers:
        return issue
    earlier = [
        _absolute(paper.first_published)
        for paper in papers
        if paper.id not in already and _absolute(paper.first_published) < _absolute(last.start)
    ]
    if not earlier:
        return None
    period = period_of(max(earlier), settings)
    if made(period):
        return None
    return compose_issue(period, papers, already, issued_ids, settings)


def sections(papers: Iterable[Paper], slugs: Sequence[str] = ()) -> tuple[Section, ...]:
    """Return `papers` under their topics: the one ranking, for issues and editions alike.

    A paper stands once, under the first of its topics; where `slugs` are given, under the first
    that is among them, and papers with none of them are left out. The topic with most papers comes
    first, then by name; papers without a topic come last. Within a topic the newest digest comes
    first, then by title, then by id. The order of the input has no influence.
    """
    groups: dict[Topic | None, list[Paper]] = {}
    for paper in papers:
        allowed = [topic for topic in paper.topics if not slugs or topic.slug in slugs]
        if allowed:
            groups.setdefault(allowed[0], []).append(paper)
        elif not slugs:
            groups.setdefault(None, []).append(paper)
    ordered = sorted(groups.items(), key=lambda item: _topic_rank(item[0], len(item[1])))
    return tuple(
        Section(topic=topic, papers=tuple(sorted(group, key=_paper_rank)))
        for topic, group in ordered
    )


def _topic_rank(topic: Topic | None, count: int) -> tuple[bool, int, str, str]:
    if topic is None:
        return (True, 0, "", "")
    return (False, -count, topic.name.casefold(), topic.slug)


def _paper_rank(paper: Paper) -> tuple[float, str, str]:
    return (-paper.first_published.timestamp(), paper.title.casefold(), paper.id)


def _period(end_day: date, settings: Settings) -> Period:
    year, week, _ = (end_day - _from_middle(settings)).isocalendar()
    return Period(
        id=f"{year:04d}-W{week:02d}",
        start=_due(end_day - WEEK, settings),
        end=_due(end_day, settings),
    )


def _from_middle(settings: Settings) -> timedelta:
    """Return the days from the date of a period's middle (end less 3.5 days) to its due day."""
    return timedelta(days=3 if settings.newsletter.hour >= 12 else 4)  # noqa: PLR2004 - noon


def _end_day(period: Period, settings: Settings) -> date:
    """Return the due day by the calendar; where the clocks skip it, `end` is on the next."""
    wanted = WEEKDAYS.index(settings.newsletter.weekday)
    day = period.end.date()
    return day - timedelta(days=(day.weekday() - wanted) % 7)


def _due(day: date, settings: Settings) -> datetime:
    return _at(datetime.combine(day, time(settings.newsletter.hour)), settings)


def _at(wall: datetime, settings: Settings) -> datetime:
    """Return the moment the site's clocks show `wall`; one they skip moves past the gap."""
    zone = settings.site.zone
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _absolute(moment: datetime) -> datetime:
    """Return `moment` in UTC: two times of one zone compare by the wall clock otherwise."""
    return moment.astimezone(UTC)
