"""One figure over HTTP. Its address is from a digest, so it is not trusted.

The host and that of each redirect must be public unless the settings allow others, and the
connection goes to the address that was checked. Size and time are limited.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from publisher import __version__
from publisher.collector.sources.pinned_request import pinned_stream
from publisher.errors import FigureError, HostUnavailable, SourceError
from publisher.printable import one_line

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 15_000_000
MOST_SECONDS = 20.0
_REDIRECTS = 5
_OK, _REDIRECT, _CLIENT_ERROR, _SERVER_ERROR = 200, 300, 400, 500
_THROTTLED = 429
_ACCEPT = "image/webp,image/png,image/jpeg,image/*;q=0.8,*/*;q=0.5"


class Fetcher(Protocol):
    """A function that returns the bytes at an address within so many seconds.

    Raises `FigureError`, or `HostUnavailable` where other figures of the host will fail as well.
    """

    def __call__(self, url: str, seconds: float) -> bytes:
        """Return the bytes at `url`."""
        ...


@dataclass(frozen=True, slots=True)
class Download:
    """Fetches figures; `contact` is an address that hosts are told."""

    contact: str
    allow_private: bool

    def __call__(self, url: str, seconds: float) -> bytes:
        """Return the bytes at `url`; see `Fetcher`."""
        import httpx2  # noqa: PLC0415 - few sites copy figures, and it takes a tenth of a second

        seconds = min(seconds, MOST_SECONDS)
        outcome: list[bytes | Exception] = []
        with httpx2.Client(timeout=min(10.0, seconds), trust_env=False) as client:

            def work() -> None:
                try:
                    outcome.append(self._content(client, url, time.monotonic() + seconds))
                except Exception as error:  # noqa: BLE001 - told by the thread that waits
                    outcome.append(error)

            # A host may send a byte now and then, which no timeout of a client limits.
            worker = threading.Thread(target=work, daemon=True)
            worker.start()
            worker.join(seconds)
        result = outcome[0] if outcome else HostUnavailable("the host takes too long")
        if isinstance(result, bytes):
            return result
        if isinstance(result, FigureError):
            raise result
        if isinstance(result, SourceError):
            raise FigureError("its host is in a private network") from result
        if isinstance(result, httpx2.TimeoutException):
            raise HostUnavailable("the host takes too long") from result
        if isinstance(result, (httpx2.TransportError, OSError)):
            raise HostUnavailable(f"the host can't be reached: {_reason(result)}") from result
        raise FigureError(_reason(result)) from result

    def _content(self, client: httpx2.Client, url: str, deadline: float) -> bytes:
        headers = {
            "User-Agent": f"digest-publisher/{__version__} (+{self.contact})",
            "Accept": _ACCEPT,
        }
        for _ in range(_REDIRECTS + 1):
            if urlsplit(url).scheme not in {"http", "https"}:
                raise FigureError("it is at no http(s) address")
            with pinned_stream(
                client, url, headers, allow_private=self.allow_private, setting="figures"
            ) as response:
                target = response.headers.get("Location", "")
                if not (_REDIRECT <= response.status_code < _CLIENT_ERROR and target):
                    return _body(response, deadline)
                url = urljoin(url, target)
        raise FigureError(f"its host redirects more than {_REDIRECTS} times")


def _body(response: httpx2.Response, deadline: float) -> bytes:
    status = response.status_code
    if status != _OK:
        unavailable = status == _THROTTLED or status >= _SERVER_ERROR
        raise (HostUnavailable if unavailable else FigureError)(f"its host answers {status}")
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise FigureError(f"it has more than {MOST_BYTES // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise HostUnavailable("the host takes too long")
    return bytes(content)


def _reason(error: Exception) -> str:
    return one_line(str(error))[:120] or type(error).__name__
