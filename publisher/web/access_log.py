"""Access log: a line of JSON for each request, without IP or mail addresses and without tokens."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from json import dumps
from threading import Event, Lock, Thread
from time import perf_counter, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FLUSH_SECONDS = 1.0
_MOST_LINES = 10_000  # held at once, so that a full disk does not fill the memory too

Line = tuple[float, str, str, int, float, int]


class AccessLog:
    """Collects lines and writes them every second; collecting one costs next to nothing."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        """Call `write` with a batch of lines at a time; by default it writes to standard error."""
        self._write = write or _to_stderr
        self._lines: list[Line] = []
        self._lock = Lock()

    def note(self, method: str, place: str, status: int, seconds: float, size: int) -> None:
        """Note a request of `place`: the path of a file, or a route with its parameters' names."""
        if len(self._lines) < _MOST_LINES:
            self._lines.append((time(), method, place, status, seconds, size))

    def flush(self) -> None:
        """Write the lines noted so far."""
        with self._lock:
            lines, self._lines = self._lines, []
            if lines:
                self._write(_shown(lines))

    @contextmanager
    def flushing(self) -> Iterator[None]:
        """Flush every second inside the context, and at its end."""
        over = Event()

        def flush_regularly() -> None:
            while not over.wait(_FLUSH_SECONDS):
                self.flush()
            self.flush()

        thread = Thread(target=flush_regularly, name="access log", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class Logged:
    """Middleware that notes every request of `app` by its route."""

    def __init__(self, app: ASGIApp, note: Callable[[str, str, int, float, int], None]) -> None:
        """Wrap `app`; `note` is that of an `AccessLog`."""
        self._app = app
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, size = perf_counter(), 0, 0

        async def noted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            # The path itself may contain a token, even a mistyped one.
            route = scope.get("route")
            place = str(getattr(route, "path", scope.get("publisher.file", "-")))
            self._note(scope["method"], place, status, perf_counter() - started, size)


def _shown(lines: Iterable[Line]) -> str:
    """Return lines of JSON, made by hand as only `method` and `place` may need quoting."""
    second, day = 0, ""
    quoted: dict[tuple[str, str], str] = {}
    texts = []
    for at, method, place, status, seconds, size in lines:
        if int(at) != second:
            second = int(at)
            day = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        name = quoted.get((method, place))
        if name is None:
            name = quoted[method, place] = f'"method": {dumps(method)}, "place": {dumps(place)}'
        texts.append(
            f'{{"at": "{day}.{int(at % 1 * 1000):03}Z", {name}, "status": {status}, '
            f'"ms": {seconds * 1000:.1f}, "bytes": {size}}}\n'
        )
    return "".join(texts)


def _to_stderr(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
