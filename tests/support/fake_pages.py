"""A web server on 127.0.0.1 whose pages are a dictionary.

with FakePages() as site:
    site.pages["/feed.xml"] = "<rss>"
    site.pages["/list?date=2026-12-01"] = 404
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class FakePages:
    """Serves `pages`, by path and query: a text, or the status of a refusal."""

    def __init__(self) -> None:
        self.pages: dict[str, str | int] = {}
        self.requests: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                site.requests.append(self.path)
                page = site.pages.get(self.path, 404)
                body = page.encode() if isinstance(page, str) else b""
                self.send_response(200 if isinstance(page, str) else page)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads, self._server.block_on_close = True, False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
