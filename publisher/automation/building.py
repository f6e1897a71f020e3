"""Builds for `publisher build --watch` and `publisher run`, one at a time."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable  # noqa: TC003 - the dataclasses below read it
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Self

from publisher.errors import PublisherError, StoreError
from publisher.services import build as build_service
from publisher.services import findings_report
from publisher.translation import _, ngettext
from publisher.watcher.loop import BuildOutcome, Stopped

if TYPE_CHECKING:
    from publisher.automation.shared_state import SharedState
    from publisher.services.build import Built
    from publisher.settings import Settings

BUILD = "build"
# How often the store is asked for builds that somebody requested.
ASK_SECONDS = 0.25


@dataclass(slots=True)
class Builder:
    """Builds one at a time; the hub is told in a thread, so that a slow one delays no build.

    `say` is called with each line for people; for `remember` see `collector.collect`. A context
    manager: its end waits for the hub.
    """

    say: Callable[[str], None]
    stopping: Callable[[], bool]
    ping: bool = True
    verbose: bool = False
    remember: bool = True
    _last_problems: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _hub: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    def __enter__(self) -> Self:
        """Return the builder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until the hub was told of all changes, or `stopping` ended that."""
        self._hub.shutdown(wait=True)

    def build(self, settings: Settings, *, force: bool = False) -> Built:
        """Build, have the hub told, and report the errors that are new.

        `force` overwrites files that this program did not write.

        Raises what `services.build.build` does, and `Stopped` while waiting for another build.
        """
        waited = False

        def waiting(message: str) -> None:
            nonlocal waited
            if self.stopping():
                raise Stopped
            if not waited:
                self.say(message)
            waited = True

        with self._lock:
            try:
                built = build_service.build(
                    settings,
                    waiting=waiting,
                    force=force,
                    remember=self.remember,
                    stopping=self.stopping,
                )
            except Exception:
                if self.verbose:
                    traceback.print_exc()
                raise
            self._report_new_problems(built, settings)
        if self.ping and settings.feeds.hub:
            self._hub.submit(self._announce, built, settings)
        return built

    def _announce(self, built: Built, settings: Settings) -> None:
        from publisher.services import websub  # noqa: PLC0415 - few have a hub

        for warning in websub.announce(built.changes.written, settings, self.stopping):
            self.say(f"{_('warning:')} {warning}")

    def _report_new_problems(self, built: Built, settings: Settings) -> None:
        """Report the unread papers, errors and warnings that the last build did not have."""
        collection, last = built.collection, self._last_problems
        unread = findings_report.unread_papers(collection, settings)
        errors = [error for error in collection.errors if str(error) not in last]
        warnings = {f"{_('warning:')} {warning}" for warning in built.warnings}
        for line in (
            *(text for text in unread if text not in last),
            *findings_report.first_places(errors, collection.silenced, prefix=f"{_('error:')} "),
            *sorted(warnings - last),
        ):
            self.say(line)
        self._last_problems = {*unread, *map(str, collection.errors), *warnings}


def outcome(built: Built) -> BuildOutcome:
    """Return the changes of a build in words."""
    written, removed = len(built.changes.written), len(built.changes.removed)
    parts = []
    if written:
        text = ngettext("1 file written", "{count} files written", written)
        parts.append(text.format(count=f"{written:,}"))
    if removed:
        text = ngettext("1 file removed", "{count} files removed", removed)
        parts.append(text.format(count=f"{removed:,}"))
    return BuildOutcome(_(", ").join(parts) or _("nothing changed"), changed=bool(parts))


@dataclass(slots=True)
class Building:
    """The builds of `publisher run`: their papers are shared, their results kept in the store."""

    state: SharedState
    builder: Builder
    _served: int = 0  # the last request in the store that a build has taken in
    _next_look: float = 0.0

    def build(self, settings: Settings) -> Built:
        """Build, and share the papers with the other tasks. Raises what `Builder.build` does."""
        state, began = self.state, self.state.clock()
        serving = self._last_request()
        with suppress(StoreError):
            state.store.tasks.note_start(BUILD, serving=serving, now=began)
        try:
            built = self.builder.build(settings)
        except (PublisherError, OSError) as error:
            self._ended(str(error), failed=True)
            raise
        finally:
            state.tried = True
        result = outcome(built)
        self._ended(result.text, failed=False)
        state.update(built.collection, began, changed=result.changed)
        return built

    def build_for_watcher(self, settings: Settings) -> BuildOutcome:
        """Build, and return the changes in words."""
        return outcome(self.build(settings))

    def requested(self) -> str:
        """Return the reason for a build that somebody requested, "" where nobody did.

        The store is asked now and then only.
        """
        if time.monotonic() < self._next_look:
            return ""
        self._next_look = time.monotonic() + ASK_SECONDS
        request = self._last_request()
        is_new = request > self._served
        self._served = request
        return "requested" if is_new else ""

    def begin(self) -> None:
        """Count the requests so far as served by the first build."""
        self._served = self._last_request()

    def _last_request(self) -> int:
        # Where the store can't be read, other tasks report it.
        with suppress(StoreError):
            return self.state.store.tasks.newest_request(BUILD)
        return self._served

    def _ended(self, message: str, *, failed: bool) -> None:
        with suppress(StoreError):
            self.state.store.tasks.note_end(BUILD, message, failed=failed, now=self.state.clock())
