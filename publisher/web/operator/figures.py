"""Figures that several pages show, each computed at most once a minute.

A figure is None while its first computation takes long: the page shows the rest, and reloads.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.services.gather_report import channel_name, gather_state

if TYPE_CHECKING:
    from publisher.models import DeliveryState
    from publisher.models.gathering import BatchRecord
    from publisher.services.gather_report import GatherState
    from publisher.store.operations.polls import AppPolls
    from publisher.store.operations.statistics import DomainBounces, Growth
    from publisher.web.operator.auth import OperatorRequest

GROWTH_DAYS = 90
POLL_DAYS = 30
# An app without a request for a week has lost its readers.
_APP_DAYS = 7
_ISSUES = 12
_OVERDUE_DAYS = 7
# Few, as their deliveries are read one by one.
DOMAIN_ISSUES = 4


def growth_lately(request: OperatorRequest) -> list[Growth] | None:
    """Return the growth of the list in the last days."""
    zone, now = request.settings.site.zone, request.now
    return request.cache.figure(
        "growth", lambda: request.store.statistics.growth(zone, days=GROWTH_DAYS, now=now)
    )


def days_until(request: OperatorRequest, count: int) -> list[str]:
    """Return the last `count` days of the site's time zone as ISO dates, today last."""
    return [(request.today - timedelta(days=back)).isoformat() for back in range(count)][::-1]


def apps_lately(request: OperatorRequest) -> list[AppPolls] | None:
    """Return the apps that requested feeds in the last week."""
    days = days_until(request, _APP_DAYS)
    return request.cache.figure("apps", lambda: request.store.polls.by_app(days[0], days[-1]))


def states_lately(request: OperatorRequest) -> dict[str, dict[DeliveryState, int]] | None:
    """Return the deliveries of the newest issues by state, oldest first."""

    def make() -> dict[str, dict[DeliveryState, int]]:
        ids = request.store.statistics.recent_issues(_ISSUES)
        return request.store.statistics.states_of(ids[::-1])

    return request.cache.figure("states", make)


def domains_lately(request: OperatorRequest) -> list[DomainBounces] | None:
    """Return the domains where mail of the newest issues failed, with complaints in that time."""
    since = request.now - timedelta(days=GROWTH_DAYS)

    def make() -> list[DomainBounces]:
        ids = request.store.statistics.recent_issues(DOMAIN_ISSUES)
        return request.store.statistics.by_domain(ids, since=since)

    return request.cache.figure("domains", make)


def gathering_lately(request: OperatorRequest) -> GatherState | None:
    """Return what was announced last, and what is awaited."""
    settings, store, now = request.settings, request.store, request.now
    return request.cache.figure("gathering", lambda: gather_state(settings, store, now))


def overdue_announcements(request: OperatorRequest) -> list[tuple[str, BatchRecord]]:
    """Return the announcements of the days before today that could not be read in full."""
    state = gathering_lately(request)
    return [
        (channel_name(record.source, record.channel), record)
        for record in (state.batches if state else ())
        if 0 < (request.today - record.day).days <= _OVERDUE_DAYS and not record.state.is_settled
    ]
