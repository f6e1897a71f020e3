"""HTTP with pauses and back-off, from a server that refuses."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from support.fake_arxiv import FakeArxiv, FakePaper, Fault

from publisher import __version__
from publisher.errors import GatherError, RequestFailed
from publisher.gather import polite_client
from publisher.gather.polite_client import PoliteClient, retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Rig:
    """A server, and a client whose sleep moves the clock of both."""

    now: datetime = datetime(2026, 12, 1, 1, 5, tzinfo=UTC)
    stopped: bool = False
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arxiv = FakeArxiv(lambda: self.now)
        self.client = PoliteClient(
            "https://example.org/",
            3.0,
            clock=self.seconds,
            sleep=self.sleep,
            stopping=lambda: self.stopped,
        )
        self.arxiv.announce(date(2026, 12, 1), "cs.CV", FakePaper("2611.00001"))

    def seconds(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def get(self, path: str = "/list/cs.CV/new") -> bytes:
        return self.client.get(f"{self.arxiv.url}{path}", polite_client.HTML)


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    with rig.arxiv:
        yield rig
        rig.client.close()


def test_pauses_between_requests_and_none_before_the_first(rig: Rig) -> None:
    assert b"2611.00001" in rig.get()
    assert rig.waits == []
    rig.get()
    assert sum(rig.waits) == pytest.approx(3.0)
    rig.now += timedelta(seconds=30)
    rig.get()
    assert sum(rig.waits) == pytest.approx(3.0)


@pytest.mark.parametrize("kind", ["403", "406", "408", "425", "429", "500", "502", "503", "drop"])
def test_five_tries_with_growing_pauses(rig: Rig, kind: str) -> None:
    rig.arxiv.faults.append(Fault(kind, times=-1))
    with pytest.raises(RequestFailed, match=r"127\.0\.0\.1") as caught:
        rig.get()
    assert caught.value.status == (int(kind) if kind.isdigit() else 0)
    gaps = [(b.at - a.at).total_seconds() for a, b in pairwise(rig.arxiv.requests)]
    assert len(gaps) == 4
    for number, gap in enumerate(gaps):
        assert 3 * 2**number <= gap <= 4.5 * 2**number
    with pytest.raises(RequestFailed):
        rig.get()
    assert len(rig.arxiv.requests) == 6  # a site that refused everything is tried once
    rig.arxiv.faults.clear()
    rig.get()
    rig.arxiv.faults.append(Fault(kind))
    rig.get()


@pytest.mark.parametrize("status", ["400", "404", "410"])
def test_what_is_no_throttling_is_not_repeated(rig: Rig, status: str) -> None:
    rig.arxiv.faults.append(Fault(status, times=-1))
    with pytest.raises(RequestFailed, match=f"answers {status}"):
        rig.get()
    assert len(rig.arxiv.requests) == 1


def test_a_pause_that_is_asked_for_is_kept(rig: Rig) -> None:
    rig.arxiv.faults.append(Fault("429", retry_after="90"))
    rig.get()
    assert sum(rig.waits) == pytest.approx(90.0)


def test_a_long_pause_is_left_to_the_caller(rig: Rig) -> None:
    rig.arxiv.faults.append(Fault("503", retry_after="7200"))
    for _ in range(2):
        with pytest.raises(RequestFailed) as caught:
            rig.get()
        assert caught.value.wait_seconds == pytest.approx(7200.0)
    assert rig.waits == []
    assert len(rig.arxiv.requests) == 1
    rig.now += timedelta(hours=2)
    rig.get()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        (
            {
                "Retry-After": "Tue, 01 Dec 2026 01:02:00 GMT",
                "Date": "Tue, 01 Dec 2026 01:00:00 GMT",
            },
            120.0,
        ),
        (
            {
                "Retry-After": "Tue, 01 Dec 2026 01:00:00 GMT",
                "Date": "Tue, 01 Dec 2026 01:02:00 GMT",
            },
            0.0,
        ),
        ({"Retry-After": "Tue, 01 Dec 2026 01:02:00 GMT"}, 0.0),
        ({"Retry-After": "Tue, 01 Dec 2026 01:02:00", "Date": "Tue, 01 Dec 2026 01:00 GMT"}, 0.0),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "٣"}, 0.0),
        ({}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds


def test_redirects_stay_on_the_site(rig: Rig) -> None:
    rig.arxiv.faults.append(Fault("moved", times=2))
    assert b"2611.00001" in rig.get()
    rig.arxiv.faults.append(Fault("moved", times=-1))
    with pytest.raises(RequestFailed, match="redirects more than 5 times"):
        rig.get()
    rig.arxiv.faults[:] = [Fault("other site", to="http://[x/")]
    with pytest.raises(RequestFailed, match="which is no address"):
        rig.get()
    rig.arxiv.faults[:] = [Fault("other site")]
    with pytest.raises(RequestFailed, match="redirects to another site"):
        rig.get()


@pytest.mark.parametrize(
    ("old", "new", "is_allowed"),
    [
        ("https://arxiv.org/rss/cs.CV", "https://rss.arxiv.org/rss/cs.CV", True),
        ("https://arxiv.org/a", "/b", True),
        ("http://arxiv.org/a", "https://arxiv.org/a", True),
        ("https://arxiv.org/a", "http://arxiv.org/a", False),
        ("https://arxiv.org/a", "https://evil-arxiv.org/a", False),
        ("https://arxiv.org/a", "https://arxiv.org.evil.example/a", False),
        ("https://arxiv.org/a", "file:///etc/passwd", False),
        ("http://arxiv.org/a", "http://127.0.0.1/a", False),
        ("http://arxiv.org/a", "ftp://arxiv.org/a", False),
        ("https://arxiv.org/a", "http://[arxiv.org/a", False),
    ],
)
def test_redirects(old: str, new: str, *, is_allowed: bool) -> None:
    try:
        polite_client._redirected(old, new)
    except RequestFailed:
        assert not is_allowed
    else:
        assert is_allowed


def test_an_endless_answer_is_cut_off(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite_client, "_MOST_BYTES", 100)
    with pytest.raises(RequestFailed, match="more than 100 bytes"):
        rig.get()
    assert len(rig.arxiv.requests) == 1


def test_an_answer_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite_client, "_TOTAL_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=_drip, args=(server,))
        thread.start()
        client = PoliteClient(
            "", 0.0, clock=time.monotonic, sleep=time.sleep, stopping=lambda: False
        )
        client._resting.add("0.1")  # one try
        with pytest.raises(RequestFailed, match="can't be read"):
            client.get(f"http://127.0.0.1:{server.getsockname()[1]}/x")
        thread.join(30)
        assert not thread.is_alive()
        client.close()


def _drip(server: socket.socket) -> None:
    """Send a byte of a header now and then, until nobody listens."""
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(1000):
            connection.sendall(b"x")
            time.sleep(0.02)


def test_a_connection_that_was_closed_late_is_made_anew(rig: Rig) -> None:
    rig.get()
    assert rig.client._client is not None
    rig.client._client.close()  # as the watch does, in the moment in which an answer ends
    assert b"2611.00001" in rig.get()


def test_messages_have_no_secrets() -> None:
    client = PoliteClient("", 0.0, clock=lambda: 0.0, sleep=lambda _: None, stopping=lambda: False)
    with pytest.raises(RequestFailed) as caught:
        client.get("http://ada:secret@127.0.0.1:9/feed?token=secret")
    assert "http://***@127.0.0.1:9/feed can't be read" in str(caught.value)
    assert "secret" not in str(caught.value)
    client.close()


def test_stopping_ends_the_wait(rig: Rig) -> None:
    rig.arxiv.faults.append(Fault("429", times=-1, retry_after="100"))

    def sleep(seconds: float) -> None:
        rig.sleep(seconds)
        rig.stopped = len(rig.waits) == 3

    rig.client._sleep = sleep
    with pytest.raises(GatherError, match="Stopped") as caught:
        rig.get()
    assert not isinstance(caught.value, RequestFailed)
    assert rig.waits == [1.0] * 3


def test_threads_share_one_connection(rig: Rig) -> None:
    threads = [Thread(target=rig.get) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(rig.arxiv.requests) == 4
    assert rig.arxiv.connections == 1
    assert sum(rig.waits) == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("", ""),
        ("me@example.org", " (+me@example.org)"),
        ("https://exämple.org/", " (+https://ex?mple.org/)"),
        ("x\r\nHost: y", " (+x??Host: y)"),
    ],
)
def test_the_contact_is_one_line(rig: Rig, contact: str, agent: str) -> None:
    client = PoliteClient(contact, 0.0, clock=rig.seconds, sleep=rig.sleep, stopping=lambda: False)
    client.get(f"{rig.arxiv.url}/list/cs.CV/new")
    client.close()
    header = rig.arxiv.requests[0].headers["User-Agent"]
    assert header == f"digest-publisher/{__version__}{agent}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[x/", "ftp://127.0.0.1/", ""])
def test_addresses_that_are_none(rig: Rig, url: str) -> None:
    with pytest.raises(RequestFailed, match=r"can't be read|is no address"):
        rig.client.get(url)


def test_a_server_that_is_away_is_named() -> None:
    client = PoliteClient("", 0.0, clock=lambda: 0.0, sleep=lambda _: None, stopping=lambda: False)
    with pytest.raises(RequestFailed, match=r"http://127\.0\.0\.1:9/x can't be read: "):
        client.get("http://127.0.0.1:9/x")
    client.close()
