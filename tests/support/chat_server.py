"""A web server of a chat that answers what it is told to, one request after the other."""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[["ChatServer", BaseHTTPRequestHandler], None]


class ChatServer:
    """Takes every message where it has no other orders, and counts what it was sent."""

    def __init__(self) -> None:
        self.script: deque[Answer] = deque()
        self.bodies: list[Any] = []
        self.arrived = threading.Event()
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.bodies.append(json.loads(body))
                server.arrived.set()
                answer = server.script.popleft() if server.script else reply(200)
                with suppress(OSError):
                    answer(server, self)

            def log_message(self, *_arguments: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


def reply(status: int, body: object = None, **headers: str) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()

    def answer(_server: ChatServer, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hang(server: ChatServer, handler: BaseHTTPRequestHandler) -> None:
    server.over.wait(60)
    handler.close_connection = True


def drop(_server: ChatServer, handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def break_off(_server: ChatServer, handler: BaseHTTPRequestHandler) -> None:
    """Close in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"ok": ')
    handler.close_connection = True


def garbage(_server: ChatServer, handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff SSH-2.0-whatever\r\n\r\n")
    handler.close_connection = True
