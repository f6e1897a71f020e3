"""Builds what changed and tells the hub: for `build --watch` and for all that runs by itself."""

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
from publisher.watcher.loop import BuildOutcome, Stopped

if TYPE_CHECKING:
    from publisher.automation.shared_state import SharedState
    from publisher.models import Finding
    from publisher.services.build import Built
    from publisher.settings import Settings

BUILD = "build"
# How often the store is asked whether somebody wants a build.
ASK_SECONDS = 0.25


@dataclass(slots=True)
class Builder:
    """Builds one at a time; a hub that takes its time keeps no digest waiting.

    `say` gets each line for people. Used as a context: its end waits for the hub.
    """

    say: Callable[[str], None]
    stopping: Callable[[], bool]
    ping: bool = True
    verbose: bool = False
    _known: set[Finding] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _hub: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    def __enter__(self) -> Self:
        """Return the builder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until the hub has heard of all, or `stopping` ended that."""
        self._hub.shutdown(wait=True)

    def build(self, settings: Settings) -> Built:
        """Build, have the hub told, and say which errors are new.

        Raises what `pipeline.build` does, and `Stopped` out of waiting for another build.
        """
        from publisher.services import build as build_service  # noqa: PLC0415 - `build --watch` starts quicker

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
                built = build_service.build(settings, waiting=waiting)
            except Exception:
                if self.verbose:
                    traceback.print_exc()
                raise
            self._new_errors(built)
        if self.ping and settings.feeds.hub:
            self._hub.submit(self._tell, built, settings)
        return built

    def _tell(self, built: Built, settings: Settings) -> None:
        from publisher.services import websub  # noqa: PLC0415 - few have a hub

        for warning in websub.announce(built.changes.written, settings, self.stopping):
            self.say(f"warning: {warning}")

    def _new_errors(self, built: Built) -> None:
        """Say the errors that the build before did not have."""
        errors = set(built.collection.errors)
        for found in sorted(errors - self._known):
            self.say(f"error: {found}")
        self._known = errors


def outcome(built: Built) -> BuildOutcome:
    """Return in words what a build did."""
    written, removed = len(built.changes.written), len(built.changes.removed)
    files = f"{written:,} file{'' if written == 1 else 's'}"
    parts = [f"{files} written"] if written else []
    parts += [f"{removed:,} removed"] if removed else []
    return BuildOutcome(", ".join(parts) or "nothing changed", changed=bool(parts))


@dataclass(slots=True)
class Building:
    """The builds of what runs by itself: laid on the desk, and kept in the store."""

    desk: SharedState
    builder: Builder
    _asked: int = 0
    _next_look: float = 0.0

    def build(self, settings: Settings) -> Built:
        """Build; what it read is laid on the desk. Raises as `Builder.build` does."""
        desk, began = self.desk, self.desk.clock()
        serving = self._mark()
        with suppress(StoreError):
            desk.store.tasks.note_start(BUILD, serving=serving, now=began)
        try:
            built = self.builder.build(settings)
        except (PublisherError, OSError) as error:
            self._ended(str(error), failed=True)
            raise
        finally:
            desk.tried = True
        done = outcome(built)
        self._ended(done.text, failed=False)
        desk.lay(built.collection, began, changed=done.changed)
        return built

    def watched(self, settings: Settings) -> BuildOutcome:
        """Build for the watcher."""
        return outcome(self.build(settings))

    def asked(self) -> str:
        """Return why somebody wants a build, "" where nobody does; looks now and then only."""
        if time.monotonic() < self._next_look:
            return ""
        self._next_look = time.monotonic() + ASK_SECONDS
        mark = self._mark()
        news = mark > self._asked
        self._asked = mark
        return "asked for" if news else ""

    def begin(self) -> None:
        """Take what was asked for before now as served by the first build."""
        self._asked = self._mark()

    def _mark(self) -> int:
        # Where the store can't be read, nobody can have asked; others say that it can't.
        with suppress(StoreError):
            return self.desk.store.tasks.newest_request(BUILD)
        return self._asked

    def _ended(self, said: str, *, failed: bool) -> None:
        with suppress(StoreError):
            self.desk.store.tasks.note_end(BUILD, said, failed=failed, now=self.desk.clock())
