"""Requests that nobody sends by accident: paths, heads, bodies, slow and huge ones.

python tests/hostility.py PORT NUMBER     sends so many to a server on this machine
"""

from __future__ import annotations

import random
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATHS = (
    *("/", "/atom.xml", "/subscribe", "/preferences", "/healthz", "/operator/", "/api/v1/issues"),
    *(
        "/confirm/" + "a" * 43,
        "/unsubscribe/" + "a" * 40,
        "/preferences/" + "a" * 43,
        "/hooks/push",
    ),
    *("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/.git/config"),
    *("/publisher.db", "/%00", "/a%0d%0aSet-Cookie:x=y", "//evil.example.org", "/" + "a/" * 3000),
    *("/" + "%41" * 2000, "/\\..\\..", "/文", "/%ff%fe", "/?" + "a=b&" * 4000, "*", "http://x/"),
    *("/subscribe?topic=" + "x" * 5000, "/subscribe?lang=zh%00", "/confirm/' OR '1'='1", "/;a=b"),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW", "CONNECT")
HEADS = (
    "Host: x",
    "Host: evil.example.org\r\nHost: other.example.org",
    "X-Forwarded-For: 1.2.3.4, \x01",
    "X-Forwarded-For: " + "1.2.3.4, " * 2000,
    "Accept-Language: " + "zh;q=9.9.9," * 500,
    "Accept-Encoding: gzip;q=, , ,;;",
    "Range: bytes=" + "0-1," * 2000,
    "Range: bytes=-999999999999999999999",
    "If-None-Match: " + '"' * 5000,
    "If-Modified-Since: " + "9" * 3000,
    "Cookie: session=" + "a" * 6000,
    "Transfer-Encoding: chunked",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: 10\r\nContent-Length: 20",
    "Expect: 100-continue\r\nContent-Length: 3",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Connection: close, keep-alive, \x7f",
    " folded: yes",
    "NoColon",
    "X-" + "a" * 9000 + ": b",
    "\r\n".join(f"X-{n}: {n}" for n in range(500)),
    "Authorization: Bearer " + "x" * 3000,
    "X-Hub-Signature-256: sha256=" + "0" * 64,
)
FORM = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = "Content-Type: multipart/form-data; boundary=b"
BODIES: tuple[tuple[str, bytes], ...] = (
    (FORM, b"email=a%40example.org&stamp=1.2"),
    (FORM, b"email=" + b"%00%0d%0aBcc%3a" * 100),
    (FORM, b"&" * 60_000),
    (FORM, b"a=" * 20_000),
    (FORM, b"%" * 50_000),
    (FORM, b"topic%5b%5d=x&" * 3000),
    (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'),
    (MULTIPART, b'--b\r\nContent-Disposition: form-data; name="a"; filename="../x"\r\n\r\n' * 900),
    (MULTIPART, b"--b" * 15_000),
    ("Content-Type: multipart/form-data", b"--b"),
    ("Content-Type: multipart/form-data; boundary=" + "b" * 3000, b"--b"),
    ("Content-Type: application/json", b"[" * 60_000),
    ("Content-Type: application/json", b'{"a":' * 10_000),
    ("Content-Type: \x01", b"\xff" * 1000),
    (FORM, b"x" * 200_000),
)
RUBBISH = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00" * 1000,
    b"GET",
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET  /  HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\r\n" * 500,
    b"A" * 100_000,
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000,
)


def plain(chance: random.Random) -> bytes:
    """Return a request with an odd method, path and head."""
    method, path = chance.choice(METHODS), chance.choice(PATHS)
    heads = "\r\n".join(chance.sample(HEADS, chance.randint(1, 3)))
    return f"{method} {path} HTTP/1.1\r\n{heads}\r\n\r\n".encode()


def with_body(chance: random.Random) -> bytes:
    """Return a request whose body is odd, or not as long as it says."""
    kind, body = chance.choice(BODIES)
    said = len(body) + chance.choice((0, 0, 0, 100, -1))
    path = chance.choice(PATHS[:11])
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: {max(0, said)}\r\n\r\n"
    return head.encode() + body


def chunked(chance: random.Random) -> bytes:
    """Return a request in chunks, some of them wrong."""
    path = chance.choice(PATHS[:11])
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    bodies = (b"5\r\na=b&c\r\n0\r\n\r\n", b"ffffffffffffffff\r\nx", b"zz\r\n", b"5;" + b"x" * 9000)
    return head.encode() + chance.choice(bodies)


def rubbish(chance: random.Random) -> bytes:
    """Return what is no request."""
    return chance.choice(RUBBISH)


def spoilt(chance: random.Random) -> bytes:
    """Return a request with some bytes changed."""
    request = bytearray(plain(chance))
    for _ in range(chance.randint(1, 8)):
        request[chance.randrange(len(request))] = chance.randrange(256)
    return bytes(request)


KINDS: tuple[Callable[[random.Random], bytes], ...] = (plain, with_body, chunked, rubbish, spoilt)


def attack(port: int, number: int, *, seed: int = 7, at_once: int = 40) -> Counter[str]:
    """Send so many hostile requests, `at_once` on open connections; count the first words back.

    Connections are left hanging, each until as many others were opened after it.
    """
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    lines: list[socket.socket] = []
    counted: Counter[str] = Counter()
    for _ in range(number):
        request = chance.choice(KINDS)(chance)
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=30)
        except OSError:
            counted["no connection"] += 1
            continue
        lines.append(line)
        with suppress(OSError):
            if chance.random() < 0.1:  # slowly, and not to the end
                line.sendall(request[: len(request) // 2])
            else:
                line.sendall(request)
        if len(lines) > at_once:
            counted[_answer(lines.pop(0))] += 1
    for line in lines:
        counted[_answer(line)] += 1
    return counted


def _answer(line: socket.socket) -> str:
    with line:
        line.settimeout(0.05)
        try:
            found = line.recv(64)
        except TimeoutError:
            return "still waiting"
        except OSError:
            return "hung up"
    return found.split(b" ")[1].decode("latin-1") if found.count(b" ") > 1 else "hung up"


if __name__ == "__main__":
    began = time.monotonic()
    print(attack(int(sys.argv[1]), int(sys.argv[2])), f"{time.monotonic() - began:.0f} s")  # noqa: T201 - a script
