"""All routes of the operator's pages."""

from __future__ import annotations

from publisher.web.operator import (
    deliveries,
    editing,
    gathering,
    health,
    imports,
    issues,
    language,
    login,
    overview,
    people,
    person_forms,
    preview,
    reports,
    sent_mail,
    style,
    without_mail,
)

GROUPS = (
    style.ROUTES,
    login.ROUTES,
    language.ROUTES,
    overview.ROUTES,
    health.ROUTES,
    issues.ROUTES,
    editing.ROUTES,
    deliveries.ROUTES,
    sent_mail.ROUTES,
    preview.ROUTES,
    imports.ROUTES,
    without_mail.ROUTES,
    person_forms.ROUTES,
    people.ROUTES,
    reports.ROUTES,
    gathering.ROUTES,
)
