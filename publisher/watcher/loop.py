"""Watch for changes and build, until the process is to stop."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence  # noqa: TC003 - the dataclass below reads them
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from publisher.errors import PublisherError, SettingsError
from publisher.watcher import schedule
from publisher.watcher.change_filter import summary
from publisher.watcher.places import Places, Stamp, folders_in, places_of, stamp
from publisher.watcher.polling import differences, look
from publisher.watcher.schedule import BuildPlan

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator, Mapping

    from publisher.settings import Settings

# How often to check whether a folder was replaced, the settings changed, or a build is due.
TICK_SECONDS = 0.1
_STEP_MS = 30
_GROUP_MS = 100
_START = "start"

Changes = set[tuple[str, Path]]  # "added", "modified" or "deleted", and the path


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """The changes of a build in words, and whether there are any."""

    text: str
    changed: bool


class Stopped(BaseException):
    """Ends a build that waits for its turn when the process is to stop.

    Not an `Exception`: code that carries on after errors must not carry on after this.
    """


@dataclass(slots=True)
class Watcher:
    """Builds with `build` and the settings that `load` returns, after every change.

    `config` is the settings file, whether it exists or not. `say` is called with each line for
    people, `stopping` returns True when to end.
    """

    load: Callable[[], Settings]
    config: Path
    build: Callable[[Settings], BuildOutcome]
    say: Callable[[str], None]
    stopping: Callable[[], bool]
    # Returns the reason for a build requested since the last call; "" for none.
    requested: Callable[[], str] = lambda: ""
    # Called with the sources that do not exist, in the place of a build.
    missing: Callable[[Sequence[Path]], None] = lambda _paths: None
    _plan: BuildPlan = field(default_factory=BuildPlan)
    _causes: dict[str, None] = field(default_factory=dict)
    _last_problem: str = ""
    _must_poll: bool = False
    _seen: dict[Path, Stamp] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until `stopping`. Raises `SettingsError` for settings wrong at the start."""
        self._seen[self.config.absolute()] = stamp(self.config)  # before it is read
        settings = self.load()
        self._notice(_START)
        try:
            while not self.stopping():
                settings = self._watch(settings)
        except Stopped:
            return

    def _watch(self, settings: Settings) -> Settings:
        """Watch until a folder or the settings file is replaced; return the settings in force.

        The next call builds that change, after it has started to listen, so that none is missed.
        """
        places = places_of(settings, self.config)
        stamps = places.stamps()
        # The stamps of the last look: a change since then counts too.
        stamps |= {path: self._seen[path] for path in stamps if path in self._seen}
        folders = folders_in(places.folders())
        replaced: set[Path] = set()
        with closing(self._listen(places, settings)) as batches:
            for changes in batches:
                replaced |= self._note_changes(changes, places, stamps, folders)
                fresh = places.stamps()
                for path in [path for path in fresh if fresh[path] != stamps[path]]:
                    replaced.add(path)
                    self._notice(_shown(path))
                stamps = self._seen = fresh
                if not schedule.is_time(self._plan, time.monotonic()):
                    continue
                if places.config in replaced:
                    fresh_settings = self._reread(settings)
                    if fresh_settings is not settings:
                        return fresh_settings
                    # No return: changes before the next call listens would be missed.
                    replaced.remove(places.config)
                    continue
                if replaced:
                    return settings
                self._build(settings, places)
        return settings

    def _note_changes(
        self, changes: Changes, places: Places, stamps: Mapping[Path, Stamp], folders: set[Path]
    ) -> set[Path]:
        """Note changes that call for a build; return places that were deleted, if only briefly."""
        if reason := self.requested():
            self._notice(reason)
        gone: set[Path] = set()
        for change, path in sorted(changes, key=itemgetter(1)):
            if change == "deleted" and path in stamps:
                # The place may exist again, with the inode of the deleted one.
                gone.add(path)
                self._notice(_shown(path))
            if _concerns(path, places, folders, is_new_or_gone=change != "modified"):
                self._notice(_shown(path))
        return gone

    def _listen(self, places: Places, settings: Settings) -> Generator[Changes, None, None]:
        """Yield the changes in the existing folders, and an empty set now and then.

        Events do not report a folder that replaces another; stamps show that
        (https://github.com/samuelcolvin/watchfiles/issues/235).
        """
        folders = places.folders()
        if not folders or settings.watch.polling or self._must_poll:
            yield from self._poll(folders, settings.watch.poll_seconds)
            return
        from watchfiles import watch  # noqa: PLC0415 - a native library, only for watching

        try:
            for changes in watch(
                *folders,
                watch_filter=None,
                debounce=_GROUP_MS,
                step=_STEP_MS,
                rust_timeout=int(TICK_SECONDS * 1000),
                yield_on_timeout=True,
                stop_event=cast("threading.Event", SimpleNamespace(is_set=self.stopping)),
                ignore_permission_denied=True,
            ):
                yield {(change.name, Path(path)) for change, path in changes}
        except FileNotFoundError:  # deleted since the check above, and maybe back already
            self._notice(_shown(folders[0]))
        except (OSError, RuntimeError) as error:  # such as the kernel's limit of watches
            self._once(f"the system does not report changes, so the folders are polled: {error}")
            self._must_poll = True

    def _poll(self, folders: list[Path], seconds: float) -> Generator[Changes, None, None]:
        before = look(folders)
        due = time.monotonic() + seconds
        while not self.stopping():
            time.sleep(min(TICK_SECONDS, seconds))
            if time.monotonic() < due:
                yield set()
                continue
            after = look(folders)
            yield differences(before, after)
            before, due = after, time.monotonic() + seconds

    def _build(self, settings: Settings, places: Places) -> None:
        every = settings.watch.git_seconds if _is_remote(settings) else None
        if missing := places.missing():
            names = ", ".join(map(str, missing))
            self.missing(missing)
            self._once(f"waiting for {names}: no such folder (setting source.folders)")
            self._plan = schedule.built(time.monotonic(), well=True, every=None)
            return
        started = time.monotonic()
        well = False
        try:
            outcome = self.build(settings)
        except PublisherError as error:
            self._once(f"error: {error}")
        except Exception as error:  # noqa: BLE001 - a defect must not end what runs for months
            self._once(f"error: {type(error).__name__}: {error}")
        else:
            well = True
            # A pull that brought nothing is not worth a line.
            if self._causes or outcome.changed:
                causes = summary(list(self._causes)) or "repository"
                seconds = time.monotonic() - started
                self.say(f"{datetime.now():%H:%M:%S} {causes}: {outcome.text} in {seconds:.1f} s")  # noqa: DTZ005 - the clock on the wall
            self._causes.clear()
            self._last_problem = ""
        self._plan = schedule.built(time.monotonic(), well=well, every=every)
        # `collector.collect` freezes the garbage collector's objects, which suits short processes.
        gc.unfreeze()
        gc.collect()

    def _reread(self, settings: Settings) -> Settings:
        """Return the settings of the file as it is now, the last valid ones where it is broken."""
        consequence = "the last settings stay in force"
        try:
            # An empty file means the defaults, which nobody wants who is just saving it.
            if self.config.stat().st_size:
                return self.load()
            self._once(f"{self.config}: empty; {consequence}")
        except SettingsError as error:
            self._once(f"{error}; {consequence}")
        except OSError as error:
            self._once(f"{self.config}: {error.strerror}; {consequence}")
        self._causes.pop(_shown(self.config.absolute()), None)
        if not self._causes:
            self._plan = replace(self._plan, first=None, last=None)
        return settings

    def _notice(self, cause: str) -> None:
        self._causes[cause] = None
        self._plan = schedule.noticed(self._plan, time.monotonic())

    def _once(self, message: str) -> None:
        """Print `message`, unless it was the last one."""
        if message != self._last_problem:
            self.say(f"{datetime.now():%H:%M:%S} {message}")  # noqa: DTZ005 - the clock on the wall
            self._last_problem = message


def _concerns(path: Path, places: Places, folders: set[Path], *, is_new_or_gone: bool) -> bool:
    """Return whether a change of `path` calls for a build; keep the set `folders` up to date."""
    was_folder = path in folders
    is_folder = path.is_dir()
    if is_folder and not was_folder:
        folders |= {path, *folders_in([path])}
    elif was_folder and not is_folder:
        folders -= {folder for folder in folders if folder.is_relative_to(path)}
    return places.concerns(path, is_folder=is_folder or was_folder, is_new_or_gone=is_new_or_gone)


def _shown(path: Path) -> str:
    """Return `path` relative to the working directory, if it is inside."""
    here = Path.cwd()
    return os.fspath(path.relative_to(here) if path.is_relative_to(here) else path)


def _is_remote(settings: Settings) -> bool:
    """Return whether a source has to be asked for news: a repository, or a feed at an address."""
    return bool(settings.source.git or any("://" in feed for feed in settings.source.feeds))
