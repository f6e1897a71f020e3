"""Feeds a second from `publisher serve`, beside nginx on the same files.

wrk (Debian package wrk) asks for one feed over and over, as readers do: unchanged (304), whole, and
whole in gzip. Both servers are one process, as docs/how-to/nginx.md sets them up, without an
access log. The processor time for each request is shown too: what else runs here moves it less.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 4
CONNECTIONS = 32
ROUNDS = 3
FEED = b"<feed>" + b"<entry><title>A title of a paper</title></entry>\n" * 1200 + b"</feed>"
NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
    types {{ application/atom+xml xml; }}
    access_log off; sendfile on; tcp_nopush on; gzip_static on; gzip_vary on; {paths}
    keepalive_requests 100000000;
    server {{
        listen 127.0.0.1:{port}; root {folder}/paper-site; add_header Cache-Control "public";
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server: its address, and the process that answers."""

    url: str
    process: psutil.Process


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second, and microseconds of the processor for one."""

    per_second: float
    cpu: float


def run(*options: str) -> None:
    """Measure; `SECONDS` for each figure may follow."""
    missing = [name for name in ("wrk", "nginx") if not _program(name)]
    if missing:
        print(f"skipped: Debian package {' and '.join(missing)} not installed")
        return
    seconds = int(options[0]) if options else SECONDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "paper-site").mkdir()
        # Who runs nginx as root has its worker be nobody.
        folder.chmod(0o755)
        (folder / "paper-site" / "atom.xml").write_bytes(FEED)
        (folder / "paper-site" / "atom.xml.gz").write_bytes(gzip.compress(FEED))
        with serving(folder) as publisher, nginx(folder) as other:
            print("| answer | publisher | nginx | ratio | processor time |")
            print("| --- | --- | --- | --- | --- |")
            for label, encoding, unchanged in (
                ("304", "identity", True),
                ("200", "identity", False),
                ("200 gzip", "gzip", False),
            ):
                _compare(label, encoding, publisher, other, unchanged=unchanged, seconds=seconds)


def _compare(
    label: str, encoding: str, ours: Running, other: Running, *, unchanged: bool, seconds: int
) -> None:
    """Print a line: the medians of rounds in which both take turns."""
    rates: list[tuple[Rate, Rate]] = [
        (
            ask(ours, encoding, unchanged=unchanged, seconds=seconds),
            ask(other, encoding, unchanged=unchanged, seconds=seconds),
        )
        for _ in range(ROUNDS)
    ]
    ratio = sorted(mine.per_second / its.per_second for mine, its in rates)[ROUNDS // 2]
    mine, its = (sorted(pair[n].per_second for pair in rates)[ROUNDS // 2] for n in (0, 1))
    cpu, its_cpu = (sorted(pair[n].cpu for pair in rates)[ROUNDS // 2] for n in (0, 1))
    print(f"| {label} | {mine:,.0f}/s | {its:,.0f}/s | {ratio:.2f} | {cpu:.0f}, {its_cpu:.0f} µs |")


def ask(server: Running, encoding: str, *, unchanged: bool, seconds: int) -> Rate:
    """Have wrk ask for the feed for so long."""
    headers = {"Accept-Encoding": encoding}
    first = httpx2.get(f"{server.url}atom.xml", headers=headers, trust_env=False)
    assert first.content == FEED
    assert first.headers.get("content-encoding", "identity") == encoding
    if unchanged:
        headers["If-None-Match"] = first.headers["etag"]
    lines = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    before = server.process.cpu_times()
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", *lines, f"{server.url}atom.xml"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    after = server.process.cpu_times()
    assert "Non-2xx" not in said, said
    found = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found
    assert rate
    spent = after.user - before.user + after.system - before.system
    return Rate(float(rate[1]), spent / int(found[1]) * 1e6)


@contextmanager
def serving(folder: Path, settings: str = "") -> Iterator[Running]:
    """Run `publisher serve` on the files in `folder`; `settings` are more sections."""
    port = free_port()
    (folder / "publisher.toml").write_text(
        f'[web]\nurl = "http://127.0.0.1:{port}/"\nport = {port}\naccess_log = false\n{settings}'
    )
    command = [sys.executable, "-m", "publisher", "serve", "--web-only"]
    with _running(command, folder, port) as process:
        yield Running(f"http://127.0.0.1:{port}/", process)


@contextmanager
def nginx(folder: Path) -> Iterator[Running]:
    """Run nginx on the files in `folder`."""
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, paths=paths, user=user))
    command = [_program("nginx"), "-e", f"{folder}/error.log", "-c", str(config)]
    with _running(command, folder, port) as process:
        (worker,) = process.children()
        yield Running(f"http://127.0.0.1:{port}/", worker)


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[psutil.Process]:
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    try:
        latest = time.monotonic() + 60
        while True:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < latest
            time.sleep(0.05)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _program(name: str) -> str:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin") or ""
