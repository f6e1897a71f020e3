"""The server's side of a connection: what is known is answered at once, and nobody dawdles.

Nearly all requests are of a feed that did not change, and most of what uvicorn does for one is to
make a task, a scope and an event of it. Where a file is known and nothing is unusual about the
request, the answer is written as soon as its head is read; everything else goes the usual way.
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

HEAD_SECONDS = 20.0  # for a request's head to arrive
STUCK_SECONDS = 60.0  # for somebody to take what is sent to them
MOST_HEAD_BYTES = 65_536
# What asks for more than a whole file, or has a body.
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
    """What every connection of a server has.

    `polled` is told of each request of a feed (path in the folder, User-Agent), `note` what the
    access log is told.
    """

    library: Library
    polled: Callable[[str, str], None]
    note: Callable[[str, str, int, float, int], None]


class Protocol(HttpToolsProtocol):
    """A connection; `protocol_for` makes one that has files."""

    wiring: ClassVar[Wiring]

    _answered = False  # the request whose head was read last
    _reading_head = False
    _head_bytes = 0
    _head_timer: TimerHandle | None = None
    _idle_timer: TimerHandle | None = None
    _idle_since = 0.0
    _stuck_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request no longer than for the next one."""
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
        """Read on; a head may neither take too long nor be too large."""
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
        """Begin a request; what only the usual way needs is made when it is taken."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._reading_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        """Answer, or start what will."""
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
        """Give somebody who takes nothing a while, then hang up."""
        super().pause_writing()
        self._stuck_timer = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        if self._stuck_timer is not None:
            self._stuck_timer.cancel()
            self._stuck_timer = None

    def _answer(self) -> bool:
        """Answer the request whose head is read; False where the usual way has to."""
        wiring = self.wiring
        found = wiring.library.known(self.url)
        if found is None or not self._is_plain():
            return False
        asked = dict(self.headers)
        file = _variant_for(found, asked.get(b"accept-encoding"))
        if file.body is None or not _UNUSUAL.isdisjoint(asked):
            return False
        tags, date = asked.get(b"if-none-match", b""), asked.get(b"if-modified-since", b"")
        told = wiring.library.date_lines(self.server_state.default_headers)
        if tags == file.etag_bytes or _is_unchanged(file, tags, date):
            status, size = 304, 0
            self.transport.write(file.unchanged + told)
        else:
            status, size = 200, file.size
            self.transport.write(b"".join((file.answer, told, file.body)))
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if found.polled:
            wiring.polled(found.path, asked.get(b"user-agent", b"").decode("latin-1"))
        wiring.note("GET", found.path, status, 0.0, size)
        return True

    def _is_plain(self) -> bool:
        """Return whether nothing else is under way, and the request line asks for no more."""
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
        """Hang up where nothing was asked for long; one timer for many requests."""
        busy = self.cycle is not None and not self.cycle.response_complete
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if busy or self._reading_head or left > 0:
            self._idle_timer = self.loop.call_later(max(left, 1.0), self._look_again)
        elif not self.transport.is_closing():
            self.transport.close()

    def on_response_complete(self) -> None:
        """Wait for the next request, or go on with one that came meanwhile."""
        self._idle_since = self.loop.time()
        super().on_response_complete()


def protocol_for(wiring: Wiring) -> type[Protocol]:
    """Return the protocol of a server that is wired so."""
    return type("SiteProtocol", (Protocol,), {"wiring": wiring})


def _variant_for(found: LibraryFile, packed: bytes | None) -> Variant:
    if packed and found.compressed is not None and accepts_gzip(packed.decode("latin-1")):
        return found.compressed
    return found.plain


def _is_unchanged(file: Variant, tags: bytes, date: bytes) -> bool:
    asked = FileRequest(
        if_none_match=tags.decode("latin-1"), if_modified_since=date.decode("latin-1")
    )
    return status_for(asked, file.etag, file.modified) == HTTPStatus.NOT_MODIFIED
