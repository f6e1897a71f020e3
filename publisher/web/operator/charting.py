"""Pure functions that turn figures into charts with titles, summaries and tones."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from publisher.models import DeliveryState
from publisher.web.charts import Chart, Series, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from publisher.models.gathering import GatherCounts
    from publisher.store.operations.polls import AppPolls
    from publisher.store.operations.statistics import DomainBounces, Growth

_DOMAINS, _APPS = 12, 15
# The states of a delivery as charts group them, from the bottom to the top.
GROUPS = (
    ("sent", Tone.GOOD, (DeliveryState.SENT,)),
    ("waiting", Tone.QUIET, (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)),
    ("skipped", Tone.OTHER, (DeliveryState.SKIPPED, DeliveryState.ABANDONED)),
    ("in doubt", Tone.DOUBT, (DeliveryState.IN_DOUBT,)),
    ("rejected", Tone.BAD, (DeliveryState.REJECTED,)),
)


def size_chart(days: Sequence[Growth]) -> Chart:
    """Return a chart of the size of the list at the end of each day."""
    sizes = tuple(day.size for day in days)
    change = sizes[-1] - sizes[0] if sizes else 0
    return Chart(
        "size",
        "Subscribers",
        f"In {len(days)} days the list went from {sizes[0]:,} to {sizes[-1]:,} people "
        f"({change:+,})."
        if sizes
        else "No data yet.",
        tuple(day.day.isoformat() for day in days),
        (Series("subscribers", Tone.GOOD, sizes),),
        tuple(f"{day.day:%-d %b}" for day in days),
    )


def moves_chart(days: Sequence[Growth]) -> Chart:
    """Return a chart of the people who joined and left in each week; the last ends today."""
    weeks = [days[max(end - 7, 0) : end] for end in range(len(days), 0, -7)][::-1]
    came = tuple(sum(day.came for day in week) for week in weeks)
    went = tuple(sum(day.went for day in week) for week in weeks)
    return Chart(
        "moves",
        "Joined and left, by week",
        f"In {len(weeks)} weeks {sum(came):,} people joined and {sum(went):,} left.",
        tuple(f"{week[0].day.isoformat()} to {week[-1].day.isoformat()}" for week in weeks),
        (Series("joined", Tone.GOOD, came), Series("left", Tone.BAD, went)),
        tuple(f"{week[-1].day:%-d %b}" for week in weeks),
    )


def deliveries_chart(states: Mapping[str, Mapping[DeliveryState, int]]) -> Chart:
    """Return a chart of the deliveries of issues by state, in the given order."""
    series = tuple(
        Series(name, tone, tuple(sum(of[state] for state in group) for of in states.values()))
        for name, tone, group in GROUPS
    )
    total, sent = (sum(sum(s.values) for s in which) for which in (series, series[:1]))
    return Chart(
        "deliveries",
        "Deliveries by issue",
        f"{sent:,} of {total:,} deliveries in {len(states)} issues were sent.",
        tuple(states),
        series,
    )


def domains_chart(domains: Sequence[DomainBounces]) -> Chart:
    """Return a chart of the domains where most mail failed, by kind of failure."""
    shown = domains[:_DOMAINS]
    failed = sum(domain.failed for domain in domains)
    return Chart(
        "domains",
        "Failed mail by domain",
        f"{failed:,} messages failed at {len(domains):,} domains, the most at "
        f"{shown[0].domain or 'unknown'}."
        if shown
        else "No message has failed yet.",
        tuple(domain.domain or "unknown" for domain in shown),
        (
            Series("refused", Tone.BAD, tuple(domain.rejected for domain in shown)),
            Series("hard bounces", Tone.DOUBT, tuple(domain.hard for domain in shown)),
            Series("soft bounces", Tone.OTHER, tuple(domain.soft for domain in shown)),
        ),
    )


def apps_chart(apps: Sequence[AppPolls]) -> Chart:
    """Return a chart of the subscribers that each reader app reports."""
    shown = [app for app in apps if app.subscribers][:_APPS]
    people = sum(app.subscribers for app in apps)
    return Chart(
        "apps",
        "Feed readers by app",
        f"Apps report {people:,} subscribers; {shown[0].app} reports {shown[0].subscribers:,}."
        if shown
        else "No app has reported subscribers yet.",
        tuple(app.app for app in shown),
        (Series("subscribers", Tone.GOOD, tuple(app.subscribers for app in shown)),),
    )


def polls_chart(days: Sequence[str], by_day: Mapping[str, tuple[int, int]]) -> Chart:
    """Return a chart of the feed requests on each of `days`."""
    polls = tuple(by_day.get(day, (0, 0))[0] for day in days)
    return Chart(
        "polls",
        "Feed requests by day",
        f"{sum(polls):,} feed requests in {len(days)} days.",
        tuple(days),
        (Series("requests", Tone.GOOD, polls),),
        _marks(days),
    )


def announced_chart(days: Sequence[str], rows: Sequence[GatherCounts]) -> Chart:
    """Return a chart of the papers that sources announced on each of `days`, by kind."""
    new = _by_day(days, rows, lambda row: row.new)
    cross = _by_day(days, rows, lambda row: row.cross)
    replaced = _by_day(days, rows, lambda row: row.replaced)
    unread = _by_day(
        days, rows, lambda row: max(row.announced - row.new - row.cross - row.replaced, 0)
    )
    series = (
        Series("new", Tone.GOOD, new),
        Series("cross-listed", Tone.OTHER, cross),
        Series("replaced", Tone.QUIET, replaced),
        Series("not read", Tone.BAD, unread),
    )
    total = sum(sum(each.values) for each in series)
    return Chart(
        "announced",
        "Announced by day",
        f"{total:,} papers were announced in {len(days)} days, {sum(new):,} of them new."
        if total
        else "Nothing was announced yet.",
        tuple(days),
        series if any(unread) else series[:-1],
        _marks(days),
    )


def chosen_chart(days: Sequence[str], rows: Sequence[GatherCounts]) -> Chart:
    """Return a chart of the papers that were chosen on each of `days`, by their summary."""
    written = _by_day(days, rows, lambda row: row.summarised)
    cached = _by_day(days, rows, lambda row: row.from_cache)
    failed = _by_day(days, rows, lambda row: row.failed)
    chosen = _by_day(days, rows, lambda row: row.chosen)
    without = tuple(
        max(total - sum(others), 0)
        for total, *others in zip(chosen, written, cached, failed, strict=True)
    )
    return Chart(
        "chosen",
        "Chosen by day",
        f"{sum(chosen):,} papers were chosen in {len(days)} days; {sum(written) + sum(cached):,} "
        f"have a summary, {sum(failed):,} failed."
        if any(chosen)
        else "Nothing was chosen yet.",
        tuple(days),
        (
            Series("summarised", Tone.GOOD, written),
            Series("from the cache", Tone.OTHER, cached),
            Series("abstract only", Tone.QUIET, without),
            Series("failed", Tone.BAD, failed),
        ),
        _marks(days),
    )


def _by_day(
    days: Sequence[str], rows: Iterable[GatherCounts], figure: Callable[[GatherCounts], int]
) -> tuple[int, ...]:
    """Return the sum of a figure over all channels, for each of `days`."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.day.isoformat()] += figure(row)
    return tuple(sums[day] for day in days)


def _marks(days: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{date.fromisoformat(day):%-d %b}" for day in days)
