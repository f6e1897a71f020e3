"""The issue that somebody looks at before subscribing: the newest that has a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.formatter.paths import ISSUES_FOLDER, issue_path
from publisher.newsletter.periods import absolute, frequency_of, period_by_id

if TYPE_CHECKING:
    from publisher.models import Frequency
    from publisher.settings import Settings


def sample_issue(settings: Settings) -> str:
    """Return the address of the newest issue in the site's folder, "" where there is none."""
    folder = settings.path(settings.output.folder) / ISSUES_FOLDER
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        return ""
    newest: dict[Frequency, str] = {}
    for issue_id in sorted(name.removesuffix(".html") for name in names if name.endswith(".html")):
        try:
            newest[frequency_of(issue_id)] = issue_id
        except IssueError:  # their list
            continue
    try:
        periods = [period_by_id(issue_id, settings) for issue_id in newest.values()]
    except IssueError:
        return ""
    latest = max(periods, key=lambda period: absolute(period.end), default=None)
    return settings.site.root + issue_path(latest.id) if latest else ""
