"""All routes of the operator's pages."""

from __future__ import annotations

from publisher.web.operator import (
    deliveries,
    gathering,
    health,
    issues,
    login,
    overview,
    people,
    preview,
    reports,
    style,
)

GROUPS = (
    style.ROUTES,
    login.ROUTES,
    overview.ROUTES,
    health.ROUTES,
    issues.ROUTES,
    deliveries.ROUTES,
    preview.ROUTES,
    people.ROUTES,
    reports.ROUTES,
    gathering.ROUTES,
)
