"""WebSub: tell a hub which feeds changed, so that it tells their subscribers at once.

The W3C recommendation leaves open how a publisher tells its hub (https://www.w3.org/TR/websub/,
section 6). Every hub accepts PubSubHubbub's form, `hub.mode=publish&hub.url=<feed>`. For several
feeds in one request hubs differ (Google: hub.url again; Superfeedr: hub.url[], or commas), so each
feed is a request, all on one connection.

Nothing here fails a build: problems are returned as text.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from publisher import __version__
from publisher.errors import HubError
from publisher.formatter.feeds.formats import current_format
from publisher.printable import one_line
from publisher.services.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx2

    from publisher.settings import Settings

TOTAL_SECONDS = 30.0
ANSWER_SECONDS = 10.0
DELAYS = (1.0, 2.0, 4.0)  # before the second try, the third ...
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_SUCCESS, _MOVED, _REFUSED = 200, 300, 400
_READ_BYTES = 2_000
_SHOWN = 120
_STEP_SECONDS = 0.1


class Next(Enum):
    """The step after an answer of the hub."""

    DONE = auto()
    AGAIN = auto()
    SKIP = auto()  # the hub refuses this feed
    STOP = auto()  # the hub refuses every feed, or can't take them now


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """The hub's answer; status 0 where there was none, and `text` says why."""

    status: int
    text: str = ""
    retry_after: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class HubDecision:
    """The next step, the seconds to wait before it, and the reason for people."""

    next: Next
    seconds: float = 0.0
    reason: str = ""


def announce(
    written: Iterable[str], settings: Settings, stopping: Callable[[], bool] = lambda: False
) -> list[str]:
    """Tell the hub of `settings`, if any, which feeds are among the files that a build wrote.

    Returns and ends as `ping` does.
    """
    hub = settings.feeds.hub
    return ping(hub, current_feeds(written, settings.site.root), stopping) if hub else []


def current_feeds(paths: Iterable[str], root: str) -> list[str]:
    """Return the URLs of the feeds among `paths` whose format a hub is told of.

    Archive documents are left out, as nobody subscribes to them. `root` is the site's URL.
    """
    return [
        root + quote(path)
        for path in paths
        if (feed_format := current_format(path)) and feed_format.announced
    ]


def decide(answer: HubAnswer, tries: int, seconds_left: float, now: datetime) -> HubDecision:
    """Return the next step after `answer` to the try number `tries`, with `seconds_left` in all."""
    status = answer.status
    reason = f"{status} {answer.text}".strip() if status else answer.text
    if _SUCCESS <= status < _MOVED:
        return HubDecision(Next.DONE)
    if _MOVED <= status < _REFUSED:
        target = f" to {answer.location}" if answer.location else ""
        return HubDecision(Next.STOP, reason=f"{status}, it moved{target} (setting feeds.hub)")
    if status and status not in _BUSY:
        # 404 or 401 would come for every feed, a plain 400 is about this one.
        about_feed = status in (400, 403, 409, 422)
        return HubDecision(Next.SKIP if about_feed else Next.STOP, reason=reason)
    if tries > len(DELAYS):
        return HubDecision(Next.STOP, reason=f"{reason} ({tries} tries)")
    seconds = max(DELAYS[tries - 1], retry_after(answer.retry_after, now).total_seconds())
    if seconds >= seconds_left:
        return HubDecision(Next.STOP, reason=f"{reason}; it may take {seconds:.0f} s more")
    return HubDecision(Next.AGAIN, seconds)


def ping(
    hub: str,
    feeds: Iterable[str],
    stopping: Callable[[], bool] = lambda: False,
    total_seconds: float = TOTAL_SECONDS,
) -> list[str]:
    """Tell `hub` that each of `feeds` changed; return a line for each problem.

    Takes about `total_seconds` at most, and ends early when `stopping` returns True. Raises
    nothing.
    """
    waiting = list(feeds)
    if not waiting:
        return []
    host = urlsplit(hub).hostname
    deadline = time.monotonic() + total_seconds
    warnings: list[str] = []
    try:
        with _client() as client:
            while waiting:
                decision = _tell(client, hub, waiting[0], deadline, stopping)
                if decision.next is Next.STOP:
                    count = f"{len(waiting):,} feed{'s' if len(waiting) > 1 else ''}"
                    warnings.append(f"hub {host}: {decision.reason}; {count} not announced")
                    break
                if decision.next is Next.SKIP:
                    warnings.append(f"hub {host}: {waiting[0]}: {decision.reason}")
                waiting.pop(0)
    except HubError as error:
        warnings.append(f"hub {host}: {error}")
    return warnings


def _tell(
    client: httpx2.Client, hub: str, feed: str, deadline: float, stopping: Callable[[], bool]
) -> HubDecision:
    tries = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or stopping():
            return HubDecision(Next.STOP, reason="stopped" if stopping() else "it is too slow")
        tries += 1
        try:
            answer = _post(client, hub, feed, min(left, ANSWER_SECONDS))
        except HubError as error:
            answer = HubAnswer(0, str(error))
        decision = decide(answer, tries, deadline - time.monotonic(), datetime.now(UTC))
        if decision.next is not Next.AGAIN:
            return decision
        until = time.monotonic() + decision.seconds
        while time.monotonic() < until and not stopping():
            time.sleep(_STEP_SECONDS)


def _post(client: httpx2.Client, hub: str, feed: str, seconds: float) -> HubAnswer:
    """Return the hub's answer. Raises `HubError` where there is none, or not in time."""
    deadline = time.monotonic() + seconds
    data = {"hub.mode": "publish", "hub.url": feed}
    with _translating_errors(), client.stream("POST", hub, data=data, timeout=seconds) as response:
        body = b""
        # No more than people read: a hub may send one byte a second for ever.
        for piece in response.iter_raw():
            body += piece
            if len(body) >= _READ_BYTES or time.monotonic() > deadline:
                break
    text = body.decode("utf-8", errors="replace") if response.status_code >= _REFUSED else ""
    reason = one_line(text.split("<")[0]) or one_line(response.reason_phrase)
    return HubAnswer(
        response.status_code,
        reason[:_SHOWN],
        response.headers.get("Retry-After", "").strip(),
        response.headers.get("Location", "")[:_SHOWN],
    )


@contextmanager
def _client() -> Iterator[httpx2.Client]:
    import httpx2  # noqa: PLC0415 - few have a hub, and it takes a tenth of a second

    with (
        _translating_errors(),
        httpx2.Client(headers={"User-Agent": f"digest-publisher/{__version__}"}) as client,
    ):
        yield client


@contextmanager
def _translating_errors() -> Iterator[None]:
    import httpx2  # noqa: PLC0415 - see above

    try:
        yield
    except httpx2.TimeoutException as error:
        raise HubError("no answer in time") from error
    except httpx2.UnsupportedProtocol as error:
        raise HubError(f"not a URL: {error}") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError, OSError) as error:
        raise HubError(" ".join(str(error).split())[:_SHOWN] or type(error).__name__) from error
