"""The tasks that send single mails and read the mailbox."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.automation.schedule import LOOK_SECONDS, TaskResult
from publisher.collector.text.slugs import fold
from publisher.sender.delivery.process_owner import owner_is_dead, this_owner
from publisher.services import transactional

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from publisher.automation.shared_state import SharedState

INBOX = "inbox"
# People who subscribe on a page wait for the mail, so the store is asked this often.
QUEUE_SECONDS = 1.0
# Mails name topics, so the first build comes first; but it may never end well where there is
# nothing to build yet.
FIRST_BUILD_SECONDS = 60.0
# Longer than one mail takes; renewed before each.
_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class MailQueueTask:
    """Sends the single mails that are due; until `build_deadline` it waits for the first build."""

    state: SharedState
    build_deadline: float = field(default_factory=lambda: time.monotonic() + FIRST_BUILD_SECONDS)

    def run(self) -> TaskResult:
        """Send the mails that are due. Raises `StoreError`, `SettingsError` and `TemplateError`."""
        state, now = self.state, self.state.clock()
        due = state.store.outgoing_queue.next_due()
        ready = state.tried or time.monotonic() >= self.build_deadline
        if due is None or due > now or not ready:
            return TaskResult(QUEUE_SECONDS, at=due)
        sent = transactional.send_queued(
            state.settings,
            state.store,
            state.clock,
            topic_names=state.topic_names(),
            stopping=state.stopping,
        )
        # Where it stopped, the reason is reported, and the mails put off are no news.
        put_off = 0 if sent.stopped else sent.put_off
        counts = ((sent.sent, "sent"), (put_off, "put off"), (sent.dropped, "given up"))
        message = ", ".join(f"{number:,} {word}" for number, word in counts if number)
        return TaskResult(QUEUE_SECONDS, message=message, problem=sent.stopped)


@dataclass(slots=True)
class InboxTask:
    """Reads the mailbox where one is set up; `queue_woken` is set when there are answers to send.

    One process reads it at a time: two would answer one mail twice.
    """

    state: SharedState
    queue_woken: Event
    _owner: str = field(default_factory=this_owner)

    def run(self) -> TaskResult:
        """Read the new mails. Raises `SourceError`, `SettingsError` and `StoreError`."""
        # The mail parsers: most publishers have no mailbox.
        from publisher.inbound.processor import (  # noqa: PLC0415 - see above
            InboxProcessor,
            open_source,
        )

        state = self.state
        if not state.settings.inbox.is_set_up:
            return TaskResult(LOOK_SECONDS)
        if not self._lease():
            return TaskResult(state.settings.inbox.watch_seconds)
        try:
            source = open_source(state.settings, state.store)
            try:
                processor = InboxProcessor(
                    state.settings, state.store, state.clock, self._topic_finder()
                )
                processor.read_all(source, lambda: state.stopping() or not self._lease())
            finally:
                source.close()
        finally:
            state.store.tasks.release(INBOX, self._owner)
        if processor.results:
            self.queue_woken.set()
        message = ", ".join(
            f"{number:,} {word}" for word, number in sorted(processor.results.items())
        )
        return TaskResult(state.settings.inbox.watch_seconds, message=message)

    def _lease(self) -> bool:
        """Take or renew the lease of the mailbox; False where another process holds it."""
        now = self.state.clock()
        return self.state.store.tasks.acquire(
            INBOX, self._owner, until=now + _LEASE, now=now, is_dead=owner_is_dead
        )

    def _topic_finder(self) -> Callable[[str], str | None]:
        """Return a function that finds the slug of a topic by its name or slug."""
        names = self.state.topic_names()
        slugs = {fold(name): slug for slug, name in names.items()} | {slug: slug for slug in names}
        return lambda name: slugs.get(fold(name)) or slugs.get(name.lower())
