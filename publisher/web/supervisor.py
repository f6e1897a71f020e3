"""Keeps the child `publisher run` running, in a process of its own so that it slows no request.

The child's standard input is a pipe that nothing is written to. It ends when the pipe ends, which
is when this process ends, however that dies. No signal is sent: a service manager or terminal
signals both processes, and a second signal does not wait for deliveries in flight.
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
# A child that ran for so long did not fail at its start.
_WELL_SECONDS = 60.0


@asynccontextmanager
async def automation(context: Context) -> AsyncIterator[None]:
    """Keep the child of `context.automation`, if any, running; wait for its end."""
    if not context.automation:
        yield
        return
    # A daemon: if the server is killed, the child notices by its pipe.
    thread = Thread(target=keep, args=(context.automation, context.stopping), daemon=True)
    thread.start()
    try:
        yield
    finally:
        context.stopping.set()
        await to_thread.run_sync(thread.join)


def keep(command: Sequence[str], stopping: Event) -> None:
    """Run `command` until `stopping`, and restart it after longer and longer pauses if it fails."""
    pause = 1.0
    while not stopping.is_set():
        began = time.monotonic()
        end = _run(command, stopping)
        if stopping.is_set():
            return
        if time.monotonic() - began >= _WELL_SECONDS:
            pause = 1.0
        sys.stderr.write(f"publisher run: {end}; restarting in {pause:.0f} s\n")
        stopping.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _run(command: Sequence[str], stopping: Event) -> str:
    """Run `command` until it ends, asked to by `stopping` or not; return the reason in words."""
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
