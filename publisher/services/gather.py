"""Gather a day's papers from all sources, choose and summarise them, and write the digests.

Each step is kept in the store before the next begins, and each is safe to repeat: a run that is
killed at any moment is made up by the next one.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import structs

from publisher.errors import AlreadyGathering, GatherError
from publisher.gather import plan
from publisher.gather.candidates import merge
from publisher.gather.changes import change_of
from publisher.gather.digest import render_digest
from publisher.gather.plan import Channel, ChannelState
from publisher.models.gathering import (
    Announced,
    AnnouncementKind,
    Batch,
    BatchState,
    Candidate,
    DigestEntry,
    GatherCounts,
    Ranked,
    WrittenSummary,
)
from publisher.services.gather_report import channel_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.gather.ranking.liked import LikedText
    from publisher.gather.sources import OpenSources
    from publisher.gather.summaries.questioner import SummaryResult
    from publisher.settings import Settings
    from publisher.settings.sections.gather import GatherTopic
    from publisher.store.database import Store

TASK = "gather"
# Longer than any step; the lease of a process that has ended on this machine does not count.
_LEASE = timedelta(hours=2)
_PAUSE = timedelta(minutes=15)  # after a failure for which the source names no time


@dataclass(frozen=True, slots=True)
class GatherOptions:
    """The days that somebody asked for, and whether anything is to be written.

    `days` and `since` are None for all that is due. `budget` replaces the day's budget.
    """

    day: date | None = None
    since: date | None = None
    dry_run: bool = False
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class DigestDraft:
    """A topic's papers on a day, with the best first and those that changed last."""

    topic: GatherTopic
    day: date
    ranked: Sequence[Ranked]
    changed: Sequence[DigestEntry] = ()
    inputs: str = ""  # hash of the announcements it is made from


