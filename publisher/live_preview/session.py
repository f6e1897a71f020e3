"""Watch the digests, templates and settings, and put the result of each build on the board."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from publisher.automation.building import Builder, outcome
from publisher.errors import PublisherError, SettingsError, TemplateError
from publisher.live_preview import problems
from publisher.live_preview.board import UpcomingIssue
from publisher.private_folder import DATA_FOLDER, make_private_folder
from publisher.services import drafts, editing, findings_report
from publisher.services.store import open_store, store_stamp
from publisher.settings.values import Secret
from publisher.translation import _
from publisher.watcher.loop import TICK_SECONDS, Watcher
from publisher.watcher.places import stamp
from publisher.web.operator.dashboard_cache import worst_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.live_preview.board import Board
    from publisher.models import Collection
    from publisher.services.build import Built
    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.watcher.loop import BuildOutcome

# A folder that may be read again, or a disk that has room again, is reported by no change.
_RETRY_SECONDS = 2.0
_FINDINGS = 200
_NO_STORE = "sqlite://"  # in memory


@dataclass(slots=True)
class PreviewSession:
    """Builds with the settings that `load` returns, for a server at `root`, until `stopping`.

    `config` is the settings file, whether it exists or not; `say` is called with each line for
    people, `clock` returns the time.
    """

    load: Callable[[], Settings]
    config: Path
    root: str
    board: Board
    say: Callable[[str], None]
    stopping: Callable[[], bool]
    clock: Callable[[], datetime]
    verbose: bool = False
    _retry_at: float | None = None
    _builder: Builder = field(init=False)

    def __post_init__(self) -> None:
        """Make the builder, which tells no hub and remembers no lists."""
        self._builder = Builder(
            self.say, self.stopping, ping=False, verbose=self.verbose, remember=False
        )

    def run(self) -> None:
        """Build now and after every change; settings that are wrong are waited for."""
        watcher = Watcher(
            load=self._load,
            config=self.config,
            build=self._build,
            say=self.say,
            stopping=self.stopping,
            requested=self._requested,
            missing=self._missing,
        )
        with self._builder:
            while not self.stopping():
                before = stamp(self.config)
                try:
                    watcher.run()
                except SettingsError as error:
                    self.say(str(error))
                    while stamp(self.config) == before and not self.stopping():
                        time.sleep(TICK_SECONDS)

    def _load(self) -> Settings:
        try:
            settings = self.load()
        except SettingsError as error:
            self.board.update(settings_problem=problems.problem_of(error))
            raise
        self.board.update(settings_problem=None, settings=settings)
        return preview_settings(settings, self.root)

    def _missing(self, folders: Sequence[Path]) -> None:
        self.board.update(build_problem=problems.missing_folders(folders))

    def _build(self, settings: Settings) -> BuildOutcome:
        folder = settings.path(settings.output.folder)
        had_problem = self.board.preview.problem is not None
        try:
            make_private_folder(folder)
            built = self._builder.build(settings)
        except Exception as error:
            # Only a template that was not changed is sure to fail again.
            if not isinstance(error, TemplateError):
                self._retry_at = time.monotonic() + _RETRY_SECONDS
            self.board.update(build_problem=problems.problem_of(error))
            raise
        result = outcome(built)
        self.board.update(
            site=result.changed or had_problem or self.board.preview.site_folder is None,
            build_problem=None,
            site_folder=folder,
            built_at=f"{datetime.now():%H:%M:%S}",  # noqa: DTZ005 - the clock on the wall
            **_digests(built, settings),
            **self._upcoming(built.collection),
        )
        return result

    def _upcoming(self, collection: Collection) -> dict[str, Any]:
        """Return the changes to the state that are about mail."""
        settings = self.board.preview.settings
        assert settings is not None  # noqa: S101 - they are loaded before anything is built
        try:
            store, upcoming = upcoming_issues(collection, settings, self.clock())
        except PublisherError as error:
            return {"upcoming": (), "mail_problem": problems.problem_of(error)}
        return {"store": store, "upcoming": upcoming, "mail_problem": None}

    def _requested(self) -> str:
        if self._retry_at is None or time.monotonic() < self._retry_at:
            return ""
        self._retry_at = None
        return _("another try")


def preview_settings(settings: Settings, root: str) -> Settings:
    """Return `settings` for a site at `root`, in a folder of its own.

    The ids of entries stay those of the real site.
    """
    port = root.rstrip("/").rpartition(":")[2]
    replace = msgspec.structs.replace
    site = replace(
        settings.site, url=root, tag_domain=settings.site.tag_domain or settings.site.domain
    )
    output = replace(settings.output, folder=f"{DATA_FOLDER}/preview/site-{port}")
    figures = replace(settings.figures, build_seconds=0.0)  # shown as soon as they are copied
    return replace(settings, site=site, output=output, figures=figures)


def upcoming_issues(
    collection: Collection, settings: Settings, now: datetime
) -> tuple[Store, tuple[UpcomingIssue, ...]]:
    """Return the store, closed, and the next issue of each frequency.

    Where there is no store yet, none is made. Raises `StoreError`.
    """
    if store_stamp(settings) == "none":
        memory = msgspec.structs.replace(settings.store, url=Secret(_NO_STORE))
        settings = msgspec.structs.replace(settings, store=memory)
    upcoming = []
    with open_store(settings) as store:
        for frequency in dict.fromkeys(settings.newsletter.frequencies):
            issue = drafts.next_issue(collection, settings, store, now, frequency)
            issue = editing.edited(issue, settings, store) if issue else None
            recipients = drafts.recipient_count(issue, settings, store) if issue else 0
            upcoming.append(UpcomingIssue(frequency, issue, recipients))
    return store, tuple(upcoming)


def _digests(built: Built, settings: Settings) -> dict[str, Any]:
    """Return the changes to the state that are about digests."""
    collection = built.collection
    findings = worst_findings(collection, _FINDINGS)
    silenced = sum(collection.silenced.values())
    counted = len(collection.errors) + collection.warning_count - silenced
    return {
        "digests": collection.digest_count,
        "papers": len(collection.papers),
        "findings": findings,
        "more_findings": max(0, counted - len(findings)),
        "notices": (*findings_report.unread_papers(collection, settings), *built.warnings),
    }
