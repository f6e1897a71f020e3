"""Reports: bounces by domain, feeds by reader app, and the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from publisher.translation import _
from publisher.web.charts import bars, columns
from publisher.web.operator.auth import guarded
from publisher.web.operator.charting import apps_chart, domains_chart, polls_chart
from publisher.web.operator.figures import (
    DOMAIN_ISSUES,
    GROWTH_DAYS,
    POLL_DAYS,
    apps_lately,
    days_until,
    domains_lately,
)
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.web.operator.auth import OperatorRequest

_DOMAINS, _FEEDS, _LINES = 200, 30, 200


def bounces(request: OperatorRequest) -> Response:
    """Show the domains where mail fails."""
    counted = domains_lately(request)
    domains = counted or []
    return operator_page(
        request,
        "web/operator/bounces.html.j2",
        title=_("Bounces"),
        part="/operator/bounces",
        waiting=counted is None,
        domains=domains[:_DOMAINS],
        more=max(len(domains) - _DOMAINS, 0),
        issues=DOMAIN_ISSUES,
        days=GROWTH_DAYS,
        charts=((domains_chart(domains), bars),),
    )


def feeds(request: OperatorRequest) -> Response:
    """Show the apps that request the feeds, with the subscribers that they report."""
    days = days_until(request, POLL_DAYS)
    apps = apps_lately(request)
    by_day = request.cache.figure("polls", lambda: request.store.polls.by_day(days[0], days[-1]))
    by_feed = request.cache.figure(
        "feeds", lambda: request.store.polls.by_feed(days[0], days[-1], most=_FEEDS)
    )
    return operator_page(
        request,
        "web/operator/feeds.html.j2",
        title=_("Feeds"),
        part="/operator/feeds",
        waiting=None in (apps, by_day, by_feed),
        apps=apps or (),
        by_feed=by_feed or (),
        charts=((apps_chart(apps or ()), bars), (polls_chart(days, by_day or {}), columns)),
    )


def log(request: OperatorRequest) -> Response:
    """Show the audit log of operators."""
    return operator_page(
        request,
        "web/operator/log.html.j2",
        title=_("Log"),
        part="/operator/log",
        done=request.store.audit_log.recent_actions(limit=_LINES),
    )


ROUTES = (
    Route("/operator/bounces", guarded(bounces)),
    Route("/operator/feeds", guarded(feeds)),
    Route("/operator/log", guarded(log)),
)
