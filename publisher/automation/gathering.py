"""The task that gathers papers and writes digests, as soon as an announcement is out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.automation.schedule import TaskResult
from publisher.errors import AlreadyGathering
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from publisher.automation.shared_state import SharedState
    from publisher.services.gather_records import GatherResult

# A run with nothing due asks the store alone.
EVERY_SECONDS = 300.0
_STEP_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class GatherTask:
    """Gathers where topics are set; the digests it writes are built as anybody's are."""

    state: SharedState

    def run(self) -> TaskResult:
        """Gather what is due. Raises `GatherError` and `StoreError`."""
        state = self.state
        if not state.settings.gather.topics:
            return TaskResult(EVERY_SECONDS)
        from publisher.services.gather import gather  # noqa: PLC0415 - few gather
        from publisher.services.gather_records import Surroundings  # noqa: PLC0415 - see above

        around = Surroundings(state.clock, time.monotonic, self._sleep, state.stopping)
        try:
            result = gather(state.settings, state.store, around)
        except AlreadyGathering:
            return TaskResult(EVERY_SECONDS)
        return TaskResult(
            EVERY_SECONDS, result.next_try, _message(result), "; ".join(result.problems[:3])
        )

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.state.stopping() and time.monotonic() < end:
            time.sleep(min(_STEP_SECONDS, seconds))


def _message(result: GatherResult) -> str:
    papers = sum(len(draft.ranked) + len(draft.changed) for draft in result.drafts)
    digests = len(result.written)
    if not digests:
        return ""
    parts = (
        ngettext("1 digest written", "{count} digests written", digests).format(
            count=f"{digests:,}"
        ),
        ngettext("1 paper", "{count} papers", papers).format(count=f"{papers:,}"),
    )
    return _(", ").join(parts)
