"""Telling a hub: decisions by table, and real requests to hubs that misbehave."""

from __future__ import annotations

import threading
import time
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from publisher.services import websub
from publisher.services.websub import (
    DELAYS,
    HubAnswer,
    Next,
    current_feeds,
    decide,
    ping,
)

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime(2024, 12, 2, 8, tzinfo=UTC)
LATER = "Mon, 02 Dec 2024 08:00:05 GMT"
FEED = "https://papers.example.org/atom.xml"

TABLE = [
    (HubAnswer(204), 1, 30, Next.DONE, 0, ""),
    (HubAnswer(202), 4, 0, Next.DONE, 0, ""),
    (HubAnswer(301, location="https://new/"), 1, 30, Next.STOP, 0, "301, it moved to https://new/"),
    (HubAnswer(307), 1, 30, Next.STOP, 0, "307, it moved (setting"),
    (HubAnswer(400, "hub.url: invalid"), 1, 30, Next.SKIP, 0, "400 hub.url: invalid"),
    (HubAnswer(422), 1, 30, Next.SKIP, 0, "422"),
    (HubAnswer(404, "Not Found"), 1, 30, Next.STOP, 0, "404 Not Found"),
    (HubAnswer(401), 1, 30, Next.STOP, 0, "401"),
    (HubAnswer(501), 1, 30, Next.STOP, 0, "501"),
    (HubAnswer(100), 1, 30, Next.STOP, 0, "100"),
    (HubAnswer(500), 1, 30, Next.AGAIN, DELAYS[0], ""),
    (HubAnswer(500), 2, 30, Next.AGAIN, DELAYS[1], ""),
    (HubAnswer(500, "Oops"), len(DELAYS) + 1, 30, Next.STOP, 0, "500 Oops (4 tries)"),
    (HubAnswer(500, "Oops"), 1, 0.5, Next.STOP, 0, "500 Oops; it may take 1 s more"),
    (HubAnswer(0, "no answer in time"), 1, 30, Next.AGAIN, DELAYS[0], ""),
    (HubAnswer(0, "no answer in time"), 4, 30, Next.STOP, 0, "no answer in time (4 tries)"),
    (HubAnswer(429, retry_after="3"), 1, 30, Next.AGAIN, 3, ""),
    (HubAnswer(429, retry_after="0"), 1, 30, Next.AGAIN, DELAYS[0], ""),
    (HubAnswer(429, "Slow down", "3600"), 1, 30, Next.STOP, 0, "429 Slow down; it may take 3600 s"),
    (HubAnswer(503, retry_after=LATER), 1, 30, Next.AGAIN, 5, ""),
    (HubAnswer(503, retry_after="Mon, 02 Dec 2024 07:00:00 GMT"), 1, 30, Next.AGAIN, DELAYS[0], ""),
    (HubAnswer(503, retry_after="soon"), 1, 30, Next.AGAIN, DELAYS[0], ""),
    (HubAnswer(503, retry_after="-5"), 1, 30, Next.AGAIN, DELAYS[0], ""),
    (HubAnswer(503, retry_after="9" * 400), 1, 30, Next.STOP, 0, "503"),
]


@pytest.mark.parametrize(("answer", "tries", "left", "then", "seconds", "reason"), TABLE)
def test_what_follows_from_an_answer(
    answer: HubAnswer, tries: int, left: float, then: Next, seconds: float, reason: str
) -> None:
    decision = decide(answer, tries, left, NOW)
    assert (decision.next, decision.seconds) == (then, seconds)
    assert decision.reason.startswith(reason)
    assert bool(decision.reason) == (then in (Next.STOP, Next.SKIP))


def test_feeds_that_somebody_subscribes_to() -> None:
    paths = ["index.html", "atom.xml", "archive/2024-12/atom.xml", "topics/三维/rss.xml",
             "papers/atom.xml.html", "feeds.opml", "feed.json"]  # fmt: skip
    assert current_feeds(paths, "https://p.example.org/") == [
        "https://p.example.org/atom.xml",
        "https://p.example.org/topics/%E4%B8%89%E7%BB%B4/rss.xml",
        "https://p.example.org/feed.json",
    ]


class Hub:
    """A hub that answers what it is told to, one after the other, then 204."""

    def __init__(self) -> None:
        self.script: deque[Callable[[BaseHTTPRequestHandler], None]] = deque()
        self.told: list[str] = []
        self.forms: list[dict[str, list[str]]] = []
        self.connections = 0
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                hub.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hub.forms.append(parse_qs(body))
                hub.told += hub.forms[-1]["hub.url"]
                (hub.script.popleft() if hub.script else status(204))(self)

            def log_message(self, *_arguments: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_arguments: object) -> None:
                return  # a client that went away is what some tests are about

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hub"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def status(code: int, body: bytes = b"", **headers: str) -> Callable[..., None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drop(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff SSH-2.0-whatever\r\n\r\n")
    handler.close_connection = True


