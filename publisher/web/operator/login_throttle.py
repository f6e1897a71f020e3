"""A limit on login links that do not work.

No token can be guessed; the limit keeps guessing cheap for the server. It is counted by network, in
memory: one limit for all would let anybody lock the operator out.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

from publisher.web.client_network import network_of

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_FAILURES = 10
_WINDOW_SECONDS = 600.0
_MOST_NETWORKS = 10_000


class LoginThrottle:
    """The failures of the last ten minutes by network; safe for threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start without failures; `monotonic` is the clock."""
        self._monotonic = monotonic
        self._lock = Lock()
        self._failures: dict[str, tuple[float, int]] = {}

    def allowed(self, address: str) -> bool:
        """Return whether a client at `address` may try again."""
        since, count = self._failures.get(_network(address), (0.0, 0))
        return count < _MOST_FAILURES or self._monotonic() - since > _WINDOW_SECONDS

    def failed(self, address: str) -> None:
        """Count a failure of a client at `address`."""
        network, now = _network(address), self._monotonic()
        with self._lock:
            since, count = self._failures.pop(network, (now, 0))
            if now - since > _WINDOW_SECONDS:
                since, count = now, 0
            self._failures[network] = (since, count + 1)
            if len(self._failures) > _MOST_NETWORKS:
                # The network whose window began first.
                del self._failures[next(iter(self._failures))]


def _network(address: str) -> str:
    # A /32 of IPv4, so that a neighbour of the operator's address locks nobody out.
    return network_of(address, ipv4_prefix=32) or address