@dataclass(slots=True)
class GatherResult:
    """The end of a run: the report of each day and channel, the digests and the problems."""

    counts: list[GatherCounts] = field(default_factory=list)
    drafts: list[DigestDraft] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: bool = False  # an announcement could not be read, or a commit failed
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The clocks of a run, and the wish to stop; tests hand in their own."""

    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool]
    report: Callable[[str], None] = lambda _line: None


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
            "there is nothing to gather: add a [[gather.topics]] to the settings, "
            "or run `publisher init --arxiv cs.CV`"
        )
    with _lease(store, around) as renew:
        sources = open_sources(
            settings, clock=around.monotonic, sleep=around.sleep, stopping=around.stopping
        )
        with sources:
            run = _Run(settings, store, around, options or GatherOptions(), sources, renew)
            run.read()
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
        self.now = around.clock()
        self.today = self.now.date()
        self._touched: set[date] = set()
        self._liked_texts: dict[str, Sequence[LikedText]] = {}

    # Announcements.

    def read(self) -> None:
        """Read the announcements that are due, and keep them."""
        for source, channel in self._channels():
            state = self._state(source, channel)
            days = plan.days_to_read(state, self.now, self._asked())
            while days and not self.around.stopping():
                self.renew()
                day = days.pop(0)
                is_waiting = self._read(source, channel, day) is BatchState.WAITING
                if is_waiting and not state.records and self._asked() is None:
                    # The first run shows something, even in the hour of an announcement.
                    days += self._recent_days(source, channel)[-2:-1]
                    state = self._state(source, channel)
        records = self.store.gathering.all_batches(self._earliest())
        self.result.next_try = plan.next_try(records, self.now)

    def _read(self, source: str, channel: str, day: date) -> BatchState:
        """Read an announcement, and return the state in which it was."""
        try:
            batch = self.sources[source].fetch(channel, day, self.around.clock())
        except GatherError as error:
            if self.around.stopping():
                return BatchState.WAITING
            batch = Batch(source, channel, day, BatchState.FAILED, message=str(error))
        if batch.state is BatchState.FAILED and batch.next_try is None:
            batch = replace(batch, next_try=self.around.clock() + _PAUSE)
        self.store.gathering.save_batch(batch, self.around.clock())
        self._touched.add(batch.day)
        if batch.state is BatchState.FAILED:
            self.result.failed = True
            self._problem(f"{channel_name(source, channel)} of {batch.day}: {batch.message}")
        else:
            self.around.report(
                f"{channel_name(source, channel)} of {batch.day}: {batch.state.value}, "
                f"{len(batch.papers):,} of {batch.total:,} papers"
                + (f" ({batch.message})" if batch.message else "")
            )
        return batch.state

    def _channels(self) -> list[Channel]:
        return list(
            dict.fromkeys(each for topic in self.settings.gather.topics for each in self._of(topic))
        )

    def _of(self, topic: GatherTopic) -> list[Channel]:
        return [
            (name, channel)
            for name, source in self.sources.items()
            for channel in source.channels(topic)
        ]

    def _state(self, source: str, channel: str) -> ChannelState:
        records = self.store.gathering.known_batches(source, channel, self._earliest())
        since = self.options.since or self.options.day
        first = since or plan.first_day(records, self.today)
        if first is None:
            due = self._recent_days(source, channel)[-1:]
        else:
            due = self.sources[source].due_days(channel, self.now, first)
        if self.options.day:
            due = [day for day in due if day == self.options.day]
        return ChannelState(due, records)

    def _recent_days(self, source: str, channel: str) -> list[date]:
        return self.sources[source].due_days(channel, self.now, self.today - timedelta(days=7))

    def _asked(self) -> list[date] | None:
        """Return the days that somebody asked for, None where nobody did."""
        if self.options.day:
            return [self.options.day]
        if self.options.since:
            days = (self.today - self.options.since).days + 2
            return [self.options.since + timedelta(days=number) for number in range(days)]
        return None

    def _earliest(self) -> date:
        since = self.options.since or self.options.day or self.today
        return min(since, self.today - timedelta(days=plan.LOOK_BACK_DAYS))

    # Digests.

    def write(self) -> None:
        """Write the digests that are due, the newest day first: it has the budget."""
        asked = self._asked()
        inputs = {topic.name: self._inputs(topic) for topic in self.settings.gather.topics}
        done = {name: self.store.gathering.digests_of(name) for name in inputs}
        days = {
            day
            for name, hashes in inputs.items()
            for day, content in hashes.items()
            if (day in asked if asked else done[name].get(day) != content)
        }
        for day in sorted(days, reverse=True):
            if self.around.stopping():
                break
            self.renew()
            # All topics, as those that are written already share papers and their report.
            drafts = [
                self._draft(topic, day, inputs[topic.name][day])
                for topic in self.settings.gather.topics
                if day in inputs[topic.name]
            ]
            self._write_day(day, drafts)
        self._save_waiting(self._touched - days)
        self._commit()

    def _inputs(self, topic: GatherTopic) -> dict[date, str]:
        """Return the days whose digest can be written, with a hash of what was announced."""
        channels = self._of(topic)
        days = plan.days_to_write([self._state(*channel) for channel in channels], self.today)
        keys = [self.store.gathering.announced_keys(*each, self._earliest()) for each in channels]
        return {
            day: _hash(key for of_channel in keys for key in of_channel.get(day, ()))
            for day in days
        }

    def _draft(self, topic: GatherTopic, day: date, inputs: str) -> DigestDraft:
        from publisher.gather.ranking.rank import rank  # noqa: PLC0415 - a run with no news needs none

        papers = [
            paper
            for source, channel in self._of(topic)
            for paper in self.store.gathering.papers_of(source, channel, day)
        ]
        new = merge(each for each in papers if each.kind is not AnnouncementKind.REPLACED)
        before = self.store.gathering.published_before(topic.name, [each.id for each in new], day)
        fresh = [each for each in new if each.id not in before]
        ranked = rank(topic, fresh, self._liked(topic))
        changed = self._changed(topic, papers, day) if self.settings.gather.replaced else []
        return DigestDraft(topic, day, ranked[: topic.max_per_day], changed, inputs)

    def _changed(
        self, topic: GatherTopic, papers: Sequence[Announced], day: date
    ) -> list[DigestEntry]:
        """Return the new versions of papers that an earlier digest of the topic has."""
        newer = merge(each for each in papers if each.kind is AnnouncementKind.REPLACED)
        ids = self.store.gathering.published_before(topic.name, [each.id for each in newer], day)
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
                self._problem(f"{topic.name} is ranked without liked papers: {error}")
                liked = LikedPapers()
            for problem in liked.problems:
                self._problem(problem)
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
            self._problem(f"{day}: {number:,} without a summary: {problem}")
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

        ids = [ranked.paper.id for ranked in draft.ranked] + [e.paper.id for e in draft.changed]
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
                self.around.report(
                    f"{PurePosixPath(path)}: {len(entries):,} "
                    f"{'paper' if len(entries) == 1 else 'papers'}"
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
            if day >= self._earliest()
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
            self._problem(str(error))

    # The report.

    def _save_counts(
        self, day: date, drafts: Sequence[DigestDraft], summaries: Mapping[str, SummaryResult]
    ) -> None:
        channels = {
            channel: self.store.gathering.papers_of(*channel, day)
            for draft in drafts
            for channel in self._of(draft.topic)
        }
        ids = {name: [each.paper.id for each in papers] for name, papers in channels.items()}
        first = plan.first_channels(ids)
        chosen = {ranked.paper.id for draft in drafts for ranked in draft.ranked}
        chosen |= {entry.paper.id for draft in drafts for entry in draft.changed}
        rows = []
        for (source, channel), papers in channels.items():
            record = self._record(source, channel, day)
            if record is None:
                continue
            own = [key for key in chosen if first.get(key) == (source, channel)]
            results = [summaries[key] for key in own if key in summaries]
            unseen = [
                each
                for each in papers
                if each.kind is not AnnouncementKind.REPLACED and each.paper.id not in chosen
            ]
            rows.append(
                replace(
                    record,
                    filtered=len(unseen),
                    chosen=len(own),
                    summarised=sum(bool(r.summary) and not r.from_cache for r in results),
                    from_cache=sum(bool(r.summary) and r.from_cache for r in results),
                    failed=sum(r.is_failure for r in results),
                    cost_micro=sum(r.cost_micro for r in results),
                )
            )
        self._keep(rows)

    def _save_waiting(self, days: set[date]) -> None:
        """Keep the report of the announcements that gave nothing to write."""
        rows = (self._record(*channel, day) for day in sorted(days) for channel in self._channels())
        self._keep([row for row in rows if row is not None])

    def _keep(self, rows: Sequence[GatherCounts]) -> None:
        self.result.counts += rows
        if not self.options.dry_run:
            self.store.gathering.save_counts(rows, self.around.clock())

    def _record(self, source: str, channel: str, day: date) -> GatherCounts | None:
        """Return the report of an announcement as far as its source tells, None if unknown."""
        for record in self.store.gathering.known_batches(source, channel, day):
            if record.day == day:
                return GatherCounts(
                    day,
                    channel_name(source, channel),
                    record.state,
                    announced=record.total,
                    new=record.new,
                    cross=record.cross,
                    replaced=record.replaced,
                    message=record.message,
                )
        return None

    def _look_up(self, ids: list[str]) -> list[Candidate]:
        from publisher.gather.arxiv.source import open_source  # noqa: PLC0415 - few name ids

        return open_source(self.settings, self.sources.client).look_up(ids)

    def _problem(self, text: str) -> None:
        if text not in self.result.problems:
            self.result.problems.append(text)


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


def _name(source: str, channel: str) -> str:
    """Return the name of a channel for people."""
    return source if channel == "daily" else channel


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
