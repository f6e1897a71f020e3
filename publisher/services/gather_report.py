"""The report of gathered days, and the state of announcements, for commands and pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from publisher.gather.arxiv.schedule import next_release
from publisher.gather.summaries.costs import MICRO
from publisher.models.gathering import AnnouncementKind, GatherCounts
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from publisher.gather.summaries.questioner import SummaryResult
    from publisher.models.gathering import Announced, BatchRecord
    from publisher.settings import Settings
    from publisher.store.database import Store

REPORT_DAYS = 30
# Names of parameters of an address.
_SECRET = re.compile(r"token|key|secret|pass|auth|sig", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GatherState:
    """The newest announcement of each channel, and earlier ones that are to be read again.

    `unread` are channels of the topics of which nothing is known yet. `digests` has the newest day
    of each topic. `next_release` is arXiv's next announcement, None where no topic has categories.
    Cost is in millionths; cost and tokens are those of `day`.
    """

    batches: tuple[BatchRecord, ...]
    unread: tuple[str, ...]
    digests: tuple[tuple[str, date | None], ...]
    next_release: datetime | None
    day: date
    cost_micro: int
    tokens: int


def channel_name(source: str, channel: str) -> str:
    """Return the name of a channel for people; a source of one channel has its own name.

    The address of a feed is shown without what lets somebody in.
    """
    if "://" not in channel:
        return source if channel == "daily" else channel
    parts = urlsplit(channel)
    query = [
        (name, "***" if _SECRET.search(name) else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit(
        parts._replace(netloc=parts.netloc.rpartition("@")[2], query=urlencode(query, safe="*:"))
    )


def gather_state(settings: Settings, store: Store, now: datetime) -> GatherState:
    """Return the state of the last days. Raises `StoreError`."""
    day = now.date()
    records = store.gathering.all_batches(day - timedelta(days=REPORT_DAYS))
    newest = {(record.source, record.channel): record.day for record in records}
    batches = tuple(
        record
        for record in sorted(records, key=lambda each: (each.source, each.channel, each.day))
        if not record.state.is_settled or record.day == newest[record.source, record.channel]
    )
    known = {channel_name(record.source, record.channel) for record in batches}
    topics = settings.gather.topics
    wanted = dict.fromkeys(name for topic in topics for name in (*topic.categories, *topic.sources))
    cost_micro, tokens = store.gathering.summaries.spent(day)
    return GatherState(
        batches=batches,
        unread=tuple(name for name in wanted if name not in known),
        digests=tuple(
            (topic.name, max(store.gathering.digests_of(topic.name), default=None))
            for topic in topics
        ),
        next_release=next_release(now) if any(topic.categories for topic in topics) else None,
        day=day,
        cost_micro=cost_micro,
        tokens=tokens,
    )


def gather_counts(store: Store, since: date) -> list[GatherCounts]:
    """Return the reports of all days from `since` on, oldest first. Raises `StoreError`."""
    return store.gathering.counts(since, date.max)


def row_of(record: BatchRecord) -> GatherCounts:
    """Return the report of an announcement as far as its source tells."""
    return GatherCounts(
        record.day,
        channel_name(record.source, record.channel),
        record.state,
        announced=record.total,
        new=record.new,
        cross=record.cross,
        replaced=record.replaced,
        message=record.message,
    )


def with_outcome(
    row: GatherCounts,
    papers: Iterable[Announced],
    chosen: Collection[str],
    number_chosen: int,
    results: Sequence[SummaryResult],
) -> GatherCounts:
    """Return `row` with what became of its `papers`.

    `chosen` are the papers of any topic and channel; `number_chosen` of them, with their `results`,
    count for this channel.
    """
    return replace(
        row,
        filtered=sum(
            each.kind is not AnnouncementKind.REPLACED and each.paper.id not in chosen
            for each in papers
        ),
        chosen=number_chosen,
        summarised=sum(bool(each.summary) and not each.from_cache for each in results),
        from_cache=sum(bool(each.summary) and each.from_cache for each in results),
        failed=sum(each.is_failure for each in results),
        cost_micro=sum(each.cost_micro for each in results),
    )


def report_row(row: GatherCounts) -> dict[str, object]:
    """Return the report of a day and channel as JSON values; the cost in whole money."""
    return {
        "date": row.day.isoformat(),
        "category": row.channel,
        "state": row.state.value,
        "announced": row.announced,
        "new": row.new,
        "cross": row.cross,
        "replaced": row.replaced,
        "filtered": row.filtered,
        "chosen": row.chosen,
        "summarised": row.summarised,
        "from_cache": row.from_cache,
        "failed": row.failed,
        "cost": row.cost_micro / MICRO,
        "message": row.message,
    }


def report_line(row: GatherCounts) -> str:
    """Return the report of a day and channel for people."""
    head = f"{row.day} {row.channel}: {row.state.value}"
    tail = f" ({row.message})" if row.message else ""
    if not row.announced:
        return head + tail
    text = _(
        "{head}, {announced} announced: {new} new, {cross} cross-listed, {replaced} replaced; "
        "{filtered} filtered out, {chosen} chosen, {summarised} summarised, "
        "{cached} from the cache, {failed} failed, cost {cost}"
    )
    figures = {
        "announced": row.announced,
        "new": row.new,
        "cross": row.cross,
        "replaced": row.replaced,
        "filtered": row.filtered,
        "chosen": row.chosen,
        "summarised": row.summarised,
        "cached": row.from_cache,
        "failed": row.failed,
    }
    shown = {name: f"{figure:,}" for name, figure in figures.items()}
    return text.format(head=head, cost=money(row.cost_micro), **shown) + tail


def money(micro: int) -> str:
    """Return an amount for people: to the cent, or closer where it is less than one."""
    return f"{micro / MICRO:,.2f}" if micro >= MICRO or not micro else f"{micro / MICRO:.4f}"
