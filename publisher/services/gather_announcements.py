"""The announcements of a run: which are due, read from their sources, kept in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from publisher.errors import GatherError
from publisher.gather import plan
from publisher.gather.plan import Channel, ChannelState
from publisher.models.gathering import Batch, BatchState
from publisher.services.gather_report import channel_name
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.gather.sources import OpenSources
    from publisher.services.gather_records import GatherOptions, GatherResult, Surroundings
    from publisher.settings import Settings
    from publisher.settings.sections.gather import GatherTopic
    from publisher.store.database import Store

_FIRST_LOOK_DAYS = 14
_PAUSE = timedelta(minutes=15)  # after a failure for which the source names no time


class AnnouncementReader:
    """Reads the announcements that are due; `read_days` are the days that it has asked for."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        sources: OpenSources,
        around: Surroundings,
        options: GatherOptions,
        result: GatherResult,
    ) -> None:
        """Read from `sources`; problems go into `result`."""
        self.settings, self.store, self.sources = settings, store, sources
        self.around, self.options, self.result = around, options, result
        self.now = around.clock()
        self.today = self.now.date()
        self.read_days: set[date] = set()

    def read(self, renew: Callable[[], None]) -> None:
        """Read the announcements that are due, and keep them; `renew` is called before each."""
        for source, channel in self.all():
            state = self.state(source, channel)
            days = plan.days_to_read(state, self.now, self.asked())
            while days and not self.around.stopping():
                renew()
                day = days.pop(0)
                is_waiting = self._read(source, channel, day) is BatchState.WAITING
                if is_waiting and not days and not state.records and self.asked() is None:
                    # A first run begins with the newest announcement that is out.
                    days = self._days_before(source, channel, day)
        records = self.store.gathering.all_batches(self.earliest())
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
        self.read_days.add(batch.day)
        if batch.state is BatchState.FAILED:
            self.result.failed = True
            self.result.note_problem(
                _("{source} of {day}: {problem}").format(
                    source=channel_name(source, channel), day=batch.day, problem=batch.message
                )
            )
        else:
            self.around.report(
                _("{source} of {day}: {state}, {read} of {total} papers").format(
                    source=channel_name(source, channel),
                    day=batch.day,
                    state=batch.state.value,
                    read=f"{len(batch.papers):,}",
                    total=f"{batch.total:,}",
                )
                + (f" ({batch.message})" if batch.message else "")
            )
        return batch.state

    def all(self) -> list[Channel]:
        """Return the channels of all topics, each once."""
        return list(
            dict.fromkeys(each for topic in self.settings.gather.topics for each in self.of(topic))
        )

    def of(self, topic: GatherTopic) -> list[Channel]:
        """Return the channels of a topic."""
        return [
            (name, channel)
            for name, source in self.sources.items()
            for channel in source.channels(topic)
        ]

    def state(self, source: str, channel: str) -> ChannelState:
        """Return the days of a channel that are due, and those that the store knows."""
        records = self.store.gathering.known_batches(source, channel, self.earliest())
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
        since = self.today - timedelta(days=_FIRST_LOOK_DAYS)
        return self.sources[source].due_days(channel, self.now, since)

    def _days_before(self, source: str, channel: str, day: date) -> list[date]:
        """Return the due day before `day`, none where that is too long ago."""
        return [each for each in self._recent_days(source, channel) if each < day][-1:]

    def asked(self) -> list[date] | None:
        """Return the days that somebody asked for, None where nobody did."""
        if self.options.day:
            return [self.options.day]
        if self.options.since:
            days = (self.today - self.options.since).days + 2
            return [self.options.since + timedelta(days=number) for number in range(days)]
        return None

    def earliest(self) -> date:
        """Return the first day of which anything is looked up in the store."""
        since = self.options.since or self.options.day or self.today
        return min(since, self.today - timedelta(days=plan.LOOK_BACK_DAYS))
