"""Connections that dawdle, hoard or never stop, on a real server."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import psutil
import pytest
from support.web_server import PATIENCE, raw, serving, until

from publisher.web.access_log import AccessLog
from publisher.web.files import protocol

if TYPE_CHECKING:
    from pathlib import Path

    from support.web_server import Site

GET = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
def site(site: Site) -> Site:
    (site.public / "atom.xml").write_text("<feed/>")
    return site


def test_requests_one_after_the_other(site: Site) -> None:
    site.client.get("/atom.xml")
    answers = raw(site.port, GET + GET + b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + GET + LAST)
    assert answers.count(b"<feed/>") == 4
    assert answers.count(b"HTTP/1.1 404") == 1
    assert answers.index(b"404 Not Found") > answers.index(b"<feed/>")


def test_a_request_in_pieces(site: Site) -> None:
    site.client.get("/atom.xml")
    assert raw(site.port, *(LAST[n : n + 1] for n in range(len(LAST)))).endswith(b"<feed/>")


def test_a_head_that_never_ends(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    assert raw(site.port, b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nX-A") == b""


def test_a_head_that_is_too_large(site: Site) -> None:
    answer = raw(site.port, b"GET / HTTP/1.1\r\n", b"X-A: " + b"a" * 70_000, b"\r\nX-B: ")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431")


def test_what_is_no_request(site: Site) -> None:
    for said in (
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
    ):
        assert raw(site.port, said).startswith((b"HTTP/1.1 400", b"")), said
    assert site.client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", [b"/nowhere", b"/healthz", b"/atom.xml"])
def test_a_body_that_stays_away(site: Site, path: bytes) -> None:
    head = b" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na=b"
    for method in (b"POST ", b"GET "):
        answer = raw(site.port, method + path + head)
        assert answer.startswith(b"HTTP/1.1 ")
        assert b"connection: close" in answer.lower()


def test_somebody_who_takes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "STUCK_SECONDS", 0.2)
    connections = psutil.Process().net_connections
    (site.public / "large.bin").write_bytes(bytes(20_000_000))
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as line:
        line.sendall(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")

        own = line.getsockname()[1]
        until(lambda: not any(o.raddr and o.raddr[1] == own for o in connections()))


def test_more_connections_than_allowed(tmp_path: Path) -> None:
    with serving(tmp_path, {"web": {"connections": 10}}) as site:
        lines = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(12)]
        until(lambda: raw(site.port, LAST).startswith(b"HTTP/1.1 503"))
        for line in lines:
            line.close()
        until(lambda: site.client.get("/healthz").status_code == 200)


def test_the_log_names_no_address_and_no_token(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        (site.public / "atom.xml").write_text("<feed/>")
        for path in ("/healthz", "/atom.xml", "/atom.xml?reader=me@example.org", "/assets/secret"):
            site.client.get(path, headers={"X-Forwarded-For": "192.0.2.1", "User-Agent": "Secret"})
        site.client.get("/nowhere/secret-token?x=secret")
    text = "".join(site.log)
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["method"], line["place"], line["status"]) for line in lines] == [
        ("GET", "/healthz", 200),
        ("GET", "atom.xml", 200),
        ("GET", "atom.xml", 200),
        ("GET", "/assets/{name}", 404),
        ("GET", "-", 404),
    ]
    assert all(set(line) == {"at", "method", "place", "status", "ms", "bytes"} for line in lines)
    for secret in ("secret", "Secret", "127.0.0.1", "192.0.2.1", "example.org"):
        assert secret not in text


def test_the_log_quotes_what_is_odd_and_is_limited() -> None:
    written: list[str] = []
    log = AccessLog(written.append)
    for _ in range(20_000):
        log.note('G"\nT', "文.xml", 200, 0.00151, 7)
    log.flush()
    log.flush()
    (text,) = written
    lines = text.splitlines()
    assert len(lines) == 10_000
    said = json.loads(lines[0])
    assert (said["method"], said["place"], said["ms"]) == ('G"\nT', "文.xml", 1.5)
