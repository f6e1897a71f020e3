"""Decisions of a run: announcements to read, digests to write, and their order. All pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from publisher.models.gathering import BatchState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from publisher.models.gathering import BatchRecord

Channel = tuple[str, str]  # the names of a source and of its channel
Item = TypeVar("Item")

# Days for which announcements that were missed are made up.
LOOK_BACK_DAYS = 30
# Days that a new topic begins with.
FIRST_DAYS = 7
# Days after which a digest is written although an announcement could not be read in full.
PATIENCE_DAYS = 3
_WITH_PAPERS = frozenset({BatchState.COMPLETE, BatchState.PARTIAL})


@dataclass(frozen=True, slots=True)
class ChannelState:
    """The days of a channel on which an announcement was due, and those that the store knows."""

    due: Sequence[date]
    records: Sequence[BatchRecord]


def first_day(records: Sequence[BatchRecord], today: date) -> date | None:
    """Return the day from which announcements are to be read, None for the newest alone.

    A channel that was never read begins with the newest announcement, not with a month of them.
    """
    known = [record.day for record in records]
    return max(min(known), today - timedelta(days=LOOK_BACK_DAYS)) if known else None


def days_to_read(
    channel: ChannelState, now: datetime, only: Sequence[date] | None = None
) -> list[date]:
    """Return the due days whose announcement is to be read now, the newest first.

    A settled day has a time to try again only where it gave no paper, which may be a fault of the
    source. `only` are days that somebody asked for: these are read although it is early.
    """
    records = {record.day: record for record in channel.records}
    days = []
    for day in sorted(set(channel.due), reverse=True):
        record = records.get(day)
        is_settled = record is not None and record.state.is_settled
        wanted = _is_time(record, now) if only is None else day in only and not is_settled
        if wanted:
            days.append(day)
    return days


def _is_time(record: BatchRecord | None, now: datetime) -> bool:
    if record is None:
        return True
    if record.next_try is None:
        return not record.state.is_settled
    return record.next_try <= now


def days_to_write(channels: Iterable[ChannelState], today: date) -> list[date]:
    """Return the days of a topic whose digest can be written, oldest first.

    All announcements of the day have been read, or it is past waiting for the others.
    """
    states: dict[date, list[BatchState | None]] = {}
    for channel in channels:
        records = {record.day: record.state for record in channel.records}
        for day in {*channel.due, *records}:
            states.setdefault(day, []).append(records.get(day))
    late = today - timedelta(days=PATIENCE_DAYS)
    return [
        day
        for day, all_states in sorted(states.items())
        if any(state in _WITH_PAPERS for state in all_states)
        and (day < late or all(state is not None and state.is_settled for state in all_states))
    ]


def days_that_changed(
    announced: Mapping[date, str], written: Mapping[date, str], today: date
) -> set[date]:
    """Return the days whose announcements differ from those that their digest was made from.

    Both are hashes by day. A topic without any digest begins with the last days: one that has a new
    name is not written anew for a month.
    """
    first = today - timedelta(days=LOOK_BACK_DAYS if written else FIRST_DAYS)
    return {
        day for day, content in announced.items() if day >= first and written.get(day) != content
    }


def next_try(records: Iterable[BatchRecord], now: datetime) -> datetime | None:
    """Return when the next announcement is to be tried again, None where none is."""
    times = (record.next_try for record in records)
    return min((time for time in times if time is not None and time > now), default=None)


def in_turn(lists: Iterable[Sequence[Item]]) -> Iterator[Item]:
    """Yield the first of each list, then the second of each, and so on: a budget serves all."""
    remaining = [list(each) for each in lists]
    for place in range(max(map(len, remaining), default=0)):
        yield from (each[place] for each in remaining if place < len(each))


def first_channels(papers: Mapping[Channel, Iterable[str]]) -> dict[str, Channel]:
    """Return for each paper the first channel that announced it."""
    first: dict[str, Channel] = {}
    for channel, ids in papers.items():
        for paper_id in ids:
            first.setdefault(paper_id, channel)
    return first
