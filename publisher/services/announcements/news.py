"""The news of a site, and the words for it; nothing is stored here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.formatter.announcements import DIGESTS, ISSUES, render_digests, render_issue
from publisher.models import Collection, DeliveryState, Paper, PaperSummary, PastIssue, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Collection as Group

    from publisher.formatter.announcements import TextRoom
    from publisher.models.announcements import AnnouncementText
    from publisher.settings import Settings
    from publisher.settings.sections import AnnounceTarget
    from publisher.store.database import Store

_PAPER, _ISSUE = "paper:", "issue:"
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class News:
    """The papers and issues of a site that are young enough at `now` to be announced."""

    collection: Collection
    settings: Settings
    store: Store | None
    now: datetime

    @property
    def floor(self) -> datetime:
        """The time before which nothing is news."""
        return self.now - timedelta(days=self.settings.announce.max_age_days)

    @cached_property
    def papers(self) -> dict[str, tuple[int, tuple[Topic, ...]]]:
        """The places of new papers in the collection, and their topics, by key."""
        floor = self.floor.timestamp() * _MICROSECONDS
        return {
            f"{_PAPER}{summary.id}": (place, summary.topics)
            for place, summary in enumerate(self._summaries)
            if summary.first_published >= floor
        }

    @property
    def _summaries(self) -> Sequence[PaperSummary]:
        """The summaries of all papers: they tell ids and dates, so that no old paper is read."""
        papers, summaries = self.collection.papers, self.collection.summaries
        if len(summaries) == len(papers):
            return summaries
        return [
            PaperSummary(
                paper.id,
                paper.topics,
                next(iter(paper.digests), ""),
                round(paper.first_published.timestamp() * _MICROSECONDS),
                round(paper.updated.timestamp() * _MICROSECONDS),
                0,
            )
            for paper in papers
        ]

    @cached_property
    def issues(self) -> dict[str, PastIssue]:
        """The issues that somebody has got, by key."""
        store = self.store
        if store is None:
            return {}
        new = {info.id for info in store.issues.all() if info.frozen_at >= self.floor}
        return {
            f"{_ISSUE}{issue.id}": issue
            for issue in (store.sent_papers.past_issues() if new else ())
            if issue.id in new and store.deliveries.counts(issue.id)[DeliveryState.SENT]
        }

    def present(self) -> list[str]:
        """Return the keys of all that is there, also of issues that nobody has got yet."""
        store = self.store
        issues = [f"{_ISSUE}{info.id}" for info in store.issues.all()] if store is not None else []
        return [*self.papers, *issues]

    def batches(self, target: AnnounceTarget) -> Iterator[tuple[str, list[str]]]:
        """Yield event and keys of each announcement to `target`, whether it has had them or not.

        All papers are in one, and each issue has its own.
        """
        if ISSUES in target.events:
            for key in self.issues:
                yield ISSUES, [key]
        if DIGESTS in target.events:
            slugs = frozenset(target.topics)
            keys = [
                key
                for key, (_, topics) in self.papers.items()
                if not slugs or any(topic.slug in slugs for topic in topics)
            ]
            if keys:
                yield DIGESTS, keys

    def composer(
        self, event: str, target: AnnounceTarget, room: TextRoom
    ) -> Callable[[Group[str]], AnnouncementText]:
        """Return the function that renders the announcement of a batch by its keys.

        It raises `TemplateError`.
        """

        def of_papers(keys: Group[str]) -> AnnouncementText:
            papers = [self.collection.papers[self.papers[key][0]] for key in sorted(keys)]
            return render_digests(papers, target, self.settings, room)

        def of_issue(keys: Group[str]) -> AnnouncementText:
            (key,) = keys
            issue = self.issues[key]
            papers = self._papers_of(issue.paper_ids)
            return render_issue(issue.id, papers, target, self.settings, room)

        return of_papers if event == DIGESTS else of_issue

    def _papers_of(self, ids: Iterable[str]) -> Sequence[Paper]:
        wanted = frozenset(ids)
        places = [place for place, row in enumerate(self._summaries) if row.id in wanted]
        return [self.collection.papers[place] for place in places]
