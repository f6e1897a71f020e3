"""The task that announces new papers and issues in chats and networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.automation.schedule import LOOK_SECONDS, TaskResult

if TYPE_CHECKING:
    from publisher.automation.shared_state import SharedState


@dataclass(frozen=True, slots=True)
class AnnounceTask:
    """Announces the papers of the last build, whose pages are there, and the issues."""

    state: SharedState

    def run(self) -> TaskResult:
        """Announce what is new, and what was put off. Raises `StoreError`."""
        state, targets = self.state, self.state.settings.announce.targets
        if not targets or state.collection is None:
            return TaskResult(LOOK_SECONDS)
        from publisher.services.announcements.announce import (  # noqa: PLC0415 - few announce
            announce,
        )
        from publisher.services.announcements.report import in_words  # noqa: PLC0415 - see above

        reports = list(
            announce(
                state.collection,
                state.settings,
                state.store,
                targets,
                now=state.clock,
                stopping=state.stopping,
            )
        )
        names = [target.name for target in targets]
        # A refusal or a doubt is an end: only what kept a target from being asked is tried again.
        failed = [report for report in reports if report.state is None and report.known is None]
        return TaskResult(
            LOOK_SECONDS,
            at=state.store.announcements.next_due(names),
            message="; ".join(in_words(report) for report in reports if report not in failed),
            problem="; ".join(map(in_words, failed)),
        )
