"""The page of the digests that the program writes itself: announced, chosen and summarised."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from starlette.routing import Route

from publisher.services.gather_report import (
    REPORT_DAYS,
    channel_name,
    gather_counts,
    money,
)
from publisher.translation import _
from publisher.web.charts import columns
from publisher.web.operator.auth import guarded
from publisher.web.operator.charting import announced_chart, chosen_chart
from publisher.web.operator.figures import days_until, gathering_lately
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.web.operator.auth import OperatorRequest

_ROWS = 40


def gathering(request: OperatorRequest) -> Response:
    """Show what was announced, chosen and summarised in the last days, and what is awaited."""
    settings, store = request.settings, request.store
    days = days_until(request, REPORT_DAYS)
    rows = request.cache.figure(
        "gathered", lambda: gather_counts(store, date.fromisoformat(days[0]))
    )
    state = gathering_lately(request)
    newest_first = sorted(rows or (), key=lambda row: (-row.day.toordinal(), row.channel))
    # The announcement of tomorrow is out this evening.
    days = sorted({*days, *(row.day.isoformat() for row in newest_first)})
    return operator_page(
        request,
        "web/operator/gathering.html.j2",
        title=_("Gathering"),
        part="/operator/gathering",
        waiting=None in (rows, state),
        days=REPORT_DAYS,
        state=state,
        rows=newest_first[:_ROWS],
        more=max(len(newest_first) - _ROWS, 0),
        chosen=sum(row.chosen for row in newest_first),
        summarised=sum(row.summarised + row.from_cache for row in newest_first),
        failed=sum(row.failed for row in newest_first),
        cost=money(sum(row.cost_micro for row in newest_first)),
        budget=settings.gather.model.budget_per_day,
        has_topics=bool(settings.gather.topics),
        money=money,
        channel_name=channel_name,
        charts=(
            (announced_chart(days, newest_first), columns),
            (chosen_chart(days, newest_first), columns),
        ),
    )


ROUTES = (Route("/operator/gathering", guarded(gathering)),)
