"""The server of a preview: what it refuses, and that no thread outlives its browser."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from support.program import PATIENCE, until
from support.web_server import raw

from publisher.live_preview.board import Board
from publisher.live_preview.server import PreviewServer
from publisher.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def served(folder: Path) -> Iterator[tuple[Board, int]]:
    board = Board()
    server = PreviewServer(board, 0)
    site = folder / "site"
    (site / "papers").mkdir(parents=True)
    (site / "index.html").write_text("<head></head>the front page", encoding="utf-8")
    (site / "404.html").write_text("<head></head>no such page", encoding="utf-8")
    (site / "atom.xml").write_text("<feed/>", encoding="utf-8")
    (site / "papers" / "index.html").write_text("papers", encoding="utf-8")
    (folder / "secret.txt").write_text("a password", encoding="utf-8")
    with suppress(OSError):  # Windows
        (site / "link.txt").symlink_to(folder / "secret.txt")
    board.update(settings=Settings(), site_folder=site)
    with server.answering():
        yield board, server.server_address[1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Board, int]]:
    with served(tmp_path) as made:
        yield made


def ask(port: int, path: str, method: str = "GET", host: str = "127.0.0.1") -> tuple[int, str]:
    answer = raw(port, f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).decode()
    return int(answer.split(" ", 2)[1]), answer


def test_files_pages_and_folders(site: tuple[Board, int]) -> None:
    _, port = site
    status, page = ask(port, "/")
    assert status == 200
    assert "live.js" in page
    assert "the front page" in page
    status, feed = ask(port, "/atom.xml")
    assert (status, feed.endswith("\r\n\r\n<feed/>")) == (200, True)
    assert "application/atom+xml" in feed
    status, moved = ask(port, "/papers")
    assert status == 302
    assert "Location: /papers/\r\n" in moved
    assert ask(port, "/papers/")[0] == 200
    status, page = ask(port, "/none")
    assert (status, "no such page" in page) == (404, True)
    assert "Location: /__preview/\r\n" in ask(port, "/__preview")[1]
    assert ask(port, "/__preview/none")[0] == 404


def test_head_has_no_body(site: tuple[Board, int]) -> None:
    _, port = site
    for path in ("/", "/__preview/", "/__preview/style.css", "/__preview/events"):
        status, answer = ask(port, path, "HEAD")
        assert status == 200
        assert answer.endswith("\r\n\r\n")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:4242", "127.0.0.1:80"])
def test_names_of_this_machine_are_answered(site: tuple[Board, int], host: str) -> None:
    assert ask(site[1], "/", host=host)[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        "Host: evil.example",
        "Host: 127.0.0.1.evil.example",
        "Host: 127.0.0.1@evil.example",
        "Host: [::1",
        "Host:",
        "X: y",
        "Host: 127.0.0.1\r\nHost: evil.example",
    ],
)
def test_another_name_for_this_machine_is_refused(site: tuple[Board, int], head: str) -> None:
    for path in ("/", "/__preview/", "/__preview/mail", "/__preview/events"):
        answer = raw(site[1], f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode()).decode()
        assert answer.startswith("HTTP/1.0 421 ")
        assert "front page" not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_only_reading_is_allowed(site: tuple[Board, int], method: str) -> None:
    status, answer = ask(site[1], "/", method)
    assert status == 405
    assert "Allow: GET, HEAD\r\n" in answer


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/papers/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt/../../secret.txt",
        "/link.txt",
        "/.hidden",
        "/%00",
        "http://127.0.0.1/secret.txt",
        "/" + "a" * 5000,
        "/\xff",
    ],
)
def test_no_path_leads_out_of_the_site(site: tuple[Board, int], path: str) -> None:
    answer = raw(site[1], f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode("latin-1"))
    assert b"a password" not in answer
    assert b" 404 " in answer.splitlines()[0]


def test_other_pages_of_the_browser_learn_nothing(site: tuple[Board, int]) -> None:
    _, port = site
    for path in ("/", "/atom.xml", "/__preview/", "/__preview/mail"):
        answer = ask(port, path)[1]
        assert "Cross-Origin-Resource-Policy: same-origin" in answer
        assert "X-Content-Type-Options: nosniff" in answer
        assert "frame-ancestors 'self'" in answer
        assert "Access-Control-Allow-Origin" not in answer


def connected(port: int, text: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line.sendall(text.encode())
    return line


EVENTS = "GET /__preview/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def until_read(line: socket.socket, text: bytes) -> None:
    read = b""
    while text not in read:
        chunk = line.recv(4096)
        assert chunk, read
        read += chunk


def test_threads_end_with_their_browsers(site: tuple[Board, int]) -> None:
    board, port = site
    before = threading.active_count()
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(port, EVENTS)) for _ in range(12)]
        # Those that do not send their request, and those that do not read the answer.
        for text in ("", "GET / HT"):
            stack.enter_context(connected(port, text))
        stack.enter_context(connected(port, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
        for line in lines:
            until_read(line, b'"all"')
        # Four streams are left, so that a browser has connections for pages; the others come back.
        until(lambda: sum(is_open(line) for line in lines) == 4)
        board.update(site=False)
        until_read(next(line for line in lines if is_open(line)), f"{board.run}.2".encode())
    until(lambda: threading.active_count() <= before)


def is_open(line: socket.socket) -> bool:
    line.settimeout(0)
    try:
        return line.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    finally:
        line.settimeout(PATIENCE)


def test_the_end_of_the_server_ends_streams(tmp_path: Path) -> None:
    with served(tmp_path) as (_, port):
        line = connected(port, EVENTS)
        until_read(line, b'"all"')
    with line:
        until(lambda: not is_open(line))
