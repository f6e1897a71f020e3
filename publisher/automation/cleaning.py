"""Forgets what has expired, every hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.automation.schedule import TaskResult

if TYPE_CHECKING:
    from publisher.automation.shared_state import SharedState

EVERY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class CleaningWork:
    """One task: deletes expired rows; two at once do no harm."""

    desk: SharedState

    def run(self) -> TaskResult:
        """Delete what has expired. Raises `StoreError`."""
        desk, now = self.desk, self.desk.clock()
        desk.store.outgoing_queue.drop_doubtful(now=now)
        found = desk.store.retention.delete_expired(
            now=now, mail_days=desk.settings.inbox.since_days
        )
        said = ", ".join(f"{count:,} {what}" for what, count in found.items())
        return TaskResult(EVERY_SECONDS, said=f"forgot {said}" if said else "")
