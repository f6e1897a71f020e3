"""The result of the last build, for the threads that answer browsers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from threading import Condition
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.live_preview.problems import PreviewProblem
    from publisher.models import Finding, Frequency, Issue
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class UpcomingIssue:
    """The next issue of a frequency, None where nothing is new; and the number of its readers."""

    frequency: Frequency
    issue: Issue | None
    recipients: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The state that pages show; `settings` are the user's own.

    `site_version` is the number of the last change of the site's files, `version` that of anything.
    `mail_problem` keeps the mail from being shown, the other problems all but the start page.
    """

    version: int = 0
    site_version: int = 0
    settings: Settings | None = None
    site_folder: Path | None = None  # None before the first build
    settings_problem: PreviewProblem | None = None
    build_problem: PreviewProblem | None = None
    mail_problem: PreviewProblem | None = None
    digests: int = 0
    papers: int = 0
    findings: tuple[Finding, ...] = ()
    more_findings: int = 0
    notices: tuple[str, ...] = ()
    upcoming: tuple[UpcomingIssue, ...] = ()
    store: Store | None = None  # closed; its keys are in memory
    built_at: str = ""

    @property
    def problem(self) -> PreviewProblem | None:
        """The problem that keeps the site from being shown."""
        return self.settings_problem or self.build_problem


@dataclass(slots=True)
class Board:
    """The newest `Preview`; safe for threads."""

    # A browser that was connected to an earlier run must not take its versions for ours.
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    _preview: Preview = field(default_factory=Preview)
    _changed: Condition = field(default_factory=Condition)

    @property
    def preview(self) -> Preview:
        """The newest state."""
        return self._preview

    def update(self, *, site: bool = True, **changes: Any) -> None:  # noqa: ANN401 - as in `replace`
        """Publish `changes` to the state; `site` tells whether the site's pages look different."""
        with self._changed:
            version = self._preview.version + 1
            if site:
                changes["site_version"] = version
            self._preview = replace(self._preview, version=version, **changes)
            self._changed.notify_all()

    def wait(self, version: int, seconds: float) -> Preview:
        """Return the newest state, after at most `seconds` where it still has `version`."""
        with self._changed:
            self._changed.wait_for(lambda: self._preview.version != version, seconds)
            return self._preview

    def site_version(self, preview: Preview) -> str:
        """Return the version of the site for browsers."""
        return f"{self.run}.{preview.site_version}"
