"""Ports for servers that have to be told theirs before they run."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import cycle

# Below those that systems give away by themselves (Linux: 32768 and up), for the port has to stay
# free until the server listens; and each process of the tests has its own.
_FIRST, _COUNT = 20_000, 1_500
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_OFFSETS = cycle((number + os.getpid()) % _COUNT for number in range(_COUNT))


def free_port() -> int:
    """Return another port of 127.0.0.1 at each call, on which nobody listens."""
    for offset in _OFFSETS:
        port = _FIRST + _WORKER * _COUNT + offset
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError  # the offsets never end


def listens(port: int) -> bool:
    """Return whether a server takes connections at that port of 127.0.0.1."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