def slow(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(60)
    handler.close_connection = True


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(500)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(websub, "DELAYS", (0.01, 0.02, 0.04))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = Hub()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_each_feed_is_told_in_the_form_that_every_hub_takes(hub: Hub) -> None:
    feeds = [FEED, "https://papers.example.org/topics/a%20b/rss.xml?x=1&y=2"]
    assert ping(hub.url, feeds) == []
    assert hub.forms == [{"hub.mode": ["publish"], "hub.url": [feed]} for feed in feeds]
    assert hub.connections == 1


@pytest.mark.parametrize("trouble", [drop, garbage, status(500), status(429, Retry_After="0")])
def test_a_passing_trouble_is_got_over(hub: Hub, trouble: Callable[..., None]) -> None:
    hub.script.extend([trouble, trouble])
    assert ping(hub.url, [FEED, FEED + "2"]) == []
    assert hub.told == [FEED, FEED, FEED, FEED + "2"]


@pytest.mark.parametrize(
    ("trouble", "tries", "said"),
    [
        (status(500, b"<html>Internal"), 4, "500 Internal Server Error (4 tries); 2 feeds not"),
        (
            status(429, b"too many\r\nrequests", Retry_After="7200"),
            1,
            "429 too many requests; it m",
        ),
        (
            status(301, Location="http://elsewhere.example/"),
            1,
            "moved to http://elsewhere.example/",
        ),
        (status(404), 1, "404 Not Found; 2 feeds not announced"),
        (drop, 4, "(4 tries); 2 feeds not announced"),
        (garbage, 4, "(4 tries); 2 feeds not announced"),
    ],
)
def test_a_lasting_trouble_is_one_warning(
    hub: Hub, trouble: Callable[..., None], tries: int, said: str
) -> None:
    hub.script.extend([trouble] * 20)
    warnings = ping(hub.url, [FEED, FEED + "2"])
    assert len(warnings) == 1
    assert warnings[0].startswith("hub 127.0.0.1: ")
    assert said in warnings[0]
    assert warnings[0].isprintable()
    assert len(hub.told) == tries


def test_a_feed_that_is_refused_keeps_no_other_back(hub: Hub) -> None:
    hub.script.append(status(400, b"hub.url: not a topic of ours"))
    assert ping(hub.url, [FEED, FEED + "2"]) == [
        f"hub 127.0.0.1: {FEED}: 400 hub.url: not a topic of ours"
    ]
    assert hub.told == [FEED, FEED + "2"]


@pytest.mark.parametrize("trouble", [slow, drip])
def test_a_slow_hub_holds_nobody_up(hub: Hub, trouble: Callable[..., None]) -> None:
    hub.script.extend([trouble] * 20)
    started = time.monotonic()
    (warning,) = ping(hub.url, [FEED], total_seconds=0.5)
    assert "1 feed not announced" in warning
    assert time.monotonic() - started < 15, "an answer takes 20 seconds or more"


def test_a_stop_is_heard(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "DELAYS", (25.0,))
    hub.script.append(status(500))
    (warning,) = ping(hub.url, [FEED], lambda: bool(hub.told))
    assert "stopped" in warning


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://\u2024.example/", "http://a:b/", "ftp://x/"]
)
def test_no_hub_at_all(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websub, "DELAYS", (0.01,))
    assert len(ping(address, [FEED])) == 1


def test_a_build_tells_the_hub_of_what_changed_and_never_fails(
    hub: Hub, publisher: Callable[..., subprocess.CompletedProcess[str]], examples: Path
) -> None:
    arguments = ("build", "--source", examples, "--output", "out")
    here = {"PUBLISHER_FEEDS__HUB": hub.url, "NO_PROXY": "127.0.0.1"}
    publisher(*arguments, "--no-ping", **here)
    assert not hub.told
    publisher(*arguments, **here)
    assert not hub.told  # nothing changed
    done = publisher(*arguments[:-1], "other", **here)
    assert "http://localhost:8000/atom.xml" in hub.told
    assert "http://localhost:8000/topics/nerf/feed.json" in hub.told
    assert "warning: hub" not in done.stderr
    hub.script.extend([status(404)] * 20)
    done = publisher(*arguments[:-1], "third", **here)
    assert "warning: hub 127.0.0.1: 404 Not Found" in done.stderr


def test_a_hub_can_be_told_after_the_upload(
    hub: Hub, publisher: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    here = {"PUBLISHER_FEEDS__HUB": hub.url, "NO_PROXY": "127.0.0.1"}
    (tmp_path / "changed").write_text("atom.xml\nindex.html\n\ntopics/a/rss.xml\n")
    publisher("ping", tmp_path / "changed", **here)
    assert hub.told == [f"http://localhost:8000/{p}" for p in ("atom.xml", "topics/a/rss.xml")]
    hub.script.append(status(404))
    done = publisher("ping", tmp_path / "changed", code=1, **here)
    assert "404" in done.stderr
    assert "feeds.hub" in publisher("ping", tmp_path / "changed", code=1).stderr
