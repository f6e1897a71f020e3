"""How often somebody may try a link that does not work.

No token can be guessed; this keeps who tries from costing much. In memory, by network: a limit for
all together would let anybody lock the operator out.
"""

from __future__ import annotations

import time
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 10
_SECONDS = 600.0
_NETWORKS = 10_000


class LoginThrottle:
    """Counts failures of the last ten minutes; for many threads."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin with none."""
        self._monotonic = monotonic
        self._lock = Lock()
        self._failures: dict[str, tuple[float, int]] = {}

    def allowed(self, address: str) -> bool:
        """Return whether somebody at the address may try again."""
        since, count = self._failures.get(network_of(address), (0.0, 0))
        return count < _MOST or self._monotonic() - since > _SECONDS

    def failed(self, address: str) -> None:
        """Count a failure."""
        network, now = network_of(address), self._monotonic()
        with self._lock:
            since, count = self._failures.pop(network, (now, 0))
            if now - since > _SECONDS:
                since, count = now, 0
            self._failures[network] = (since, count + 1)
            if len(self._failures) > _NETWORKS:
                # The one that began to fail first.
                del self._failures[next(iter(self._failures))]


def network_of(address: str) -> str:
    """Return whose address it is: one of IPv6 has all that begin as it does, to 64 bits."""
    try:
        version = ip_address(address).version
    except ValueError:
        return address
    prefix = 64 if version == 6 else 32  # noqa: PLR2004 - the version of IP
    return str(ip_network(f"{address}/{prefix}", strict=False))
