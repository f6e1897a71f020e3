"""Listens for changes and builds, until it is asked to stop."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable  # noqa: TC003 - the dataclass below reads it
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

# How often it looks whether a folder was replaced, the settings changed, or it is time to build.
TICK_SECONDS = 0.1
_STEP_MS = 30
_GROUP_MS = 100
_START = "start"

Changes = set[tuple[str, Path]]  # "added", "modified" or "deleted", and what


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What a build did, in words, and whether any file is another now."""

    text: str
    changed: bool


class Stopped(BaseException):
    """Raised out of a build that waits for its turn, as the process is to end.

    No error: what goes on after an error must not go on after this.
    """


@dataclass(slots=True)
class Watcher:
    """Builds with `build` what `load` says, again and again; `say` gets each line for people.

    `config` is the settings file, whether it exists or not; `stopping` says when to end.
    """

    load: Callable[[], Settings]
    config: Path
    build: Callable[[Settings], BuildOutcome]
    say: Callable[[str], None]
    stopping: Callable[[], bool]
    # What somebody asked for since the last look, e.g. "push"; "" for nothing.
    asked: Callable[[], str] = lambda: ""
    _plan: BuildPlan = field(default_factory=BuildPlan)
    _causes: dict[str, None] = field(default_factory=dict)
    _trouble: str = ""
    _must_poll: bool = False
    _seen: dict[Path, Stamp] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until `stopping`. Raises `SettingsError` where the settings are wrong at first."""
        self._seen[self.config.absolute()] = stamp(self.config)  # before it is read
        settings = self.load()
        self._notice(_START)
        try:
            while not self.stopping():
                settings = self._watch(settings)
        except Stopped:
            return

    def _watch(self, settings: Settings) -> Settings:
        """Watch until a folder or the settings were replaced; return the settings in force then.

        What led here is built by the next call, which listens first: nothing falls in between.
        """
        places = places_of(settings, self.config)
        stamps = places.stamps()
        # As they were at the last look: what changed since then is news too.
        stamps |= {path: self._seen[path] for path in stamps if path in self._seen}
        folders = folders_in(places.folders())
        replaced: set[Path] = set()
        with closing(self._listen(places, settings)) as batches:
            for changes in batches:
                replaced |= self._take_in(changes, places, stamps, folders)
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
                    # Not to listen anew: what lands meanwhile would be missed, as nothing is built.
                    replaced.remove(places.config)
                    continue
                if replaced:
                    return settings
                self._build(settings, places)
        return settings

    def _take_in(
        self, changes: Changes, places: Places, stamps: Mapping[Path, Stamp], folders: set[Path]
    ) -> set[Path]:
        """Notice what asks for a build; return the places that are gone, or were for a moment."""
        if wish := self.asked():
            self._notice(wish)
        gone: set[Path] = set()
        for change, path in sorted(changes, key=itemgetter(1)):
            if change == "deleted" and path in stamps:
                # What is there now may have the number (inode) of what was there before.
                gone.add(path)
                self._notice(_shown(path))
            if _concerns(path, places, folders, is_new_or_gone=change != "modified"):
                self._notice(_shown(path))
        return gone

    def _listen(self, places: Places, settings: Settings) -> Generator[Changes, None, None]:
        """Yield what changed in the folders that are there, and nothing every now and then.

        Nobody is told of a folder that takes the place of another: stamps show that
        (https://github.com/samuelcolvin/watchfiles/issues/235).
        """
        found = places.folders()
        if not found or settings.watch.polling or self._must_poll:
            yield from self._look(found, settings.watch.poll_seconds)
            return
        from watchfiles import watch  # noqa: PLC0415 - only this command needs it

        try:
            for changes in watch(
                *found,
                watch_filter=None,
                debounce=_GROUP_MS,
                step=_STEP_MS,
                rust_timeout=int(TICK_SECONDS * 1000),
                yield_on_timeout=True,
                stop_event=cast("threading.Event", SimpleNamespace(is_set=self.stopping)),
                ignore_permission_denied=True,
            ):
                yield {(change.name, Path(path)) for change, path in changes}
        except FileNotFoundError:  # gone since we looked, and maybe back already
            self._notice(_shown(found[0]))
        except (OSError, RuntimeError) as error:  # the kernel's limit of watches, say
            self._once(f"not told of changes, so looking for them instead: {error}")
            self._must_poll = True

    def _look(self, folders: list[Path], seconds: float) -> Generator[Changes, None, None]:
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
        every = settings.watch.git_seconds if settings.source.git else None
        if missing := places.missing():
            names = ", ".join(map(_shown, missing))
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
            # A pull that brought nothing is nothing to tell.
            if self._causes or outcome.changed:
                why = summary(list(self._causes)) or "repository"
                seconds = time.monotonic() - started
                self.say(f"{datetime.now():%H:%M:%S} {why}: {outcome.text} in {seconds:.1f} s")  # noqa: DTZ005 - the clock on the wall
            self._causes.clear()
            self._trouble = ""
        self._plan = schedule.built(time.monotonic(), well=well, every=every)
        # The collector holds on to what it made, as a process that ends at once may.
        gc.unfreeze()
        gc.collect()

    def _reread(self, settings: Settings) -> Settings:
        """Return the settings of the file as it is now, the last good ones where it is broken."""
        kept = "the last settings stay in force"
        try:
            # Without a file the defaults hold; who is just saving it does not mean those.
            if self.config.stat().st_size:
                return self.load()
            self._once(f"{self.config}: empty; {kept}")
        except SettingsError as error:
            self._once(f"{error}; {kept}")
        except OSError as error:
            self._once(f"{self.config}: {error.strerror}; {kept}")
        self._causes.pop(_shown(self.config.absolute()), None)
        if not self._causes:
            self._plan = replace(self._plan, first=None, last=None)
        return settings

    def _notice(self, cause: str) -> None:
        self._causes[cause] = None
        self._plan = schedule.noticed(self._plan, time.monotonic())

    def _once(self, message: str) -> None:
        """Say `message`, but not again and again."""
        if message != self._trouble:
            self.say(f"{datetime.now():%H:%M:%S} {message}")  # noqa: DTZ005 - the clock on the wall
            self._trouble = message


def _concerns(path: Path, places: Places, folders: set[Path], *, is_new_or_gone: bool) -> bool:
    """Return whether a change of `path` asks for a build; keep the known `folders` up to date."""
    known = path in folders
    is_folder = path.is_dir()
    if is_folder and not known:
        folders |= {path, *folders_in([path])}
    elif known and not is_folder:
        folders -= {one for one in folders if one.is_relative_to(path)}
    return places.concerns(path, is_folder=is_folder or known, is_new_or_gone=is_new_or_gone)


def _shown(path: Path) -> str:
    """Return `path` as somebody here would write it."""
    here = Path.cwd()
    return os.fspath(path.relative_to(here) if path.is_relative_to(here) else path)
