"""One line of JSON for each request, without addresses: of readers, of mail, or of links."""

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
_MOST_LINES = 10_000  # held at once; a disk that does not take them is no reason to fill the memory

Line = tuple[float, str, str, int, float, int]


class AccessLog:
    """Collects lines and writes them every second; to note one costs next to nothing."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        """Write by `write`, else to standard error, a batch of lines at a time."""
        self._write = write or _to_stderr
        self._lines: list[Line] = []
        self._lock = Lock()

    def note(self, method: str, place: str, status: int, seconds: float, size: int) -> None:
        """Note a request of `place`: a file's path, or a route with names for what varies."""
        if len(self._lines) < _MOST_LINES:
            self._lines.append((time(), method, place, status, seconds, size))

    def flush(self) -> None:
        """Write what was noted."""
        with self._lock:
            lines, self._lines = self._lines, []
            if lines:
                self._write(_shown(lines))

    @contextmanager
    def flushing(self) -> Iterator[None]:
        """Flush every second inside, and at the end."""
        over = Event()

        def go_on() -> None:
            while not over.wait(_FLUSH_SECONDS):
                self.flush()
            self.flush()

        thread = Thread(target=go_on, name="access log", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class Logged:
    """Notes every request of `app` by the route that took it."""

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
            # The path itself may hold a token, or be an address with a mistake in it.
            route = scope.get("route")
            place = str(getattr(route, "path", scope.get("publisher.file", "-")))
            self._note(scope["method"], place, status, perf_counter() - started, size)


def _shown(lines: Iterable[Line]) -> str:
    """Return lines of JSON. By hand: there are thousands, and only `place` may need quoting."""
    second, day = 0, ""
    quoted: dict[tuple[str, str], str] = {}
    found = []
    for at, method, place, status, seconds, size in lines:
        if int(at) != second:
            second = int(at)
            day = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        name = quoted.get((method, place))
        if name is None:
            name = quoted[method, place] = f'"method": {dumps(method)}, "place": {dumps(place)}'
        found.append(
            f'{{"at": "{day}.{int(at % 1 * 1000):03}Z", {name}, "status": {status}, '
            f'"ms": {seconds * 1000:.1f}, "bytes": {size}}}\n'
        )
    return "".join(found)


def _to_stderr(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
