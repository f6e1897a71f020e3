"""The issue that `send`, `preview` and `preflight` are about: the one named, else the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.cli import sending
from publisher.errors import IssueError
from publisher.translation import _

if TYPE_CHECKING:
    from publisher.models import Collection, Frequency, Issue
    from publisher.settings import Settings
    from publisher.store.database import Store


def issue_or_next(
    issue_id: str | None,
    collection: Collection,
    settings: Settings,
    store: Store,
    frequency: Frequency | None = None,
) -> Issue:
    """Return the issue `issue_id`; None: the one that is due, else of the running period.

    `frequency` is that of the next issue, by default the list's. Raises `IssueError` where it
    would be empty.
    """
    from publisher.services import editing

    issue = raw_issue_or_next(issue_id, collection, settings, store, frequency)
    return editing.edited(issue, settings, store)


def raw_issue_or_next(
    issue_id: str | None,
    collection: Collection,
    settings: Settings,
    store: Store,
    frequency: Frequency | None = None,
) -> Issue:
    """Do as `issue_or_next`, but without the edits of the issue."""
    from publisher.services import drafts

    if issue_id is not None:
        return drafts.issue_by_id(issue_id, collection, settings, store)
    issue = drafts.next_issue(collection, settings, store, sending.now(), frequency)
    if issue is None:
        raise IssueError(
            _(
                "no new papers since the last issue; `publisher papers` lists those of the "
                "digests, `publisher status` the issues"
            )
        )
    return issue
