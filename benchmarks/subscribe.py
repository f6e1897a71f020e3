"""Loss of forms that come while an issue is sent, on one SQLite file.

Forms come at a fixed rate, whether those before are answered or not. A form that was answered has
to be in the store, once; the issue has to reach everybody, once. Sending, the page and the sink are
processes of their own.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from benchmarks.deliver import sink
from benchmarks.mailing import Mailing
from benchmarks.web import Running, serving
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import SmtpTransport

if TYPE_CHECKING:
    from publisher.sender.transports.base import Transport

RATE = 200  # forms a second
SECONDS = 10
RECIPIENTS = 15_000
CONNECTIONS = 4
SETTINGS = """
[mail]
from_address = "news@papers.example.org"
[subscribing]
fill_seconds = 0
domain_per_hour = 100000
network_per_hour = 100000
total_per_hour = 1000000
"""


def run(*options: str) -> None:
    """Measure; forms a second and seconds may follow."""
    if options[:1] == ("send-child",):
        _send(Path(options[1]), int(options[2]), int(options[3]))
        return
    rate = int(options[0]) if options else RATE
    seconds = int(options[1]) if len(options) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as name, sink() as port:
        folder = Path(name)
        sending = subprocess.Popen(
            [
                *(sys.executable, "-m", "benchmarks", "subscribe", "send-child"),
                *(str(folder), str(port), str(RECIPIENTS)),
            ],
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
        )
        assert sending.stdout
        assert sending.stdin
        while "ready" not in sending.stdout.readline():
            assert sending.poll() is None
        with serving(folder, SETTINGS) as server:
            sending.stdin.write("go\n")
            sending.stdin.flush()
            taken = asyncio.run(_subscribe(server, rate, seconds))
            busy = sending.poll() is None
            said, _ = sending.communicate()
            answered = len(taken)
            kept = _kept(folder)
        taken.sort()
        print(f"forms: {rate * seconds:,} sent at {rate}/s, {answered:,} answered, {kept:,} kept")
        print(
            f"answers: half within {taken[answered // 2] * 1000:.0f} ms, "
            f"99 of 100 within {taken[answered * 99 // 100] * 1000:.0f} ms"
        )
        print(f"issue: {said.strip()}; {'still on its way' if busy else 'done'} at the last form")
        assert kept == answered == rate * seconds


async def _subscribe(server: Running, rate: int, seconds: int) -> list[float]:
    """Send forms at a rate; return how long each took that was answered as it should be."""
    taken: list[float] = []
    limits = httpx2.Limits(max_connections=400, max_keepalive_connections=400)
    async with httpx2.AsyncClient(
        base_url=server.url,
        headers={"Accept-Language": "en"},
        trust_env=False,
        timeout=60,
        limits=limits,
    ) as client:
        page = (await client.get("/subscribe")).text
        found = re.search(r'name="stamp" value="([^"]+)"', page)
        assert found

        async def one(number: int) -> None:
            began = time.perf_counter()
            data = {"email": f"new{number}@d{number % 50}.example.org", "stamp": found[1]}
            answer = await client.post("/subscribe", data=data)
            if answer.status_code == 200 and "mailbox" in answer.text:
                taken.append(time.perf_counter() - began)

        started = time.perf_counter()
        tasks = []
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
    return taken


def _kept(folder: Path) -> int:
    with sqlite3.connect(folder / ".publisher" / "publisher.db") as store:
        query = "SELECT count(DISTINCT email) FROM letters WHERE kind = 'confirm'"
        (kept,) = store.execute(query).fetchone()
    store.close()
    return int(kept)


def _send(folder: Path, port: int, recipients: int) -> None:
    transports: list[Transport] = [
        SmtpTransport(Server("127.0.0.1", port, "none"), timeout_seconds=60)
        for _ in range(CONNECTIONS)
    ]
    with Mailing(folder, recipients, 10_000) as mailing:
        for transport in transports:
            transport.open()
        print("ready", flush=True)
        sys.stdin.readline()
        taken = mailing.send(transports)
        for transport in transports:
            transport.close()
        assert mailing.sent() == recipients
    print(f"{recipients:,} of {recipients:,} sent, {recipients / taken:,.0f}/s")
