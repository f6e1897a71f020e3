"""The server of a preview, for browsers on this machine alone."""

from __future__ import annotations

import json
import os
import select
import sys
from collections import deque
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from publisher.errors import PublisherError
from publisher.live_preview import PREFIX, pages, problems
from publisher.live_preview.injection import with_reload
from publisher.live_preview.mail import MailRenderer, ShownPart, in_scheme, local_links, mail_view
from publisher.web.files.headers import media_type
from publisher.web.files.paths import relative_path

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.live_preview.board import Board
    from publisher.live_preview.problems import PreviewProblem

ADDRESS = "127.0.0.1"
# Another page that a browser has open can send requests here, under a name that leads here.
_HOSTS = frozenset({ADDRESS, "localhost"})
# A browser has six connections to a server at most, and needs some to load pages.
_STREAMS = 4
_IDLE_SECONDS = 10.0
_LOOK_SECONDS = 0.5
_HTML = "text/html; charset=utf-8"
_START_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self';"
    " img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# A mail has inline styles, and images from their original hosts. The start page reloads its frame.
_MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " style-src 'unsafe-inline' 'self'; img-src https: http: data:; form-action 'none';"
    " frame-ancestors 'self'"
)
_SITE_POLICY = "frame-ancestors 'self'"  # pages have the rest of their policy themselves


