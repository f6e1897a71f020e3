"""The child that publishes by itself, `publisher run`: what it works hard on slows no request.

Its standard input is a pipe that nothing is ever written to. It ends when the pipe does, so when
this process does, however that dies; a signal would be the second one where a service manager or a
terminal sends them to both, and a second one does not wait for what is in flight.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import asynccontextmanager
from threading import Thread
from typing import TYPE_CHECKING

from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from threading import Event

    from publisher.web.context import Context

_TICK_SECONDS = 0.2
_LONGEST_PAUSE = 300.0
# Who ran for so long did not fail at its start.
_WELL_SECONDS = 60.0


@asynccontextmanager
async def automation(context: Context) -> AsyncIterator[None]:
    """Keep the child of `context.automation` running, where there is one; wait for its end."""
    if not context.automation:
        yield
        return
    # A daemon: where the server is made to end at once, the child hears of it by its pipe.
    thread = Thread(target=keep, args=(context.automation, context.stopping), daemon=True)
    thread.start()
    try:
        yield
    finally:
        context.stopping.set()
        await to_thread.run_sync(thread.join)


def keep(command: Sequence[str], stopping: Event) -> None:
    """Run `command` until `stopping`, again where it ends, later and later where it fails."""
    pause = 1.0
    while not stopping.is_set():
        began = time.monotonic()
        said = _run(command, stopping)
        if stopping.is_set():
            return
        if time.monotonic() - began >= _WELL_SECONDS:
            pause = 1.0
        sys.stderr.write(f"publisher run: {said}; started again in {pause:.0f} s\n")
        stopping.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _run(command: Sequence[str], stopping: Event) -> str:
    """Run `command` to its end, or until `stopping` and then to its end; return how it ended."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
    except OSError as error:
        return f"can't be started: {error.strerror}"
    assert child.stdin is not None  # noqa: S101 - it is a pipe
    try:
        while child.poll() is None and not stopping.wait(_TICK_SECONDS):
            pass
    finally:
        child.stdin.close()
    code = child.wait()
    return f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
