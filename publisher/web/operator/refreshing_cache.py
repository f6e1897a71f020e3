"""A cache for values that take long to compute, refreshed in the background."""

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


# A value is kept this many times longer than it took, so that pages use 5 % of a core at most.
_TIMES_ITS_COST = 20
# Beyond this many times its age limit a value is no longer shown while a new one is computed.
_TIMES_TOO_OLD = 10


class RefreshingCache(Generic[Value]):
    """A value and the time it was computed; safe for threads."""

    def __init__(
        self,
        seconds: float,
        pool: Executor,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep a value for at least `seconds` before `pool` computes another."""
        self._seconds = seconds
        self._pool = pool
        self._monotonic = monotonic
        self._lock = Lock()
        self._made: tuple[Value, float] | None = None  # and when
        self._fresh = seconds
        self._making: Future[Value] | None = None

    def get(self, make: Callable[[], Value], *, patience: float | None = None) -> Value | None:
        """Return the last result of `make`, also while the next is being computed.

        Where there is none, or a much too old one, wait up to `patience` seconds (None: for ever)
        for the next. An exception of `make` is raised in the threads that wait.
        """
        with self._lock:
            last = self._made
            age = self._monotonic() - last[1] if last else 0.0
            if last is not None and age <= self._fresh:
                return last[0]
            if self._making is None or self._making.done():
                self._making = self._pool.submit(self._make, make)
            making = self._making
            if last is not None and age <= self._fresh * _TIMES_TOO_OLD:
                return last[0]
        wait([making], patience)
        if making.done():
            return making.result()
        return last[0] if last else None

    def forget(self) -> None:
        """Drop the value, which is known to be outdated."""
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
