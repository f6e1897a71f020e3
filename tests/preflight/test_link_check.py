"""Links are asked for on a real server of this machine."""

from __future__ import annotations

import http.server
import socket
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import pytest

from publisher.preflight import link_check

if TYPE_CHECKING:
    from collections.abc import Iterator


class Site(http.server.BaseHTTPRequestHandler):
    seen: ClassVar[Counter[str]] = Counter()

    def answer(self) -> None:
        type(self).seen[f"{self.command} {self.path}"] += 1
        kind, _, rest = self.path.strip("/").partition("/")
        status = int(kind) if kind.isdigit() else 200
        if kind == "nohead":
            status = 405 if self.command == "HEAD" else 200
        if kind == "to":
            status = 302
        self.send_response(status)
        if kind == "to":
            self.send_header("Location", f"/{rest}" if "://" not in rest else rest)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def site() -> Iterator[str]:
    Site.seen.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/", ""),
        ("/404", "status 404"),
        ("/410", "status 410"),
        ("/500", "status 500"),
        ("/503", "status 503"),
        ("/403", ""),
        ("/429", ""),
        ("/nohead", ""),
        ("/to/200", ""),
        ("/to/404", "status 404"),
        ("/to/to/to/200", ""),
        ("/to/to/to/to/to/to/200", "redirects"),
        ("/to/http://10.0.0.1/", "not public"),
        ("/to/http://localhost:1/", "not public"),
        ("/to/ftp://10.0.0.1/", "leads to ftp:"),
        ("/to/http://[::1", "not a URL"),
    ],
)
def test_an_answer(path: str, problem: str) -> None:
    with site() as root:
        told = [
            one.message
            for one in link_check.check_links_answer([root + path], ["127.0.0.1"], "all")
        ]
    assert len(told) == bool(problem)
    assert problem in "".join(told)


def test_each_is_asked_once_and_the_site_itself_has_to_answer() -> None:
    with site() as root:
        urls = [f"{root}/404", f"{root}/a", f"{root}/a"]
        told = link_check.check_links_answer(urls, ["127.0.0.1"], "all")
        assert [one.code for one in told] == ["P206"]
    assert Site.seen == {"HEAD /404": 1, "GET /404": 1, "HEAD /a": 1}


def test_what_is_not_public_is_not_asked() -> None:
    with site() as root:
        told = link_check.check_links_answer([root], [], "all")
    assert [one.code for one in told] == ["P205"]
    assert "not public" in told[0].message
    assert not Site.seen


def test_a_server_that_is_not_there_or_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        urls = [f"http://127.0.0.1:{port}/{n}" for n in range(3)]
        told = link_check.check_links_answer(urls, ["127.0.0.1"], "all", seconds=0.3)
    assert len(told) == 3
    assert link_check.check_links_answer([f"http://127.0.0.1:{port}/"], ["127.0.0.1"], "all")
