"""The thread that checks and imports files of people, one after the other, beside the pages."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

from publisher.errors import PublisherError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

    from publisher.settings import Settings
    from publisher.store.database import Store

_log = logging.getLogger("publisher.web")
# Between two steps, so that requests get the processor and the store: a step takes some 20 ms.
_BREATH_SECONDS = 0.01


class ImportWorker:
    """Works on unfinished imports whenever it is woken, until none is left."""

    def __init__(self) -> None:
        """Start idle."""
        self._pool = ThreadPoolExecutor(1, "import")
        self._lock = Lock()
        self._run: Future[None] | None = None

    def wake(
        self, store: Store, settings: Settings, clock: Callable[[], datetime], stopping: Event
    ) -> None:
        """Have the imports worked on until `stopping`; does nothing while they are."""
        with self._lock:
            if self._run is None or self._run.done():
                self._run = self._pool.submit(_work, store, settings, clock, stopping)

    def close(self) -> None:
        """Wait for the end of the current step."""
        self._pool.shutdown(cancel_futures=True)


def _work(store: Store, settings: Settings, clock: Callable[[], datetime], stopping: Event) -> None:
    # The parsers: most servers run for days before an operator imports anybody.
    from publisher.services.subscriber_import import run_import  # noqa: PLC0415 - see above

    def pause() -> bool:
        return stopping.wait(_BREATH_SECONDS)

    try:
        while not stopping.is_set() and (jobs := store.import_jobs.unfinished()):
            for job in jobs:
                run_import(job, store, settings, clock, pause=pause)
    except PublisherError as error:
        # The next page that shows the import wakes the worker again.
        _log.error("an import stopped: %s", error)
    except Exception:
        _log.exception("an import stopped")
        raise
