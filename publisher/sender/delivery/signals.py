"""SIGTERM and Ctrl-C let the message in flight end; a second one does not wait."""

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
    """Yield a function that says whether the process was asked to stop, for `deliver`.

    The first signal sets it, a second raises `KeyboardInterrupt`. Outside of the main thread,
    where Python allows no signal handlers, it is never set.
    """
    asked = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
