"""Request every link once, HEAD first and a few at a time.

The links of a digest are not trusted: private addresses are never requested, not even after a
redirect, except for the hosts of the site itself.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher import __version__
from publisher.preflight.findings import finding
from publisher.preflight.links import is_public, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import httpx2

    from publisher.models import Finding

AT_ONCE, AT_ONCE_PER_HOST = 16, 2
SECONDS = 15.0
REDIRECTS = 5
# The page does not exist. Any other status below 500 is an answer: many refuse robots, or HEAD.
_GONE = frozenset({404, 410})
_SERVER_ERROR = 500
_BAD_GATEWAY = frozenset({502, 503, 504, 520, 521, 522, 523, 524, 530})


def check_links_answer(
    urls: Iterable[str], own_hosts: Collection[str], subject: str, *, seconds: float = SECONDS
) -> list[Finding]:
    """Return a finding about `subject` for each of `urls` that does not answer in `seconds`.

    `own_hosts` are those of the site: they may have private addresses, and must answer.
    """
    distinct = list(dict.fromkeys(urls))
    problems = asyncio.run(_request_all(distinct, own_hosts, seconds))
    return [
        finding(
            subject,
            "P206" if urlsplit(url).hostname in own_hosts else "P205",
            f"{shown(url)}: {problem}",
        )
        for url, problem in zip(distinct, problems, strict=True)
        if problem
    ]


async def _request_all(urls: list[str], own_hosts: Collection[str], seconds: float) -> list[str]:
    import httpx2  # noqa: PLC0415 - slow, and only with --online

    everywhere = asyncio.Semaphore(AT_ONCE)
    by_host: dict[str, asyncio.Semaphore] = {}

    async with httpx2.AsyncClient(
        timeout=seconds, headers={"User-Agent": f"digest-publisher/{__version__} (link check)"}
    ) as client:

        async def request(url: str) -> str:
            host = urlsplit(url).hostname or ""
            same_host = by_host.setdefault(host, asyncio.Semaphore(AT_ONCE_PER_HOST))
            async with same_host, everywhere:
                try:
                    async with asyncio.timeout(2 * seconds):
                        return await _problem(url, client, own_hosts)
                except TimeoutError:
                    return "no answer in time"
                except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
                    return " ".join(str(error).split())[:120] or type(error).__name__

        return await asyncio.gather(*map(request, urls))


async def _problem(url: str, client: httpx2.AsyncClient, own_hosts: Collection[str]) -> str:
    """Return the problem of `url`, "" where it answers."""
    status = await _status(url, "HEAD", client, own_hosts)
    # Some servers do not support HEAD, and answer it with all kinds of errors.
    if status >= 400:  # noqa: PLR2004 - all errors (RFC 9110, 15)
        status = await _status(url, "GET", client, own_hosts)
    is_dead = status in _GONE or status == _SERVER_ERROR or status in _BAD_GATEWAY
    return f"status {status}" if is_dead else ""


async def _status(
    url: str, method: str, client: httpx2.AsyncClient, own_hosts: Collection[str]
) -> int:
    """Return the status at the end of the redirects. Raises `OSError` and httpx2's errors."""
    for _ in range(REDIRECTS + 1):
        await _refuse_private(url, own_hosts)
        async with client.stream(method, url) as response:
            if response.next_request is None:
                if response.has_redirect_location:
                    raise OSError("redirects to an address that is not a URL")
                return response.status_code
            url = str(response.next_request.url)
    raise OSError(f"more than {REDIRECTS} redirects")


async def _refuse_private(url: str, own_hosts: Collection[str]) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in own_hosts:
        return
    if parts.scheme not in ("http", "https"):
        raise OSError(f"leads to {parts.scheme}:")
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    if not all(is_public(str(address[0])) for *_, address in addresses):
        raise OSError("leads to an address that is not public")
