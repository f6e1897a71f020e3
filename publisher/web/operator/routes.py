"""All routes of the operator's pages."""

from __future__ import annotations

from publisher.web.operator import (
    deliveries,
    gathering,
    health,
    issues,
    language,
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
    language.ROUTES,
    overview.ROUTES,
    health.ROUTES,
    issues.ROUTES,
    deliveries.ROUTES,
    preview.ROUTES,
    people.ROUTES,
    reports.ROUTES,
    gathering.ROUTES,
)
