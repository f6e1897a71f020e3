"""The papers that went out, and to whom: what the next issue and its editions are made from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.models import Frequency, PastIssue
from publisher.newsletter.periods import frequency_of
from publisher.store.ledger.issue_plans import decoded
from publisher.store.tables.newsletter import issue_papers, issues
from publisher.store.times import from_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.store.engine import Database

# As LIKE patterns: "2024-12-02", "2024-W49", "2024-12".
_ID_FORMS = {
    Frequency.DAILY: "____-__-__",
    Frequency.WEEKLY: "____-W__",
    Frequency.MONTHLY: "____-__",
}


class SentPapers:
    """The papers of earlier issues. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def newest_versions(
        self, frequency: Frequency = Frequency.WEEKLY, *, without: str = ""
    ) -> dict[str, int]:
        """Return the papers that issues of a stream have held so far, as id to newest version.

        The issue with the id `without` does not count. A paper that an editor hid is as good as
        held, in a version that no newer one follows.
        """
        newest = sa.func.max(issue_papers.c.version)
        query = (
            sa.select(issue_papers.c.paper_id, newest)
            .where(
                issue_papers.c.issue_id.like(_ID_FORMS[frequency]),
                issue_papers.c.issue_id != without,
            )
            .group_by(issue_papers.c.paper_id)
        )
        edited = sa.select(issues.c.edits).where(
            issues.c.id.like(_ID_FORMS[frequency]), issues.c.id != without, issues.c.edits != ""
        )
        with self._database.reading() as connection:
            versions: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
            for text in connection.scalars(edited):
                versions |= dict.fromkeys(decoded(text).hide, sys.maxsize)
        return versions

    def past_issues(self) -> list[PastIssue]:
        """Return all issues that were frozen, newest first, with the ids of their papers.

        A paper that an issue of the same stream held before is one of those in `updated`.
        """
        joined = issues.join(issue_papers)
        query = (
            sa.select(
                issues.c.id,
                issues.c.start_at,
                issues.c.end_at,
                issues.c.edits,
                issue_papers.c.paper_id,
                issue_papers.c.version,
            )
            .select_from(joined)
            .order_by(issues.c.frozen_at, issues.c.end_at, issues.c.id, issue_papers.c.paper_id)
        )
        papers_of: dict[tuple[str, int, int, str], list[tuple[str, int]]] = {}
        with self._database.reading() as connection:
            for issue_id, start, end, edits, paper_id, version in connection.execute(query):
                papers_of.setdefault((issue_id, start, end, edits), []).append((paper_id, version))
        past_issues = []
        held: dict[Frequency, set[str]] = {frequency: set() for frequency in Frequency}
        for (issue_id, start, end, edits), papers in papers_of.items():
            earlier = held[frequency_of(issue_id)]
            new = tuple(paper_id for paper_id, _ in papers if paper_id not in earlier)
            updated = tuple(paper for paper in papers if paper[0] in earlier)
            period = (from_ms(start), from_ms(end))
            past_issues.append(PastIssue(issue_id, *period, new, updated, decoded(edits)))
            earlier.update(new)
        past_issues.sort(key=lambda issue: issue.id)
        return sorted(past_issues, key=lambda issue: issue.end, reverse=True)

    def shared_papers(
        self, paper_ids: Iterable[str], frequency: Frequency
    ) -> dict[str, frozenset[str]]:
        """Return which issues of other streams than `frequency` held some of the papers.

        Maps an issue's id to the papers among `paper_ids` that it held.
        """
        candidates = frozenset(paper_ids)
        query = sa.select(issue_papers.c.issue_id, issue_papers.c.paper_id).where(
            issue_papers.c.issue_id.not_like(_ID_FORMS[frequency])
        )
        shared: dict[str, set[str]] = {}
        with self._database.reading() as connection:
            for issue_id, paper_id in connection.execute(query):
                if paper_id in candidates:
                    shared.setdefault(issue_id, set()).add(paper_id)
        return {issue_id: frozenset(held) for issue_id, held in shared.items()}
