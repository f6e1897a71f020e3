"""A Chromium of the machine, driven over a pipe (Chrome DevTools Protocol).

The command line of Chromium alone can't do it: its windows are at least 500 px wide, and its
pictures end where the window ends. The pipe needs no port that others on the machine could use.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import shutil
import signal
import tempfile
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from publisher.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "brave-browser"),
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
)
SECONDS = 60.0  # for each step
_HIGH_FD = 10  # out of the way of the two that the browser wants
_ARGUMENTS = (
    *("--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"),
    *("--hide-scrollbars", "--disable-extensions", "--disable-background-networking"),
    # Containers have 64 MB of shared memory, and Chromium dies of that.
    "--disable-dev-shm-usage",
)
_OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND"


def find() -> str:
    """Return the path of a browser. Raises `OutputError` where there is none."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    for place in PLACES:
        if os.access(place, os.X_OK):
            return place
    raise OutputError("--screenshot: no Chromium, Chrome or Edge is installed")


class Browser:
    """One that runs; `call` asks it something."""

    def __init__(self, to: int, back: int, seconds: float) -> None:
        """Talk through the file descriptors `to` and `back`."""
        self._to = to
        self._back = back
        self._seconds = seconds
        self._count = 0
        self._rest = b""
        self._events: list[dict[str, Any]] = []
        self.session = ""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Return the result of `method`. Raises `OutputError`, also where it takes too long."""
        self._count += 1
        asked: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self.session:
            asked["sessionId"] = self.session
        try:
            os.write(self._to, json.dumps(asked).encode() + b"\0")
        except OSError as error:
            raise OutputError(f"--screenshot: the browser has ended: {error}") from error
        deadline = time.monotonic() + self._seconds
        while True:
            got = self._next(deadline)
            if got.get("id") == asked["id"]:
                break
            self._events.append(got)
        if "error" in got:
            raise OutputError(f"--screenshot: {method}: {got['error'].get('message')}")
        result: dict[str, Any] = got["result"]
        return result

    def wait_for(self, event: str) -> None:
        """Return when `event` has come since the last call of this. Raises `OutputError`."""
        deadline = time.monotonic() + self._seconds
        while all(got.get("method") != event for got in self._events):
            self._events.append(self._next(deadline))
        self._events.clear()

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self._back, selectors.EVENT_READ)
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise OutputError("--screenshot: the browser takes too long")
            data = os.read(self._back, 1 << 20)
            if not data:
                raise OutputError("--screenshot: the browser has ended")
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        got: dict[str, Any] = json.loads(message)
        return got


@contextmanager
def running(*, online: bool, path: str = "", seconds: float = SECONDS) -> Iterator[Browser]:
    """Yield a browser with an empty page, ended afterwards; `online` lets it fetch images.

    Raises `OutputError`.
    """
    program = path or find()
    # As root Chromium refuses to start with its sandbox. The page runs no script and, unless the
    # user wants images, sees no network.
    root = os.geteuid() == 0
    flags = [*_ARGUMENTS, *(["--no-sandbox"] if root else []), *([] if online else [_OFFLINE])]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        _started([program, *flags, f"--user-data-dir={profile}"]) as (to, back, errors),
    ):
        browser = Browser(to, back, seconds)
        try:
            _open_page(browser, online=online)
        except OutputError as error:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")
            hint = "; this container allows no sandbox" if "sandbox" in said else ""
            raise OutputError(f"{error} ({program}{hint})") from error
        yield browser


def _open_page(browser: Browser, *, online: bool) -> None:
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    attached = browser.call("Target.attachToTarget", targetId=target, flatten=True)
    browser.session = attached["sessionId"]
    browser.call("Page.enable")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    if not online:
        browser.call("Network.enable")
        browser.call("Network.setBlockedURLs", urls=["http://*", "https://*", "ftp://*", "ws*"])


@contextmanager
def _started(command: list[str]) -> Iterator[tuple[int, int, Any]]:
    """Yield where to write to and read from the program, and the file of what it complains."""
    ours, theirs = os.pipe(), os.pipe()
    read_end, write_end = (
        fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _HIGH_FD) for fd in (ours[0], theirs[1])
    )
    os.close(ours[0])
    os.close(theirs[1])
    with tempfile.TemporaryFile() as errors:
        # The program reads from 3 and writes to 4, which subprocess has no word for.
        process = _spawn(command, {2: errors.fileno(), 3: read_end, 4: write_end})
        os.close(read_end)
        os.close(write_end)
        try:
            yield ours[1], theirs[0], errors
        finally:
            os.close(ours[1])
            os.close(theirs[0])
            # Its helpers too; they are in the group that was made for it.
            with suppress(ProcessLookupError):
                os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _spawn(command: list[str], files: dict[int, int]) -> int:
    """Return the id of a new process, first of its group, with `files` at those numbers."""
    try:
        return os.posix_spawn(
            command[0],
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                *((os.POSIX_SPAWN_DUP2, file, number) for number, file in files.items()),
            ],
            setpgroup=0,
        )
    except OSError as error:
        raise OutputError(f"--screenshot: {command[0]}: {error.strerror}") from error
