"""Gather a day's papers from all sources, choose and summarise them, and write the digests.

Each step is kept in the store before the next begins, and each is safe to repeat: a run that is
killed at any moment is made up by the next one.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import structs

from publisher.errors import AlreadyGathering, GatherError
from publisher.gather import plan
from publisher.gather.candidates import merge
from publisher.gather.changes import change_of
from publisher.gather.digest import render_digest
from publisher.models.gathering import AnnouncementKind, DigestEntry
from publisher.services.gather_announcements import AnnouncementReader
from publisher.services.gather_records import (
    DigestDraft,
    GatherOptions,
    GatherResult,
    Surroundings,
)
from publisher.services.gather_report import row_of, with_outcome
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from publisher.gather.plan import Channel
    from publisher.gather.ranking.liked import LikedText
    from publisher.gather.sources import OpenSources
    from publisher.gather.summaries.questioner import SummaryResult
    from publisher.models.gathering import Announced, Candidate, GatherCounts, WrittenSummary
    from publisher.settings import Settings
    from publisher.settings.sections.gather import GatherTopic
    from publisher.store.database import Store

TASK = "gather"
# Longer than any step; the lease of a process that has ended on this machine does not count.
_LEASE = timedelta(hours=2)


def gather(
    settings: Settings, store: Store, around: Surroundings, options: GatherOptions | None = None
) -> GatherResult:
    """Read what is due, write the digests of the days that are complete, and report.

    Raises `GatherError` where another process gathers or there are no topics, `SettingsError` and
    `StoreError`. A source or model that fails is a problem of the result, not an exception.
    """
    from publisher.gather.sources import open_sources  # noqa: PLC0415 - HTTP and XML

    if not settings.gather.topics:
        raise GatherError(
            _(
                "there is nothing to gather: add a [[gather.topics]] to the settings, "
                "or run `publisher init --arxiv cs.CV`"
            )
        )
    with _lease(store, around) as renew:
        sources = open_sources(
            settings, clock=around.monotonic, sleep=around.sleep, stopping=around.stopping
        )
        with sources:
            run = _Run(settings, store, around, options or GatherOptions(), sources, renew)
            run.announcements.read(renew)
            run.write()
    return run.result


class _Run:
    """A run: the announcements are read first, then the digests are written."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        around: Surroundings,
        options: GatherOptions,
        sources: OpenSources,
        renew: Callable[[], None],
    ) -> None:
        self.settings, self.store, self.around = settings, store, around
        self.options, self.sources, self.renew = options, sources, renew
        self.result = GatherResult()
        self.announcements = AnnouncementReader(
            settings, store, sources, around, self.options, self.result
        )
        self.today = self.announcements.today
        self._drafted: dict[str, set[str]] = {}  # by topic, from the oldest day on
        self._liked_texts: dict[str, Sequence[LikedText]] = {}

    # Digests.

    def write(self) -> None:
        """Write the digests that are due, the newest day first: it has the budget."""
        asked = self.announcements.asked()
        inputs = {topic.name: self._inputs(topic) for topic in self.settings.gather.topics}
        days = set(asked or ())
        if asked is None:
            for name, hashes in inputs.items():
                days |= plan.days_that_changed(
                    hashes, self.store.gathering.digests_of(name), self.today
                )
        days &= {day for hashes in inputs.values() for day in hashes}
        # All topics of a day, as those that are written already share papers and their report.
        by_day = {
            day: [
                self._draft(topic, day, inputs[topic.name][day])
                for topic in self.settings.gather.topics
                if day in inputs[topic.name]
            ]
            for day in sorted(days)
        }
        for day in sorted(days, reverse=True):
            if self.around.stopping():
                break
            self.renew()
            self._write_day(day, by_day[day])
        self._save_waiting(self.announcements.read_days - days)
        self._commit()

    def _inputs(self, topic: GatherTopic) -> dict[date, str]:
        """Return the days whose digest can be written, with a hash of what was announced."""
        channels = self.announcements.of(topic)
        days = plan.days_to_write(
            [self.announcements.state(*channel) for channel in channels], self.today
        )
        keys = [
            self.store.gathering.announced_keys(*each, self.announcements.earliest())
            for each in channels
        ]
        return {
            day: _hash(key for of_channel in keys for key in of_channel.get(day, ()))
            for day in days
        }

    def _draft(self, topic: GatherTopic, day: date, inputs: str) -> DigestDraft:
        from publisher.gather.ranking.rank import rank  # noqa: PLC0415 - a run with no news needs none

        papers = [
            paper
            for source, channel in self.announcements.of(topic)
            for paper in self.store.gathering.papers_of(source, channel, day)
        ]
        new = merge(each for each in papers if each.kind is not AnnouncementKind.REPLACED)
        before = self._published_before(topic, new, day)
        ranked = rank(topic, [each for each in new if each.id not in before], self._liked(topic))
        changed = self._changed(topic, papers, day) if self.settings.gather.replaced else []
        draft = DigestDraft(topic, day, ranked[: topic.max_per_day], changed, inputs)
        self._drafted.setdefault(topic.name, set()).update(draft.paper_ids)
        return draft

    def _published_before(
        self, topic: GatherTopic, papers: Sequence[Candidate], day: date
    ) -> set[str]:
        """Return those of `papers` that the topic's digest of an earlier day has, or is to have."""
        ids = {paper.id for paper in papers}
        stored = self.store.gathering.published_before(topic.name, ids, day)
        return stored | (ids & self._drafted.get(topic.name, set()))

    def _changed(
        self, topic: GatherTopic, papers: Sequence[Announced], day: date
    ) -> list[DigestEntry]:
        """Return the new versions of papers that an earlier digest of the topic has."""
        newer = merge(each for each in papers if each.kind is AnnouncementKind.REPLACED)
        ids = self._published_before(topic, newer, day)
        known = self.store.gathering.known_before(ids, day)
        changes = [
            (paper, change_of(known[paper.id], paper)) for paper in newer if paper.id in known
        ]
        return [DigestEntry(paper, change=change) for paper, change in changes if change]

    def _liked(self, topic: GatherTopic) -> Sequence[LikedText]:
        """Return the liked papers of a topic, which are looked up once a run."""
        from publisher.gather.ranking.liked import LikedPapers, read_liked  # noqa: PLC0415 - see above

        if topic.name not in self._liked_texts:
            try:
                liked = read_liked(topic, self.settings.path, self._look_up)
            except GatherError as error:
                self.result.note_problem(
                    _("{topic} is ranked without liked papers: {reason}").format(
                        topic=topic.name, reason=error
                    )
                )
                liked = LikedPapers()
            for problem in liked.problems:
                self.result.note_problem(problem)
            self._liked_texts[topic.name] = liked.texts
        return self._liked_texts[topic.name]

    def _write_day(self, day: date, drafts: Sequence[DigestDraft]) -> None:
        summaries = self._summaries(drafts)
        self.result.drafts += drafts
        if not self.options.dry_run:
            for draft in drafts:
                self._write_digest(draft, summaries)
        for problem, number in Counter(
            each.problem for each in summaries.values() if each.problem
        ).items():
            self.result.note_problem(
                _("{day}: {count} without a summary: {problem}").format(
                    day=day, count=f"{number:,}", problem=problem
                )
            )
        self._save_counts(day, drafts, summaries)

    def _summaries(self, drafts: Sequence[DigestDraft]) -> Mapping[str, SummaryResult]:
        """Return the summaries of the papers of all topics, each asked for once, by id."""
        gather = self.settings.gather
        budget = self.options.budget
        if not gather.model.url or self.options.dry_run or budget == 0:
            return {}
        from publisher.gather.summaries.summarizer import Summarizer  # noqa: PLC0415 - few have a model

        model = gather.model
        if model.prompt:
            model = structs.replace(model, prompt=str(self.settings.path(model.prompt)))
        if budget is not None:
            model = structs.replace(model, budget_per_day=budget)
        gather = structs.replace(gather, model=model)
        chosen = plan.in_turn(
            [
                *([ranked.paper for ranked in draft.ranked] for draft in drafts),
                *([_as_summarised(entry) for entry in draft.changed] for draft in drafts),
            ]
        )
        summarizer = Summarizer(
            gather,
            self.store.gathering.summaries,
            clock=self.around.monotonic,
            sleep=self.around.sleep,
            stopping=self.around.stopping,
            fetch=self.sources.client.get,
        )
        return summarizer.summarize_all(list(chosen), self.today)

    def _write_digest(self, draft: DigestDraft, summaries: Mapping[str, SummaryResult]) -> None:
        """Write the digest, then note it: a run that is killed in between writes it again."""
        from publisher.formatter.site.atomic_write import write_changed  # noqa: PLC0415 - few runs write

        ids = draft.paper_ids
        if ids:
            entries = [
                DigestEntry(each.paper, each.reasons, _summary(summaries, each.paper.id))
                for each in draft.ranked
            ] + [replace(e, summary=_summary(summaries, e.paper.id)) for e in draft.changed]
            zone = self.settings.site.zone
            text = render_digest(draft.topic, draft.day, entries, zone)
            name = self._file_name(draft.topic, draft.day)
            folder = self.settings.path(self.settings.gather.folder)
            for path in write_changed(folder, {name: text.encode()}, served=False):
                self.result.written.append(folder / path)
                papers = ngettext("1 paper", "{count} papers", len(entries))
                self.around.report(
                    f"{PurePosixPath(path)}: {papers.format(count=f'{len(entries):,}')}"
                )
        # What failed is asked for again by the next run.
        failed = any(paper_id in summaries and summaries[paper_id].is_failure for paper_id in ids)
        is_recent = draft.day >= self.today - timedelta(days=plan.PATIENCE_DAYS)
        self._save_digest(draft, "" if failed and is_recent else draft.inputs)

    def _save_digest(self, draft: DigestDraft, inputs: str) -> None:
        """Note that the digest is written; without `inputs` the next run writes it again."""
        self.store.gathering.save_digest(
            draft.topic.name,
            draft.day,
            [(r.paper.id, r.paper.version, r.score, r.reasons) for r in draft.ranked]
            + [(e.paper.id, e.paper.version, 0.0, ()) for e in draft.changed],
            inputs,
            self.around.clock(),
        )

    def _file_name(self, topic: GatherTopic, day: date) -> str:
        from publisher.collector.text.slugs import assign_slugs  # noqa: PLC0415 - few runs write

        names = [each.name for each in self.settings.gather.topics]
        return f"{day}/{assign_slugs(names)[topic.name]}.md"

    def _commit(self) -> None:
        """Commit the digests of the last days, those of a run included that was killed before."""
        gather = self.settings.gather
        if gather.commit == "off" or self.options.dry_run:
            return
        from publisher.gather.repository import commit  # noqa: PLC0415 - few commit

        folder = self.settings.path(gather.folder)
        if not folder.exists():
            return  # nothing was ever written
        paths = {
            folder / self._file_name(topic, day)
            for topic in gather.topics
            for day in self.store.gathering.digests_of(topic.name)
            if day >= self.announcements.earliest()
        }
        days = ", ".join(sorted({path.parent.name for path in self.result.written}))
        message = f"Add digests of {days}" if days else "Add digests"
        try:
            commit(folder, sorted(paths), message, push=gather.commit == "push")
        except GatherError as error:
            # The next run may have the store and another checkout, without these files.
            for draft in self.result.drafts:
                self._save_digest(draft, "")
            self.result.failed = True
            self.result.note_problem(str(error))

    # The report.

    def _save_counts(
        self, day: date, drafts: Sequence[DigestDraft], summaries: Mapping[str, SummaryResult]
    ) -> None:
        papers = {
            channel: self.store.gathering.papers_of(*channel, day)
            for draft in drafts
            for channel in self.announcements.of(draft.topic)
        }
        first = plan.first_channels(
            {channel: [each.paper.id for each in listed] for channel, listed in papers.items()}
        )
        chosen = {paper_id for draft in drafts for paper_id in draft.paper_ids}
        rows = []
        for channel, listed in papers.items():
            row = self._announcement_row(channel, day)
            if row is not None:
                own = [paper_id for paper_id in chosen if first.get(paper_id) == channel]
                results = [summaries[paper_id] for paper_id in own if paper_id in summaries]
                rows.append(with_outcome(row, listed, chosen, len(own), results))
        self._keep(rows)

    def _save_waiting(self, days: set[date]) -> None:
        """Keep the report of the announcements that gave nothing to write."""
        rows = (
            self._announcement_row(channel, day)
            for day in sorted(days)
            for channel in self.announcements.all()
        )
        self._keep([row for row in rows if row is not None])

    def _announcement_row(self, channel: Channel, day: date) -> GatherCounts | None:
        records = self.store.gathering.known_batches(*channel, day)
        return next((row_of(record) for record in records if record.day == day), None)

    def _keep(self, rows: Sequence[GatherCounts]) -> None:
        self.result.counts += rows
        if not self.options.dry_run:
            self.store.gathering.save_counts(rows, self.around.clock())

    def _look_up(self, ids: list[str]) -> list[Candidate]:
        from publisher.gather.arxiv.source import open_source  # noqa: PLC0415 - few name ids

        return open_source(self.settings, self.sources.client).look_up(ids)


@contextmanager
def _lease(store: Store, around: Surroundings) -> Iterator[Callable[[], None]]:
    """Hold the only right to gather; yields a function that renews it."""
    from publisher.sender.delivery.process_owner import (  # noqa: PLC0415 - psutil
        owner_is_dead,
        this_owner,
    )

    owner = this_owner()

    def renew() -> None:
        now = around.clock()
        if not store.tasks.acquire(TASK, owner, until=now + _LEASE, now=now, is_dead=owner_is_dead):
            raise AlreadyGathering("another process is gathering papers; wait until it has ended")

    renew()
    try:
        yield renew
    finally:
        store.tasks.release(TASK, owner)


def _summary(summaries: Mapping[str, SummaryResult], paper_id: str) -> WrittenSummary | None:
    return summaries[paper_id].summary if paper_id in summaries else None


def _as_summarised(entry: DigestEntry) -> Candidate:
    """Return the paper as the model is to read it: with its old version where no text changed."""
    change = entry.change
    if change is None or {"title", "abstract"} & set(change.fields):
        return entry.paper
    return replace(entry.paper, version=change.before)


def _hash(keys: Iterable[str]) -> str:
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()
