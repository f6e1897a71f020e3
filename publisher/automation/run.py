"""Run all tasks until the process is asked to stop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from publisher.automation.announcing import AnnounceTask
from publisher.automation.building import BUILD, Builder, Building
from publisher.automation.cleaning import CleaningTask
from publisher.automation.gathering import GatherTask
from publisher.automation.issues import AUDIENCE_SECONDS, IssueTask
from publisher.automation.loop import TICK_SECONDS, Loop, ScheduledTask, TaskLogger
from publisher.automation.mail import INBOX, InboxTask, MailQueueTask
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
    """Gather, build, ping, announce, send, read the mailbox, clean up, until `stopping`.

    `load` reads the settings from the file `config`, again whenever that changes; only `store.url`
    stays as it was. `write` is called with each line for people. Deliveries in flight at the end
    are finished.

    Raises `SettingsError` where the settings are wrong at the start.
    """
    state = SharedState(load(), store, clock, stopping)
    logger = TaskLogger(write, clock)

    def reload() -> Settings:
        state.settings = load()
        return state.settings

    with Builder(lambda text: logger.report(BUILD, text), stopping, verbose=verbose) as builder:
        building = Building(state, builder)
        building.begin()
        watcher = Watcher(
            reload, config, building.build_for_watcher, write, stopping, building.requested
        )

        def watch() -> TaskResult:
            watcher.run()
            return TaskResult()

        letters = ScheduledTask("letters", MailQueueTask(state).run)
        issue_task = IssueTask(state, building.build)
        issues = ScheduledTask("issues", issue_task.run)

        def look_for_people() -> TaskResult:
            if issue_task.has_new_people():
                issues.woken.set()
            return TaskResult(AUDIENCE_SECONDS)

        inbox = ScheduledTask(INBOX, InboxTask(state, letters.woken).run)
        cleaning = ScheduledTask("cleaning", CleaningTask(state).run)
        announcing = ScheduledTask("announce", AnnounceTask(state).run)
        state.readers += [letters.woken, issues.woken, announcing.woken]
        loop = Loop(store, clock, logger, stopping, verbose)
        threads = [
            loop.start(task)
            for task in (
                *(ScheduledTask("watch", watch), issues, letters, inbox, cleaning),
                ScheduledTask("audience", look_for_people),
                ScheduledTask("gather", GatherTask(state).run),
                announcing,
            )
        ]
        while any(thread.is_alive() for thread in threads):
            # Python runs signal handlers in the main thread, between two of these.
            time.sleep(TICK_SECONDS)
