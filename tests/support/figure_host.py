"""A host of figures that behaves in every way that hosts do."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator


def picture(
    kind: str, size: tuple[int, int] = (1600, 900), mode: str = "RGB", **save: object
) -> bytes:
    """Return a picture with a different colour in each corner."""
    content = BytesIO()
    image = Image.new(mode, size, 90)
    if mode == "RGB":
        image.paste((200, 60, 20), (0, 0, size[0] // 2, size[1] // 2))
    image.save(content, kind, **save)
    return content.getvalue()


def animation() -> bytes:
    frames = [Image.new("P", (400, 300), colour) for colour in (1, 2, 3)]
    content = BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    return content.getvalue()


FILES = {
    "/photo.jpg": picture("JPEG"),
    "/other.jpg": picture("JPEG", (800, 800)),
    "/tall.png": picture("PNG", (300, 9000)),
    "/clear.png": picture("PNG", (200, 100), "RGBA"),
    "/moving.gif": animation(),
    "/sixteen.png": picture("PNG", (500, 500), "I;16"),
    "/drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "/paper.pdf": b"%PDF-1.7\n",
    "/page.html": b"<!DOCTYPE html><p>Please log in",
    "/bomb.png": picture("PNG", (20_000, 10_000), "1"),
    "/cut.jpg": picture("JPEG")[:4000],
    "/cut.png": picture("PNG", (900, 900))[:600],
    "/empty.png": b"",
    "/huge.png": b"\x89PNG" + bytes(16_000_000),
}


class FigureHost(ThreadingHTTPServer):
    """Counts requests by path; `status` is the answer to all of them where it is set."""

    daemon_threads = True
    status = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: Counter[str] = Counter()
        self.moments: list[float] = []
        self.root = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FigureHost

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        self.server.moments.append(time.monotonic())
        if self.server.status:
            self.send_error(self.server.status)
        elif self.path == "/drip.png":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(200):
                self.wfile.write(f"X-{number}: y\r\n".encode())
                time.sleep(0.05)
        elif self.path == "/moved.jpg":
            self.answer(302, b"", "/photo.jpg")
        elif self.path == "/local.jpg":
            self.answer(302, b"", "file:///etc/passwd")
        elif self.path == "/loop.jpg":
            self.answer(302, b"", "/loop.jpg")
        elif (content := FILES.get(self.path.partition("?")[0])) is not None:
            self.answer(200, content)
        else:
            self.send_error(404)

    def answer(self, status: int, content: bytes, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def figure_host() -> Iterator[FigureHost]:
    """Run the host; yields it."""
    with FigureHost() as host:
        Thread(target=host.serve_forever, args=(0.05,), daemon=True).start()
        yield host
        host.shutdown()
