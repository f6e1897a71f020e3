"""What `preflight`, `send` and `publish` say of the messages that were checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.cli import show
from publisher.models import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Finding
    from publisher.services.publish import Draft
    from publisher.settings import Settings
    from publisher.store.database import Store


def ready(made: Draft, settings: Settings, store: Store, *, force: bool) -> bool:
    """Return whether `made` may be sent, and say why not; warnings are counted."""
    from publisher.services import preflight

    found = preflight.check_draft(made, settings, store)
    errors = [one for one in found if one.severity is Severity.ERROR]
    warnings = sum(one.severity is Severity.WARNING for one in found)
    for one in errors:
        show.note(f"error: {as_line(one)}")
    if warnings:
        show.note(f"{show.count(warnings, 'warning')}: `publisher preflight` lists them")
    if errors and not force:
        show.note(f"{made.issue.id}: nothing was sent; --force sends it as it is")
    return force or not errors


def as_line(found: Finding) -> str:
    """Return `edition: CODE message`."""
    return f"{found.path}: {found.code} {found.message}"


def totals(found: Sequence[Finding], checked: int) -> str:
    """Return how much of each kind there is."""
    kinds = [one.severity for one in found]
    return ", ".join(
        [
            f"{show.count(checked, 'edition')} checked",
            show.count(kinds.count(Severity.ERROR), "error"),
            show.count(kinds.count(Severity.WARNING), "warning"),
            show.count(kinds.count(Severity.NOTE), "note"),
        ]
    )
