"""The server's side of a connection: a short cut for cached files, and time limits.

Nearly all requests are for a feed that did not change, and most of uvicorn's work for one is to
make a task, a scope and an event of it. If the file is cached and the request is a usual one, the
answer is written as soon as the headers are read; everything else goes through uvicorn.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from publisher.web.files.answers import accepts_gzip
from publisher.web.files.conditions import FileRequest, status_for

if TYPE_CHECKING:
    import asyncio
    from asyncio import TimerHandle
    from collections.abc import Callable
    from typing import ClassVar

    from publisher.web.files.library import Library, LibraryFile, Variant

HEAD_SECONDS = 20.0  # for the headers of a request to arrive
STUCK_SECONDS = 60.0  # for the client to read what is sent
MOST_HEAD_BYTES = 65_536
# Headers of requests for more than a whole file, or with a body.
_UNUSUAL = frozenset(
    {
        *(b"range", b"if-range", b"if-match", b"if-unmodified-since", b"expect", b"upgrade"),
        *(b"content-length", b"transfer-encoding"),
    }
)
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that all connections of a server share.

    `polled` is called for each request of a feed (path in the folder, User-Agent), `note` for each
    line of the access log.
    """

    library: Library
    polled: Callable[[str, str], None]
    note: Callable[[str, str, int, float, int], None]


class Protocol(HttpToolsProtocol):
    """A connection; `protocol_for` makes a class with files."""

    wiring: ClassVar[Wiring]

    _answered = False  # the request whose headers were read last
    _reading_head = False
    _head_bytes = 0
    _head_timer: TimerHandle | None = None
    _idle_timer: TimerHandle | None = None
    _idle_since = 0.0
    _stuck_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of an idle connection."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        for timer in (self._head_timer, self._idle_timer, self._stuck_timer):
            if timer is not None:
                timer.cancel()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; headers may neither take too long nor be too large."""
        super().data_received(data)
        if not self._reading_head:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def on_message_begin(self) -> None:
        """Begin a request without what only uvicorn needs."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._reading_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Answer, or hand the request to uvicorn."""
        self._reading_head = False
        self._answered = self._answer()
        if not self._answered:
            url, headers, expect = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expect
            self.headers += headers
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        if not self._answered:
            super().on_message_complete()

    def pause_writing(self) -> None:
        """Give a client that reads nothing some time, then close the connection."""
        super().pause_writing()
        self._stuck_timer = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop that timer."""
        super().resume_writing()
        if self._stuck_timer is not None:
            self._stuck_timer.cancel()
            self._stuck_timer = None

    def _answer(self) -> bool:
        """Answer the request whose headers are read; return False where uvicorn has to."""
        wiring = self.wiring
        known = wiring.library.known(self.url)
        if known is None or not self._is_plain():
            return False
        headers = dict(self.headers)
        file = _variant_for(known, headers.get(b"accept-encoding"))
        if file.body is None or not _UNUSUAL.isdisjoint(headers):
            return False
        tags, date = headers.get(b"if-none-match", b""), headers.get(b"if-modified-since", b"")
        date_lines = wiring.library.date_lines(self.server_state.default_headers)
        if tags == file.etag_bytes or _is_unchanged(file, tags, date):
            status, size = 304, 0
            self.transport.write(file.unchanged + date_lines)
        else:
            status, size = 200, file.size
            self.transport.write(b"".join((file.answer, date_lines, file.body)))
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if known.polled:
            wiring.polled(known.path, headers.get(b"user-agent", b"").decode("latin-1"))
        wiring.note("GET", known.path, status, 0.0, size)
        return True

    def _is_plain(self) -> bool:
        """Return whether no other request is in progress, and this one is plain."""
        cycle, parser, most = self.cycle, self.parser, self.limit_concurrency
        return (
            (cycle is None or cycle.response_complete)
            and parser.get_method() == b"GET"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not self.flow.write_paused
            and not (most and len(self.connections) >= most)
        )

    def _look_again(self) -> None:
        """Close the connection if it is idle for long; one timer serves many requests."""
        busy = self.cycle is not None and not self.cycle.response_complete
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if busy or self._reading_head or left > 0:
            self._idle_timer = self.loop.call_later(max(left, 1.0), self._look_again)
        elif not self.transport.is_closing():
            self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for the next request, or go on with one that has arrived meanwhile."""
        self._idle_since = self.loop.time()
        super().on_response_complete()


def protocol_for(wiring: Wiring) -> type[Protocol]:
    """Return the protocol class of a server with these parts."""
    return type("SiteProtocol", (Protocol,), {"wiring": wiring})


def _variant_for(file: LibraryFile, packed: bytes | None) -> Variant:
    if packed and file.compressed is not None and accepts_gzip(packed.decode("latin-1")):
        return file.compressed
    return file.plain


def _is_unchanged(file: Variant, tags: bytes, date: bytes) -> bool:
    asked = FileRequest(
        if_none_match=tags.decode("latin-1"), if_modified_since=date.decode("latin-1")
    )
    return status_for(asked, file.etag, file.modified) == HTTPStatus.NOT_MODIFIED
