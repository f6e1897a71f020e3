"""Values that take long to make: made once, shown to all, and made anew behind their backs."""

from __future__ import annotations

import logging
import time
from concurrent.futures import wait
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from publisher.errors import PublisherError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

Value = TypeVar("Value")

_log = logging.getLogger("publisher.web")


# A value is kept so many times longer than it took to make: who looks takes 5 % of a core at most.
_TIMES_ITS_COST = 20
# So many times older than it should be, it is shown to nobody who can have a new one.
_TIMES_TOO_OLD = 10


class RefreshingCache(Generic[Value]):
    """A value and when it was made; for many threads."""

    def __init__(
        self,
        seconds: float,
        pool: Executor,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep a value for so many seconds, or longer, before `pool` makes another."""
        self._seconds = seconds
        self._pool = pool
        self._monotonic = monotonic
        self._lock = Lock()
        self._made: tuple[Value, float] | None = None  # and when
        self._fresh = seconds
        self._making: Future[Value] | None = None

    def get(self, make: Callable[[], Value], *, patience: float | None = None) -> Value | None:
        """Return what `make` returned lately, an older value while the next is being made.

        Where there is none, or a much older one, wait for it for `patience` seconds (None: for
        ever), then return what there is. What `make` raises is raised where somebody waits.
        """
        with self._lock:
            made = self._made
            age = self._monotonic() - made[1] if made else 0.0
            if made is not None and age <= self._fresh:
                return made[0]
            if self._making is None or self._making.done():
                self._making = self._pool.submit(self._make, make)
            making = self._making
            if made is not None and age <= self._fresh * _TIMES_TOO_OLD:
                return made[0]
        wait([making], patience)
        if making.done():
            return making.result()
        return made[0] if made else None

    def forget(self) -> None:
        """Wait for the next one: the old one is known to be wrong."""
        with self._lock:
            self._made, self._making = None, None

    def _make(self, make: Callable[[], Value]) -> Value:
        began = self._monotonic()
        try:
            value = make()
        except PublisherError as error:
            _log.error("%s", error)
            raise
        ended = self._monotonic()
        with self._lock:
            self._made = (value, ended)
            self._fresh = max(self._seconds, (ended - began) * _TIMES_ITS_COST)
        return value