class PreviewServer(ThreadingTCPServer):
    """The server, whose threads end with their connections; `root` is its address."""

    allow_reuse_address = os.name == "posix"  # Windows would share the port with another program
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, board: Board, port: int) -> None:
        """Listen on `port`. Raises `OSError`."""
        super().__init__((ADDRESS, port), PreviewRequest)
        self.board = board
        self.mail = MailRenderer()
        self.root = f"http://{ADDRESS}:{self.server_address[1]}/"
        self.closing = Event()
        self._streams: deque[Event] = deque()
        self._lock = Lock()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer requests in threads until the block ends."""
        thread = Thread(target=self.serve_forever, args=(_LOOK_SECONDS / 5,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.closing.set()
            self.shutdown()
            thread.join()
            self.server_close()

    @contextmanager
    def stream(self) -> Iterator[Event]:
        """Yield an event that is set when a stream of events has to make room for another."""
        ended = Event()
        with self._lock:
            self._streams.append(ended)
            if len(self._streams) > _STREAMS:
                self._streams.popleft().set()
        try:
            yield ended
        finally:
            with self._lock, suppress(ValueError):
                self._streams.remove(ended)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base
        """Report an error, but not that a browser went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class PreviewRequest(BaseHTTPRequestHandler):
    """A request of a browser."""

    server: PreviewServer
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer with a page, a file or the stream of events."""
        host = self._host()
        if host not in _HOSTS:
            text = f"This preview is at {self.server.root} alone.\n"
            self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain; charset=utf-8", text.encode())
            return
        path, _, query = self.path.partition("?")
        if path == PREFIX.rstrip("/"):
            self._redirect(PREFIX)
        elif path.startswith(PREFIX):
            self._own(path.removeprefix(PREFIX), dict(parse_qsl(query, max_num_fields=20)))
        else:
            self._site(path)

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def parse_request(self) -> bool:
        """Return whether the request can be answered, and refuse what changes something."""
        if not super().parse_request():
            return False
        if self.command in ("GET", "HEAD"):
            return True
        self._send(HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b"GET and HEAD only\n")
        return False

    def version_string(self) -> str:
        """Return the name for the header Server."""
        return "publisher"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base
        """Print nothing: what is built is printed, not what a browser asks for."""

    def _host(self) -> str:
        """Return the name by which the browser knows this server, "" where it does not say."""
        hosts = self.headers.get_all("Host", [])
        with suppress(ValueError):
            return urlsplit(f"//{hosts[0]}").hostname or "" if len(hosts) == 1 else ""
        return ""

    def _own(self, name: str, query: dict[str, str]) -> None:
        """Answer with a page of the preview itself."""
        answers: dict[str, Callable[[dict[str, str]], None]] = {
            "": self._start,
            "mail": self._mail,
            "events": self._events,
        }
        if name in pages.ASSETS:
            content, kind = pages.asset(name)
            self._send(HTTPStatus.OK, f"{kind}; charset=utf-8", content)
        elif name in answers:
            answers[name](query)
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    def _start(self, query: dict[str, str]) -> None:
        server = self.server
        page = pages.start_page(server.board, server.mail, query, server.root)
        self._send(HTTPStatus.OK, _HTML, page, _START_POLICY)

    def _mail(self, query: dict[str, str]) -> None:
        server, preview = self.server, self.server.board.preview
        if preview.settings is None:
            self._problem(problems.building())
            return
        view = mail_view(query, preview.settings)
        try:
            mail = server.mail.render(preview, view)
        except PublisherError as error:
            self._problem(problems.problem_of(error))
            return
        if mail is None:
            self._problem(problems.no_issue(has_papers=preview.papers > 0))
        elif view.part is ShownPart.TEXT:
            text = local_links(mail.message.text, preview.settings, server.root)
            self._send(HTTPStatus.OK, _HTML, pages.text_page(text), _MAIL_POLICY)
        else:
            html = local_links(mail.message.html, preview.settings, server.root)
            html = in_scheme(html, view.scheme).replace(
                "</head>", '<base target="_blank"></head>', 1
            )
            self._send(HTTPStatus.OK, _HTML, html.encode(errors="replace"), _MAIL_POLICY)

    def _events(self, _query: dict[str, str]) -> None:
        """Send the version of the site and of all, now and whenever one changes."""
        board, seen = self.server.board, -1
        self._head(HTTPStatus.OK, "text/event-stream")
        if self.command == "HEAD":
            return
        self.wfile.write(b"retry: 1000\n\n")
        with self.server.stream() as ended:
            while not (
                ended.is_set() or self.server.closing.is_set() or _has_left(self.connection)
            ):
                preview = board.wait(seen, _LOOK_SECONDS)
                if preview.version != seen:
                    seen = preview.version
                    versions = {"site": board.site_version(preview), "all": f"{board.run}.{seen}"}
                    self.wfile.write(f"data: {json.dumps(versions)}\n\n".encode())

    def _site(self, raw: str) -> None:
        """Answer with a file of the site, or with the reason why there is none."""
        preview = self.server.board.preview
        path = relative_path(raw.encode())
        kind = media_type(path) if path and not path.endswith("/") else _HTML
        problem = preview.problem or (None if preview.site_folder else problems.building())
        if problem or preview.site_folder is None:
            if kind == _HTML or path is None:
                self._problem(problem or problems.building())
            else:
                self._send(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"not built\n")
            return
        folder, status = preview.site_folder, HTTPStatus.OK
        file = _file_in(folder, path)
        if file is not None and file.is_dir():
            self._redirect(f"{raw}/")
            return
        content = _read(file)
        if content is None:
            status, kind, content = HTTPStatus.NOT_FOUND, _HTML, _read(folder / "404.html") or b""
        if kind == _HTML:
            content = with_reload(content, self.server.board.site_version(preview))
        self._send(status, kind, content, _SITE_POLICY)

    def _problem(self, problem: PreviewProblem) -> None:
        page = pages.problem_page(problem)
        version = self.server.board.site_version(self.server.board.preview)
        self._send(HTTPStatus.SERVICE_UNAVAILABLE, _HTML, with_reload(page, version), _START_POLICY)

    def _redirect(self, address: str) -> None:
        self._send(HTTPStatus.FOUND, "text/plain", b"", Location=address)

    def _send(
        self, status: HTTPStatus, kind: str, content: bytes, policy: str = "", **headers: str
    ) -> None:
        self._head(status, kind, policy or _SITE_POLICY, length=len(content), **headers)
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(
        self,
        status: HTTPStatus,
        kind: str,
        policy: str = _SITE_POLICY,
        length: int | None = None,
        **headers: str,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _file_in(folder: Path, path: str | None) -> Path | None:
    """Return the file of the site at `path`, None where it is not in `folder`."""
    if path is None:
        return None
    file = folder / (f"{path}index.html" if path.endswith("/") or not path else path)
    return file if file.resolve().is_relative_to(folder.resolve()) else None


def _read(file: Path | None) -> bytes | None:
    try:
        return file.read_bytes() if file else None
    except OSError:
        return None


def _has_left(connection: socket.socket) -> bool:
    """Return whether the browser has closed the connection; it sends nothing more otherwise."""
    return bool(select.select([connection], [], [], 0)[0])
