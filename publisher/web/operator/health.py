"""The state of the installation: the checks of `publisher doctor` as a page.

The overview has those that are quick and ask no server; the page runs all of them on demand.
"""

from __future__ import annotations

import os
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models.health import HealthStatus
from publisher.services.doctor import AREAS, PROBES, Examination, run_probes, worst_first
from publisher.translation import _, language, mark, using
from publisher.web.operator.auth import HOME, guarded
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response

    from publisher.models.health import HealthCheck
    from publisher.web.operator.auth import OperatorRequest

PATH = "/operator/health"
# The others read the digests, or tell what the overview has anyway.
_QUICK = ("program", "settings", "output", "templates", "store", "disk", "clock", "mail", "web")
_QUICK_SECONDS, _ALL_SECONDS = 300.0, 900.0
_STATES = {
    HealthStatus.OK: mark("in order"),
    HealthStatus.WARNING: mark("look at it"),
    HealthStatus.ERROR: mark("mend it"),
    HealthStatus.SKIPPED: mark("not checked"),
}


def quick_checks(request: OperatorRequest) -> list[HealthCheck] | None:
    """Return the checks that ask no server; None while the first run takes long."""
    return _checks(request, "quick", _QUICK, _QUICK_SECONDS)


def health(request: OperatorRequest) -> Response:
    """Show all checks; with `?online=yes` those of the network too."""
    online = bool(request.query("online"))
    checks = _checks(request, "all" if online else "local", (), _ALL_SECONDS, offline=not online)
    problems = worst_first(checks or ())
    return operator_page(
        request,
        "web/operator/health.html.j2",
        title=_("Health"),
        part=HOME,
        waiting=checks is None,
        online=online,
        states={status: _(text) for status, text in _STATES.items()},
        errors=sum(check.status is HealthStatus.ERROR for check in problems),
        warnings=sum(check.status is HealthStatus.WARNING for check in problems),
        problems=problems,
        titles={area: _(title) for area, title in AREAS.items()},
        areas=None
        if checks is None
        else [
            (_(AREAS[area]), list(group))
            for area, group in groupby(
                (check for check in checks if not check.is_problem), key=lambda check: check.area
            )
        ],
    )


def run_all(request: OperatorRequest) -> Response:
    """Run all checks again, those of the network too, in the background."""
    for name in ("quick", "local", "all"):
        request.cache.forget(_figure(name))
    return RedirectResponse(f"{PATH}?online=yes", status_code=303)


def _checks(
    request: OperatorRequest,
    name: str,
    areas: Collection[str],
    seconds: float,
    *,
    offline: bool = True,
) -> list[HealthCheck] | None:
    settings, now = request.settings, request.now
    probes = [probe for probe in PROBES if not areas or probe.area in areas]

    def run(code: str) -> list[HealthCheck]:
        with using(code):
            examination = Examination(settings, now, os.environ, offline=offline)
            return list(run_probes(probes, examination))

    return request.cache.figure(_figure(name), partial(run, language()), seconds)


def _figure(name: str) -> str:
    return f"health: {name} {language()}"


ROUTES = (
    Route(PATH, guarded(health)),
    Route(PATH, guarded(run_all), methods=["POST"]),
)
