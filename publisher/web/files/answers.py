"""Answers to requests for files; for a cached file they cost a stat call and no thread."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from anyio import to_thread

from publisher.web.files.conditions import FileRequest, byte_range, status_for
from publisher.web.files.library import LibraryFile, Variant, mark_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import Receive, Scope, Send

    from publisher.web.files.library import Headers, Library

_CHUNK = 64 * 1024
_NAMES = {
    b"if-match": "if_match",
    b"if-none-match": "if_none_match",
    b"if-modified-since": "if_modified_since",
    b"if-unmodified-since": "if_unmodified_since",
    b"range": "range",
    b"if-range": "if_range",
}
_PLAIN: Headers = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


class SiteFiles:
    """The ASGI application of a site's files.

    `polled` is called for each request of a feed with its path in the folder and the User-Agent.
    """

    def __init__(self, library: Library, polled: Callable[[str, str], None]) -> None:
        """Serve the files of `library`."""
        self._library = library
        self._polled = polled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; its body is ignored."""
        del receive
        method, raw = scope["method"], scope["raw_path"]
        if method not in ("GET", "HEAD"):
            return await _end(send, 405, [*_PLAIN, (b"allow", b"GET, HEAD")], b"method not allowed")
        file_or_path = self._library.known(raw) or await self._found(raw)
        if not isinstance(file_or_path, LibraryFile):
            return await self._without(file_or_path, send)
        gzip, agent, conditions = request_of(scope["headers"])
        scope["publisher.file"] = file_or_path.path
        if file_or_path.polled:
            self._polled(file_or_path.path, agent)
        file = file_or_path.plain
        if gzip and file_or_path.compressed is not None and not conditions.range:
            file = file_or_path.compressed
        status = status_for(conditions, file.etag, file.modified)
        if status != 200:  # noqa: PLR2004 - a status of HTTP
            return await _end(send, status, file.short, b"")
        return await _whole_or_part(send, file, conditions, head=method == "HEAD")

    async def _found(self, raw: bytes) -> LibraryFile | str | None:
        file_or_path = await to_thread.run_sync(self._library.find, raw)
        if isinstance(file_or_path, LibraryFile):
            self._library.keep(raw, file_or_path)
        return file_or_path

    async def _without(self, file_or_path: str | None, send: Send) -> None:
        if file_or_path is not None:
            where = self._library.address(file_or_path).encode()
            return await _end(send, 301, [*_PLAIN, (b"location", where)], b"")
        page = await to_thread.run_sync(self._library.not_found)
        headers = [
            (b"content-type", b"text/html; charset=utf-8" if page else _PLAIN[0][1]),
            *_PLAIN[1:],
            (b"content-security-policy", b"frame-ancestors 'none'"),
            (b"referrer-policy", b"no-referrer"),
        ]
        return await _end(send, 404, headers, page or b"not found")


def request_of(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bool, str, FileRequest]:
    """Return whether gzip is accepted, the User-Agent, and the conditions of a request."""
    packed, agent, conditions = False, "", {}
    for name, value in headers:
        if name in _NAMES:
            conditions[_NAMES[name]] = value.decode("latin-1")
        elif name == b"accept-encoding":
            packed = accepts_gzip(value.decode("latin-1"))
        elif name == b"user-agent":
            agent = value.decode("latin-1")
    return packed, agent, FileRequest(**conditions)


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding allows gzip, by name or "*", and not with q=0."""
    codings: dict[str, bool] = {}
    for part in header.lower().split(",", 20)[:20]:
        name, _, weight = part.strip().partition(";")
        number = weight.strip().removeprefix("q=").strip()
        codings[name.strip()] = number.strip("0.") != "" if number else True
    return codings.get("gzip", codings.get("x-gzip", codings.get("*", False)))


async def _whole_or_part(send: Send, file: Variant, asked: FileRequest, *, head: bool) -> None:
    try:
        part = byte_range(asked, file.etag, file.modified, file.size) if asked.range else None
    except ValueError:
        where = (b"content-range", f"bytes */{file.size}".encode())
        return await _end(send, 416, [*file.short, where], b"")
    if part is None:
        status, headers, first, last = 200, file.headers, 0, file.size - 1
    else:
        status, (first, last) = 206, part
        headers = [
            *((name, value) for name, value in file.headers if name != b"content-length"),
            (b"content-length", str(last - first + 1).encode()),
            (b"content-range", f"bytes {first}-{last}/{file.size}".encode()),
        ]
    if head:
        return await _end(send, status, headers, None)
    if file.body is not None:
        return await _end(send, status, headers, file.body[first : last + 1])
    return await _stream(send, file, status, headers, first, last)


async def _end(send: Send, status: int, headers: Headers, body: bytes | None) -> None:
    """Send a complete answer; `body` is None for HEAD, whose Content-Length is set already."""
    if body is not None and status not in (200, 206, 304):
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})


async def _stream(
    send: Send, file: Variant, status: int, headers: Headers, first: int, last: int
) -> None:
    """Send a file that is not held in memory, unless it changed since it was looked up."""
    descriptor = await to_thread.run_sync(os.open, file.target, os.O_RDONLY)
    try:
        if mark_of(os.fstat(descriptor)) != file.mark:
            return await _end(send, 503, [*_PLAIN, (b"retry-after", b"1")], b"it changes right now")
        await send({"type": "http.response.start", "status": status, "headers": headers})
        while first <= last:
            size = min(_CHUNK, last - first + 1)
            chunk = await to_thread.run_sync(os.pread, descriptor, size, first)
            if not chunk:
                raise OSError("the file was cut off while it was sent")
            first += len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": first <= last})
    finally:
        os.close(descriptor)
