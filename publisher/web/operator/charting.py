"""Functions that turn figures into charts with titles, summaries and tones.

Their words are in the language that holds.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from publisher.models import DeliveryState
from publisher.translation import _, mark
from publisher.web.charts import Chart, Series, Tone
from publisher.web.operator.dates import day_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from publisher.models.gathering import GatherCounts
    from publisher.store.operations.polls import AppPolls
    from publisher.store.operations.statistics import DomainBounces, Growth

_DOMAINS, _APPS = 12, 15
# The states of a delivery as charts group them, from the bottom to the top.
GROUPS = (
    (mark("sent"), Tone.GOOD, (DeliveryState.SENT,)),
    (
        mark("waiting"),
        Tone.QUIET,
        (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING),
    ),
    (mark("skipped"), Tone.OTHER, (DeliveryState.SKIPPED, DeliveryState.ABANDONED)),
    (mark("in doubt"), Tone.DOUBT, (DeliveryState.IN_DOUBT,)),
    (mark("rejected"), Tone.BAD, (DeliveryState.REJECTED,)),
)


def size_chart(days: Sequence[Growth]) -> Chart:
    """Return a chart of the size of the list at the end of each day."""
    sizes = tuple(day.size for day in days)
    change = sizes[-1] - sizes[0] if sizes else 0
    return Chart(
        "size",
        _("Subscribers"),
        _("In {days} days the list went from {first:,} to {last:,} people ({change:+,}).").format(
            days=len(days), first=sizes[0], last=sizes[-1], change=change
        )
        if sizes
        else _("No data yet."),
        tuple(day.day.isoformat() for day in days),
        (Series(_("subscribers"), Tone.GOOD, sizes),),
        tuple(day_text(day.day, with_year=False) for day in days),
    )


def moves_chart(days: Sequence[Growth]) -> Chart:
    """Return a chart of the people who joined and left in each week; the last ends today."""
    weeks = [days[max(end - 7, 0) : end] for end in range(len(days), 0, -7)][::-1]
    came = tuple(sum(day.came for day in week) for week in weeks)
    went = tuple(sum(day.went for day in week) for week in weeks)
    return Chart(
        "moves",
        _("Joined and left, by week"),
        _("In {weeks} weeks {came:,} people joined and {went:,} left.").format(
            weeks=len(weeks), came=sum(came), went=sum(went)
        ),
        tuple(
            _("{first} to {last}").format(first=week[0].day, last=week[-1].day) for week in weeks
        ),
        (Series(_("joined"), Tone.GOOD, came), Series(_("left"), Tone.BAD, went)),
        tuple(day_text(week[-1].day, with_year=False) for week in weeks),
    )


def deliveries_chart(states: Mapping[str, Mapping[DeliveryState, int]]) -> Chart:
    """Return a chart of the deliveries of issues by state, in the given order."""
    series = tuple(
        Series(_(name), tone, tuple(sum(of[state] for state in group) for of in states.values()))
        for name, tone, group in GROUPS
    )
    total, sent = (sum(sum(s.values) for s in which) for which in (series, series[:1]))
    return Chart(
        "deliveries",
        _("Deliveries by issue"),
        _("{sent:,} of {total:,} deliveries in {issues} issues were sent.").format(
            sent=sent, total=total, issues=len(states)
        ),
        tuple(states),
        series,
    )


def domains_chart(domains: Sequence[DomainBounces]) -> Chart:
    """Return a chart of the domains where most mail failed, by kind of failure."""
    shown = domains[:_DOMAINS]
    failed = sum(domain.failed for domain in domains)
    names = tuple(domain.domain or _("unknown") for domain in shown)
    return Chart(
        "domains",
        _("Failed mail by domain"),
        _("{failed:,} messages failed at {domains:,} domains, the most at {first}.").format(
            failed=failed, domains=len(domains), first=names[0]
        )
        if shown
        else _("No message has failed yet."),
        names,
        (
            Series(_("refused"), Tone.BAD, tuple(domain.rejected for domain in shown)),
            Series(_("hard bounces"), Tone.DOUBT, tuple(domain.hard for domain in shown)),
            Series(_("soft bounces"), Tone.OTHER, tuple(domain.soft for domain in shown)),
        ),
    )


def apps_chart(apps: Sequence[AppPolls]) -> Chart:
    """Return a chart of the subscribers that each reader app reports."""
    shown = [app for app in apps if app.subscribers][:_APPS]
    people = sum(app.subscribers for app in apps)
    return Chart(
        "apps",
        _("Feed readers by app"),
        _("Apps report {people:,} subscribers; {app} reports {most:,}.").format(
            people=people, app=shown[0].app, most=shown[0].subscribers
        )
        if shown
        else _("No app has reported subscribers yet."),
        tuple(app.app for app in shown),
        (Series(_("subscribers"), Tone.GOOD, tuple(app.subscribers for app in shown)),),
    )


def polls_chart(days: Sequence[str], by_day: Mapping[str, tuple[int, int]]) -> Chart:
    """Return a chart of the feed requests on each of `days`."""
    polls = tuple(by_day.get(day, (0, 0))[0] for day in days)
    return Chart(
        "polls",
        _("Feed requests by day"),
        _("{requests:,} feed requests in {days} days.").format(requests=sum(polls), days=len(days)),
        tuple(days),
        (Series(_("requests"), Tone.GOOD, polls),),
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
        Series(_("new"), Tone.GOOD, new),
        Series(_("cross-listed"), Tone.OTHER, cross),
        Series(_("replaced"), Tone.QUIET, replaced),
        Series(_("not read"), Tone.BAD, unread),
    )
    total = sum(sum(each.values) for each in series)
    return Chart(
        "announced",
        _("Announced by day"),
        _("{total:,} papers were announced in {days} days, {new:,} of them new.").format(
            total=total, days=len(days), new=sum(new)
        )
        if total
        else _("Nothing was announced yet."),
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
        _("Chosen by day"),
        _(
            "{chosen:,} papers were chosen in {days} days; {summaries:,} have a summary, "
            "{failed:,} failed."
        ).format(
            chosen=sum(chosen),
            days=len(days),
            summaries=sum(written) + sum(cached),
            failed=sum(failed),
        )
        if any(chosen)
        else _("Nothing was chosen yet."),
        tuple(days),
        (
            Series(_("summarised"), Tone.GOOD, written),
            Series(_("from the cache"), Tone.OTHER, cached),
            Series(_("abstract only"), Tone.QUIET, without),
            Series(_("failed"), Tone.BAD, failed),
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
    return tuple(day_text(date.fromisoformat(day), with_year=False) for day in days)
