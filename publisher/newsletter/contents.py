"""The contents of issues and the issue that is due: pure functions of papers, time and settings.

Each frequency is a stream of issues of its own; `already` and `issued_ids` are those of a stream.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.models import Frequency, Issue
from publisher.newsletter.periods import (
    Period,
    absolute,
    closed_period,
    frequency_of,
    on_the_wall,
    period_by_id,
    period_of,
)
from publisher.newsletter.ranking import rank, sections

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from publisher.models import Paper
    from publisher.settings import Settings


def compose_issue(
    period: Period,
    papers: Iterable[Paper],
    already: Mapping[str, int],
    issued_ids: Collection[str],
    settings: Settings,
) -> Issue:
    """Return the issue of `period`; it may contain no paper.

    `already` maps the ids of papers that earlier issues of the stream contained to their version
    there: those are never sent again. A newer version is mentioned in the issue of its period if
    the setting `newsletter.updated_papers` says so.

    Papers of earlier periods that no issue contained ("late landers": their digest was written
    after their issue went out) are included if their digest is not older than
    `newsletter.max_age_days` at the period's end, nor from before the period of the first of
    `issued_ids`: a new list is not flooded with older papers. Ids of other streams don't count.

    Raises `IssueError` for a malformed id in `issued_ids`.
    """
    days = timedelta(days=settings.newsletter.max_age_days)
    oldest = on_the_wall(period.end.replace(tzinfo=None) - days, settings)
    starts = [
        period_by_id(issue_id, settings).start
        for issue_id in issued_ids
        if frequency_of(issue_id) is period.frequency
    ]
    began = min(starts, key=absolute, default=period.start)
    since = absolute(min(period.start, max(oldest, began, key=absolute), key=absolute))
    end = absolute(period.end)
    new: list[Paper] = []
    updated: list[Paper] = []
    for paper in papers:
        if paper.id not in already:
            if since <= absolute(paper.first_published) < end:
                new.append(paper)
        elif paper.version > already[paper.id] and since <= absolute(paper.updated) < end:
            updated.append(paper)
    return Issue(
        id=period.id,
        start=period.start,
        end=period.end,
        papers=tuple(paper for section in sections(new) for paper in section.papers),
        updated=tuple(sorted(updated, key=rank)) if settings.newsletter.updated_papers else (),
    )


def due_issue(
    now: datetime,
    papers: Sequence[Paper],
    already: Mapping[str, int],
    issued_ids: Collection[str],
    settings: Settings,
    frequency: Frequency = Frequency.WEEKLY,
    held_ids: Collection[str] = (),
) -> Issue | None:
    """Return the issue that is due at `now` (aware) and was not issued yet, or None.

    It is the issue of the last closed period or, if that has nothing to send (the newest digest of
    the archive is long ago), of the newest earlier period with unsent papers. No period at or
    before the newest of `issued_ids` is issued: its late papers go into later issues. Without a new
    paper there is no issue; newer versions alone are not worth a mail.

    `held_ids` are issues that were due and held back: their papers are late for this one, also
    where no issue was ever sent.

    Raises `IssueError` for a malformed id in `issued_ids`.
    """
    issued = [issue_id for issue_id in issued_ids if frequency_of(issue_id) is frequency]
    begun = [*issued, *held_ids]
    newest_end = max(
        (absolute(period_by_id(issue_id, settings).end) for issue_id in issued), default=None
    )

    def was_issued(period: Period) -> bool:
        return newest_end is not None and absolute(period.end) <= newest_end

    last = closed_period(now, settings, frequency)
    if was_issued(last):
        return None
    issue = compose_issue(last, papers, already, begun, settings)
    if issue.papers:
        return issue
    earlier = [
        absolute(paper.first_published)
        for paper in papers
        if paper.id not in already and absolute(paper.first_published) < absolute(last.start)
    ]
    if not earlier:
        return None
    period = period_of(max(earlier), settings, frequency)
    if was_issued(period):
        return None
    return compose_issue(period, papers, already, begun, settings)
