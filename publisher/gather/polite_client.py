"""HTTP for sources of papers: one connection, a pause between requests, back-off when refused.

arXiv asks for one request in three seconds over one connection
(https://info.arxiv.org/help/api/tou.html), and throttles with 403, 406, 429 and 503 below that.
"""

from __future__ import annotations

import random
from email.utils import parsedate_to_datetime
from threading import Lock, Timer
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from publisher import __version__
from publisher.errors import GatherError, RequestFailed
from publisher.git_process import without_credentials
from publisher.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx2

ANY_TYPE = "*/*"
HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
ATOM = "application/atom+xml,application/xml;q=0.9,*/*;q=0.5"

_TRIES = 5
_REDIRECTS = 5
_MOST_BYTES = 20_000_000  # a day of all of computer science has 6 MB
_TOTAL_SECONDS = 120.0
_LONGEST_WAIT = 120.0  # above that, the caller does other work and comes again
_OK, _REDIRECT, _CLIENT_ERROR, _SERVER_ERROR = 200, 300, 400, 500
_THROTTLED = frozenset({403, 406, 408, 425, 429})


class PoliteClient:
    """A client that keeps to a pause between requests of a site, and tries again when refused.

    May be used by several threads, which then wait for each other.
    """

    def __init__(
        self,
        contact: str,
        pause_seconds: float,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        stopping: Callable[[], bool],
    ) -> None:
        """Make a client that gives `contact` with each request; nothing is connected yet."""
        agent = f"digest-publisher/{__version__}" + (f" (+{contact})" if contact else "")
        self._agent = printable(agent, 200).encode("ascii", "replace").decode()
        self._pause = pause_seconds
        self._clock, self._sleep, self._stopping = clock, sleep, stopping
        self._lock = Lock()
        self._client: httpx2.Client | None = None
        self._not_before: dict[str, float] = {}
        self._resting: set[str] = set()  # sites that refused all tries, and answered nothing since

    def close(self) -> None:
        """Close the connection; the client may be used again afterwards."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def get(self, url: str, accept: str = ANY_TYPE) -> bytes:
        """Return the content of `url`.

        Raises `RequestFailed` where the server refuses for good, refuses each try, can't be
        reached, or asks for a long pause; `GatherError` where the program is stopping.
        """
        with self._lock:
            for _ in range(_REDIRECTS + 1):
                try:
                    content, target = self._persist(url, accept)
                except ValueError as error:  # "http://[x"
                    raise RequestFailed(f"{printable(url)} is no address: {error}.") from error
                if not target:
                    return content
                url = _redirected(url, target)
        problem = f"{shown(url)} redirects more than {_REDIRECTS} times."
        raise RequestFailed(problem, status=_REDIRECT)

    def _persist(self, url: str, accept: str) -> tuple[bytes, str]:
        """Return the content, or the address of a redirect."""
        site = _site(url)
        tries = 1 if site in self._resting else _TRIES
        for attempt in range(1, tries + 1):
            self._wait(url, site)
            try:
                answer = self._request(url, accept)
            except RequestFailed as error:
                again = not error.status or _is_throttling(error.status)
                wait = error.wait_seconds or (self._back_off(attempt) if again else 0.0)
                self._not_before[site] = self._clock() + max(wait, self._pause)
                if not again:
                    raise
                if attempt == tries or wait > _LONGEST_WAIT:
                    self._resting.add(site)
                    raise
            else:
                self._not_before[site] = self._clock() + self._pause
                self._resting.discard(site)
                return answer
        raise AssertionError  # the last try returns or raises

    def _wait(self, url: str, site: str) -> None:
        seconds = self._not_before.get(site, 0.0) - self._clock()
        if seconds > _LONGEST_WAIT:
            raise RequestFailed(
                f"{shown(url)} is not asked: the site wants a pause of {seconds:.0f} more seconds.",
                wait_seconds=seconds,
            )
        while seconds > 0 and not self._stopping():
            self._sleep(min(seconds, 1.0))
            seconds -= 1.0
        if self._stopping():
            raise GatherError("Stopped before all papers were read; the next run continues.")

    def _back_off(self, attempt: int) -> float:
        base = max(1.0, self._pause) * 2 ** (attempt - 1)
        return float(min(base * random.uniform(1.0, 1.5), _LONGEST_WAIT))  # noqa: S311 - no secret

    def _request(self, url: str, accept: str) -> tuple[bytes, str]:
        import httpx2  # noqa: PLC0415 - takes a tenth of a second

        if self._client is None or self._client.is_closed:
            self._client = httpx2.Client(
                headers={"User-Agent": self._agent},
                timeout=30.0,
                limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
            )
        # No time-out of the client ends an answer of which a byte comes now and then.
        watch = Timer(_TOTAL_SECONDS, self._client.close)
        watch.daemon = True
        watch.start()
        try:
            with self._client.stream("GET", url, headers={"Accept": accept}) as response:
                return self._content(url, response)
        # RuntimeError: the client was closed, or the stream was.
        except (httpx2.HTTPError, httpx2.InvalidURL, RuntimeError, OSError) as error:
            self._client.close()
            self._client = None
            reason = printable(str(error) or type(error).__name__, 200)
            raise RequestFailed(f"{shown(url)} can't be read: {reason}.") from error
        finally:
            watch.cancel()

    def _content(self, url: str, response: httpx2.Response) -> tuple[bytes, str]:
        status, headers = response.status_code, response.headers
        if _REDIRECT <= status < _CLIENT_ERROR and headers.get("Location"):
            return b"", headers["Location"]
        if not _OK <= status < _REDIRECT:
            raise RequestFailed(
                f"{shown(url)} answers {status}{_meaning(status)}.",
                status=status,
                wait_seconds=retry_after(headers),
            )
        content = bytearray()
        deadline = self._clock() + _TOTAL_SECONDS
        for part in response.iter_bytes():
            content += part
            if len(content) > _MOST_BYTES:
                raise RequestFailed(
                    f"{shown(url)} has more than {_MOST_BYTES:,} bytes.", status=status
                )
            if self._clock() > deadline:
                raise RequestFailed(f"{shown(url)} takes more than {_TOTAL_SECONDS:.0f} seconds.")
        return bytes(content), ""


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that `Retry-After` asks for (RFC 9110, 10.2.3), 0 where it is missing.

    A date counts from the server's own clock, its `Date`.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def shown(url: str) -> str:
    """Return `url` for people: without user, password and query, which may be secrets."""
    return printable(without_credentials(url.partition("?")[0]), 200)


def _is_throttling(status: int) -> bool:
    return status in _THROTTLED or status >= _SERVER_ERROR


def _meaning(status: int) -> str:
    if status in _THROTTLED:
        return ", as it does when there are too many requests"
    return " (no such page)" if status in {404, 410} else ""


def _site(url: str) -> str:
    """Return what stands for all hosts of a site: arxiv.org for export.arxiv.org."""
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


def _redirected(url: str, target: str) -> str:
    """Return the address that `url` redirects to: on the same host, or on one below it."""
    try:
        new = urljoin(url, target)
        old_parts, parts = urlsplit(url), urlsplit(new)
    except ValueError as error:  # "http://[x"
        problem = f"{shown(url)} redirects to {printable(target)}, which is no address."
        raise RequestFailed(problem, status=_REDIRECT) from error
    old_host, host = old_parts.hostname or "", parts.hostname or ""
    is_downgrade = old_parts.scheme == "https" and parts.scheme != "https"
    is_web = parts.scheme in {"http", "https"}
    if not is_web or is_downgrade or not (host == old_host or host.endswith(f".{old_host}")):
        problem = f"{shown(url)} redirects to another site, {shown(new)}."
        raise RequestFailed(problem, status=_REDIRECT)
    return new
