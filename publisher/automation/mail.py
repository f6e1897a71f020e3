"""Sends the single mails that are waiting, and reads the mailbox."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.automation.schedule import LOOK_SECONDS, TaskResult
from publisher.sender.delivery.process_owner import owner_is_dead, this_owner

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from publisher.automation.shared_state import SharedState

INBOX = "inbox"
# Who subscribes on a page waits for the mail: the store is asked this often.
LETTER_SECONDS = 1.0
# Mails name topics, so the first build comes first; but where there is nothing to build yet, it
# may never come.
FIRST_BUILD_SECONDS = 60.0
# Longer than one mail takes; asked for again before each.
_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class LetterWork:
    """One task: sends the single mails that are due."""

    desk: SharedState
    patience: float = field(default_factory=lambda: time.monotonic() + FIRST_BUILD_SECONDS)

    def run(self) -> TaskResult:
        """Send what is due. Raises `StoreError`, `SettingsError` and `TemplateError`."""
        from publisher.services import transactional  # noqa: PLC0415

        desk, now = self.desk, self.desk.clock()
        due = desk.store.outgoing_queue.next_due()
        ready = desk.tried or time.monotonic() >= self.patience
        if due is None or due > now or not ready:
            return TaskResult(LETTER_SECONDS, at=due)
        found = transactional.send_queued(
            desk.settings,
            desk.store,
            desk.clock,
            topic_names=desk.topic_names(),
            stopping=desk.stopping,
        )
        # Where it stopped, the reason is told, and one letter more or less is no news.
        put_off = 0 if found.stopped else found.put_off
        counts = ((found.sent, "sent"), (put_off, "put off"), (found.dropped, "given up"))
        said = ", ".join(f"{number:,} {word}" for number, word in counts if number)
        return TaskResult(LETTER_SECONDS, said=said, trouble=found.stopped)


@dataclass(slots=True)
class InboxWork:
    """One task: reads the mailbox where one is set up; `letters` is woken for the answers.

    The mailbox is read by one process at a time: two would answer one mail twice.
    """

    desk: SharedState
    letters: Event
    _owner: str = field(default_factory=this_owner)

    def run(self) -> TaskResult:
        """Read what is new. Raises `SourceError`, `SettingsError`, `StoreError`."""
        from publisher.inbound.processor import InboxProcessor, open_source  # noqa: PLC0415

        desk = self.desk
        if not desk.settings.inbox.is_set_up:
            return TaskResult(LOOK_SECONDS)
        if not self._hold():
            return TaskResult(desk.settings.inbox.watch_seconds)
        try:
            source = open_source(desk.settings, desk.store)
            try:
                processor = InboxProcessor(desk.settings, desk.store, desk.clock, self._finder())
                processor.read_all(source, lambda: desk.stopping() or not self._hold())
            finally:
                source.close()
        finally:
            desk.store.tasks.release(INBOX, self._owner)
        if processor.results:
            self.letters.set()
        said = ", ".join(f"{number:,} {word}" for word, number in sorted(processor.results.items()))
        return TaskResult(desk.settings.inbox.watch_seconds, said=said)

    def _hold(self) -> bool:
        """Take the mailbox, or keep it; False where another process has it by now."""
        now = self.desk.clock()
        return self.desk.store.tasks.acquire(
            INBOX, self._owner, until=now + _LEASE, now=now, is_dead=owner_is_dead
        )

    def _finder(self) -> Callable[[str], str | None]:
        """Return what finds the slug of a topic by name or slug."""
        from publisher.collector.text.slugs import fold  # noqa: PLC0415

        names = self.desk.topic_names()
        known = {fold(name): slug for slug, name in names.items()} | {slug: slug for slug in names}
        return lambda name: known.get(fold(name)) or known.get(name.lower())
