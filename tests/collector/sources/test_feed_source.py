"""Feeds as sources: from files, and from servers on this machine that misbehave."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx2
import pytest
from support.https_front import https_front

from publisher import collector
from publisher.collector.sources import feed_source, git_address
from publisher.errors import SourceError
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.models import Collection, Finding
    from publisher.settings import Settings

ITEM = """<item><title>Paper {n}</title><link>https://arxiv.org/abs/2411.0000{n}</link>
<description>arXiv:2411.0000{n}v1 Announce Type: new
Abstract: Text {n}.</description><pubDate>Mon, 0{n} Dec 2024 00:00:00 GMT</pubDate></item>"""


def rss(*numbers: int) -> bytes:
    items = "".join(ITEM.format(n=number) for number in numbers)
    return f'<rss version="2.0"><channel><title>Trees</title>{items}</channel></rss>'.encode()


class Server(ThreadingHTTPServer):
    """Answers by `answer`, and keeps the headers of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Callable[[Handler], None] = lambda handler: handler.give(200, rss(1, 2))
        self.requests: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feeds/trees.xml"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(dict(self.headers))
        try:
            self.server.answer(self)
        except OSError:
            self.close_connection = True

    def give(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def settings_for(folder: Path, *feeds: str, **source: object) -> Settings:
    flags = {"allow_private_hosts": True, "cache": str(folder / "cache"), "timeout_seconds": 3}
    return load(None, {}, {"source": {"feeds": list(feeds), **flags, **source}})


def titles(collection: Collection) -> list[str]:
    return sorted(paper.title for paper in collection.papers)


def read(settings: Settings) -> tuple[list[str], list[Finding]]:
    findings = collector.update_sources(settings)
    return titles(collector.collect(settings, remember=False)), findings


def test_a_feed_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cs.CV.xml"
    file.write_bytes(rss(1, 2).replace(b"<item>", b"<item><author>A</author>", 1))
    collection = collector.collect(settings_for(tmp_path, str(file)), remember=False)
    assert titles(collection) == ["Paper 1", "Paper 2"]
    paper = collection.papers[0]
    assert (paper.abstract, f"{paper.first_published:%d}") == ("Text 2.", "02")
    assert [topic.name for topic in paper.topics] == ["Trees"]


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.xml: no such file \(setting source\.feeds\)"):
        collector.collect(settings_for(tmp_path, str(tmp_path / "none.xml")))


def test_a_feed_is_fetched_once_and_then_only_if_it_changed(tmp_path: Path, server: Server) -> None:
    def answer(handler: Handler) -> None:
        if handler.headers["If-None-Match"] == '"1"':
            handler.give(304)
        else:
            handler.give(200, rss(1), ETag='"1"', Last_Modified="Mon, 02 Dec 2024 00:00:00 GMT")

    server.answer = answer
    settings = settings_for(tmp_path, server.url)
    for _ in range(2):
        assert read(settings) == (["Paper 1"], [])
    assert server.requests[1]["If-Modified-Since"] == "Mon, 02 Dec 2024 00:00:00 GMT"
    for file in (tmp_path / "cache" / "feeds").glob("*.json"):
        file.write_bytes(b"\xff{")
    assert read(settings) == (["Paper 1"], [])
    assert "If-None-Match" not in server.requests[2]


def _drip(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100):
        handler.wfile.write(b"X")
        time.sleep(0.2)


def _endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b"<rss>" + b" " * 100_000)


def _redirect(target: str) -> Callable[[Handler], None]:
    return lambda handler: handler.give(302, Location=target)


