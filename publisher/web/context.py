"""The app's context, which every endpoint gets by `context_of(request)`."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, cast

from publisher.web.operator.dashboard_cache import DashboardCache
from publisher.web.operator.import_worker import ImportWorker
from publisher.web.operator.login_throttle import LoginThrottle
from publisher.web.polls.counter import PollCounter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import HTTPConnection

    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that outlives a request; `clock` returns an aware time.

    `stopping` is set as soon as the process is asked to stop; whatever runs for longer than a
    request checks it.
    """

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    stopping: Event = field(default_factory=Event)
    # The command that `supervisor` runs beside the app; none where it is empty.
    automation: tuple[str, ...] = ()
    dashboard_cache: DashboardCache = field(default_factory=DashboardCache)
    import_worker: ImportWorker = field(default_factory=ImportWorker)
    login_throttle: LoginThrottle = field(default_factory=LoginThrottle)
    # Counts each request of a feed, on the event loop.
    polls: PollCounter = field(default_factory=PollCounter)


def context_of(request: HTTPConnection) -> Context:
    """Return the context of the app that answers `request`."""
    return cast("Context", request.app.state.context)
