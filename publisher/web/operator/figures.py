"""The figures that several pages show, each made once a minute at most.

None stands for one that takes long and was never made: the page shows the rest, and looks again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.models import DeliveryState
    from publisher.store.operations.polls import AppPolls
    from publisher.store.operations.statistics import DomainBounces, Growth
    from publisher.web.operator.auth import OperatorRequest

GROWTH_DAYS = 90
POLL_DAYS = 30
# An app that has not asked for a week is gone, or its readers are.
_APP_DAYS = 7
_ISSUES = 12
# Their deliveries are looked at one by one.
DOMAIN_ISSUES = 4


def growth_lately(visit: OperatorRequest) -> list[Growth] | None:
    """Return the list's last days."""
    zone, now = visit.settings.site.zone, visit.now
    return visit.lookout.figure(
        "growth", lambda: visit.store.statistics.growth(zone, days=GROWTH_DAYS, now=now)
    )


def days_until(visit: OperatorRequest, count: int) -> list[str]:
    """Return the last `count` days of the site's time zone as ISO dates, today last."""
    return [(visit.today - timedelta(days=back)).isoformat() for back in range(count)][::-1]


def apps_lately(visit: OperatorRequest) -> list[AppPolls] | None:
    """Return which apps asked for feeds in the last week."""
    days = days_until(visit, _APP_DAYS)
    return visit.lookout.figure("apps", lambda: visit.store.polls.by_app(days[0], days[-1]))


def states_lately(visit: OperatorRequest) -> dict[str, dict[DeliveryState, int]] | None:
    """Return the deliveries of the newest issues by state, oldest first."""

    def make() -> dict[str, dict[DeliveryState, int]]:
        ids = visit.store.statistics.recent_issues(_ISSUES)
        return visit.store.statistics.states_of(ids[::-1])

    return visit.lookout.figure("states", make)


def domains_lately(visit: OperatorRequest) -> list[DomainBounces] | None:
    """Return where mail of the newest issues failed, and what was reported in that time."""
    since = visit.now - timedelta(days=GROWTH_DAYS)

    def make() -> list[DomainBounces]:
        ids = visit.store.statistics.recent_issues(DOMAIN_ISSUES)
        return visit.store.statistics.by_domain(ids, since=since)

    return visit.lookout.figure("domains", make)
