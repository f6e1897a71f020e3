"""Graceful stop by SIGTERM or Ctrl-C: messages on their way are finished first."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def graceful_stop() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether the process was asked to stop.

    A second signal raises `KeyboardInterrupt`. Outside of the main thread, where Python allows no
    signal handlers, the function always returns False.
    """
    stop_requested = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop_requested.is_set():
            raise KeyboardInterrupt
        stop_requested.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop_requested.is_set
        return
    previous = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield stop_requested.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