MISBEHAVIOUR = {
    "error": (lambda handler: handler.give(500), "the server answers 500"),
    "gone": (lambda handler: handler.give(404), "the server answers 404"),
    "garbage": (lambda handler: handler.give(200, b"<html>Sorry</html>"), "neither RSS nor Atom"),
    "nonsense": (lambda handler: handler.wfile.write(b"\0\1\2\r\n\r\n"), ""),
    "hang": (lambda _: time.sleep(6), "it takes too long"),
    "drip": (_drip, "it takes too long"),
    "huge": (_endless, "larger than 20,000,000 bytes"),
    "circle": (_redirect("/feeds/trees.xml"), "more than 5 redirects"),
    "file": (_redirect("file:///etc/passwd"), "file:// is not allowed"),
    "unasked 304": (lambda handler: handler.give(304), "the server answers 304"),
}


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_the_last_state_is_used_where_a_server_misbehaves(
    name: str, tmp_path: Path, server: Server
) -> None:
    settings = settings_for(tmp_path, server.url)
    assert read(settings)[1] == []
    server.answer, reason = MISBEHAVIOUR[name]
    started = time.monotonic()
    papers, findings = read(settings)
    assert papers == ["Paper 1", "Paper 2"]
    assert [finding.code for finding in findings] == ["D305"]
    assert reason in findings[0].message
    assert server.url in findings[0].message
    assert time.monotonic() - started < 60


def test_a_redirect_is_followed(tmp_path: Path, server: Server) -> None:
    first = _redirect("/elsewhere.xml")

    def answer(handler: Handler) -> None:
        (first(handler) if "trees" in handler.path else handler.give(200, rss(3)))

    server.answer = answer
    assert read(settings_for(tmp_path, server.url)) == (["Paper 3"], [])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/feed.xml", "http:// is not allowed; use https://"),
        ("https://127.0.0.1/feed.xml", "is 127.0.0.1, which is not a public address"),
        ("https://[::1]/feed.xml", "which is not a public address"),
        ("https://10.1.2.3/feed.xml", "which is not a public address"),
        ("https://169.254.169.254/latest", "which is not a public address"),
        ("https://user:secret@127.0.0.1/feed.xml", "***@127.0.0.1"),
        ("gopher://example.org/", "gopher:// is not allowed"),
        ("https://", ""),
    ],
)
def test_an_address_must_be_public_and_https(url: str, reason: str, tmp_path: Path) -> None:
    findings = collector.update_sources(settings_for(tmp_path, url, allow_private_hosts=False))
    assert [finding.code for finding in findings] == ["D305"]
    assert reason in findings[0].message
    assert "secret" not in findings[0].message


def test_the_connection_goes_to_the_address_that_was_checked(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def look_up(host: str, *arguments: object, **options: object) -> object:
        asked.append(host)
        known = "127.0.0.1" if host == "feeds.test" else host
        return real(known, *arguments, **options)  # type: ignore[arg-type]

    trusted = ssl.create_default_context()
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(httpx2, "Client", partial(httpx2.Client, verify=trusted))
    with https_front(tmp_path, "feeds.test", server.server_port) as port:
        trusted.load_verify_locations(str(next(tmp_path.glob("*.pem"))))
        url = f"https://feeds.test:{port}/trees.xml"
        settings = settings_for(tmp_path, url, allow_private_hosts=False)
        assert "not a public address" in collector.update_sources(settings)[0].message
        monkeypatch.setattr(git_address, "is_public", lambda _: True)
        assert collector.update_sources(settings) == []
        assert server.requests[-1]["Host"] == f"feeds.test:{port}"
        assert asked.count("feeds.test") == 2
        server.answer = _redirect("https://10.1.2.3/private.xml")
        monkeypatch.setattr(git_address, "is_public", lambda ip: ip != "10.1.2.3")
        assert "10.1.2.3, which is not" in collector.update_sources(settings)[0].message


def test_a_feed_keeps_the_papers_that_left_it(tmp_path: Path, server: Server) -> None:
    file = tmp_path / "publisher.toml"
    source = f'feeds = ["{server.url}"]\nallow_private_hosts = true\ncache = "cache"\n'
    file.write_text(f"[source]\n{source}")
    settings = load(file, {}, {})
    for numbers in ((1, 2), (2, 3), (3, 4)):
        server.answer = lambda handler, numbers=numbers: handler.give(200, rss(*numbers))  # type: ignore[misc]
        assert collector.update_sources(settings) == []
        collection = collector.collect(settings, remember=True)
    assert titles(collection) == ["Paper 1", "Paper 2", "Paper 3", "Paper 4"]


def test_the_extra_is_named_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_source, "find_spec", lambda _: None)
    with pytest.raises(SourceError, match=r"pip install 'digest-publisher\[feeds\]'"):
        collector.update_sources(settings_for(tmp_path, "https://example.org/feed.xml"))
