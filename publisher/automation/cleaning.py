"""The task that deletes what has expired, every hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.automation.schedule import TaskResult

if TYPE_CHECKING:
    from publisher.automation.shared_state import SharedState

EVERY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class CleaningTask:
    """Deletes expired rows; two processes that do so at once do no harm."""

    state: SharedState

    def run(self) -> TaskResult:
        """Delete what has expired. Raises `StoreError`."""
        state, now = self.state, self.state.clock()
        state.store.outgoing_queue.drop_doubtful(now=now)
        deleted = state.store.retention.delete_expired(
            now=now, mail_days=state.settings.inbox.since_days
        )
        counts = ", ".join(f"{count:,} {name}" for name, count in deleted.items())
        return TaskResult(EVERY_SECONDS, message=f"deleted {counts}" if counts else "")
