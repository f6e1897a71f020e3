"""All tasks together, until the process is asked to stop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from publisher.automation.building import BUILD, Builder, Building
from publisher.automation.cleaning import CleaningWork
from publisher.automation.issues import IssueWork
from publisher.automation.loop import (
    TICK_SECONDS,
    Loop,
    ScheduledTask,
    TaskLogger,
)
from publisher.automation.mail import INBOX, InboxWork, LetterWork
from publisher.automation.schedule import TaskResult
from publisher.automation.shared_state import SharedState
from publisher.watcher.loop import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from publisher.settings import Settings
    from publisher.store.database import Store


def run(
    load: Callable[[], Settings],
    config: Path,
    store: Store,
    *,
    clock: Callable[[], datetime],
    write: Callable[[str], None],
    stopping: Callable[[], bool],
    verbose: bool = False,
) -> None:
    """Build, ping, compose, send, read and forget by `clock`, until `stopping`.

    `load` reads the settings, whose file is `config`: they are read again when it changes, all but
    `store.url`. `write` gets each line for people. What is in flight at the end is finished.

    Raises `SettingsError` where the settings are wrong at first.
    """
    desk = SharedState(load(), store, clock, stopping)
    speaker = TaskLogger(write, clock)

    def reload() -> Settings:
        desk.settings = load()
        return desk.settings

    with Builder(lambda text: speaker.say(BUILD, text), stopping, verbose=verbose) as builder:
        building = Building(desk, builder)
        building.begin()
        watcher = Watcher(reload, config, building.watched, write, stopping, building.asked)

        def watch() -> TaskResult:
            watcher.run()
            return TaskResult()

        letters = ScheduledTask("letters", LetterWork(desk).run)
        issues = ScheduledTask("issues", IssueWork(desk, building.build).run)
        inbox = ScheduledTask(INBOX, InboxWork(desk, letters.woken).run)
        cleaning = ScheduledTask("cleaning", CleaningWork(desk).run)
        desk.readers += [letters.woken, issues.woken]
        loop = Loop(store, clock, speaker, stopping, verbose)
        threads = [
            loop.start(task)
            for task in (ScheduledTask("watch", watch), issues, letters, inbox, cleaning)
        ]
        while any(thread.is_alive() for thread in threads):
            # The main thread hears signals between two of these.
            time.sleep(TICK_SECONDS)
