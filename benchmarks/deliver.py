"""Messages a second through a local SMTP sink, ledger included, beside the peers.

The sinks are processes of their own. `smtp-sink` and `smtp-source` are Postfix's own tools (Debian
package postfix); without them aiosmtpd takes the mail, and is what is measured. A sink that takes
20 ms for each reply shows what the round trips cost: the ideal is as many of them as the protocol
needs, and nothing else.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import yagmail

from benchmarks.bare_loop import rate
from benchmarks.mailing import Mailing, NullTransport, plain_message
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import MESSAGES_PER_CONNECTION, SmtpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.sender.transports.base import Transport

SIZES = (5_000, 60_000)
CONNECTIONS = (1, 4, 8)
RECIPIENTS = 4_000
PEER_MESSAGES = 100
REPLY_SECONDS = 0.02
SLOW_MESSAGES = 200
OPENING_REPLIES = 2
MEMORY = (10_000, 100_000, 1_000_000)
SLOW_SINK = Path(__file__).with_name("slow_sink.py")


def run(*options: str) -> None:
    """Measure; `memory N...` only the memory for N recipients, in a process for each."""
    if options[:1] == ("memory-child",):
        _memory_child(int(options[1]))
        return
    if options[:1] == ("memory",):
        _memory(tuple(int(number) for number in options[1:]) or MEMORY)
        return
    print("| message | connections | publisher | smtp-source | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for size in SIZES:
        for connections in CONNECTIONS:
            _beside_smtp_source(size, connections)
    _peers()
    _slow()
    _memory(MEMORY)


def _beside_smtp_source(size: int, connections: int) -> None:
    with sink() as port:
        ours = _ours(port, size, connections, RECIPIENTS)
        limit = _smtp_source(port, size, connections)
    shown = f"{limit:,.0f} | {ours / limit:.2f}" if limit else "- | -"
    print(f"| {size / 1000:.0f} kB | {connections} | {ours:,.0f}/s | {shown} |")


def _ours(port: int, size: int, connections: int, recipients: int) -> float:
    transports: list[Transport] = [
        SmtpTransport(Server("127.0.0.1", port, "none"), timeout_seconds=60)
        for _ in range(connections)
    ]
    with tempfile.TemporaryDirectory() as name, Mailing(Path(name), recipients, size) as mailing:
        for transport in transports:
            transport.open()
        taken = mailing.send(transports)
        for transport in transports:
            transport.close()
    return recipients / taken


def _smtp_source(port: int, size: int, connections: int) -> float:
    program = shutil.which("smtp-source", path="/usr/sbin:/usr/bin")
    if program is None:
        return 0.0
    command = [program, "-s", str(connections), "-l", str(size), "-m", str(RECIPIENTS), "-d"]
    command += ["-f", "a@example.org", "-t", "b@example.org", f"127.0.0.1:{port}"]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return RECIPIENTS / (time.perf_counter() - started)


@contextmanager
def sink() -> Iterator[int]:
    """Yield the port of a sink that takes all mail at once."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    port = _free_port()
    if program is not None:
        command = [program, "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    else:
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink"]
        command += ["-l", f"127.0.0.1:{port}"]
    with _running(command, port):
        yield port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)


def _peers() -> None:
    print("\nPeers at 60 kB, without a ledger:")
    with sink() as port:
        connection = yagmail.SMTP(
            {"news@example.org": "news"},
            "",
            host="127.0.0.1",
            port=port,
            smtp_ssl=False,
            smtp_starttls=False,
            smtp_skip_login=True,
        )
        html = plain_message(60_000).decode()
        started = time.perf_counter()
        for n in range(PEER_MESSAGES):
            connection.send(to=f"r{n}@example.org", subject="peer", contents=[html])
        print(f"yagmail.send: {PEER_MESSAGES / (time.perf_counter() - started):,.0f}/s")
        connection.close()
        for connections in CONNECTIONS:
            rate = asyncio.run(_aiosmtplib(port, connections))
            print(f"a loop over aiosmtplib, {connections} connections: {rate:,.0f}/s")


async def _aiosmtplib(port: int, connections: int) -> float:
    import aiosmtplib  # noqa: PLC0415 - a peer that may be missing

    message = plain_message(60_000)
    each = 1_000 // connections

    async def work() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        async with client:
            for n in range(each):
                await client.sendmail("a@example.org", [f"r{n}@example.org"], message)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return each * connections / (time.perf_counter() - started)


def _slow() -> None:
    print(f"\nAgainst a sink that takes {REPLY_SECONDS * 1000:.0f} ms for each reply, 60 kB,")
    print("by the round trips alone, beside a bare loop over sockets, which counts no connecting:")
    for pipelining, replies in ((True, 2), (False, 4)):
        for connections in CONNECTIONS:
            with _slow_sink(pipelining=pipelining) as port:
                ours = _ours(port, 60_000, connections, SLOW_MESSAGES * connections)
            with _slow_sink(pipelining=pipelining) as port:
                message = plain_message(60_000)
                bare = rate(port, message, connections, SLOW_MESSAGES, pipelining=pipelining)
            # Greeting and EHLO, once for each connection's share of messages.
            trips = replies + OPENING_REPLIES / MESSAGES_PER_CONNECTION
            ideal = connections / (trips * REPLY_SECONDS)
            print(
                f"{'PIPELINING' if pipelining else 'one by one'}, {connections} connections: "
                f"{ours:,.0f}/s, {ours / ideal:.2f} of ideal "
                f"(the bare loop {bare * replies * REPLY_SECONDS / connections:.2f})",
                flush=True,
            )


@contextmanager
def _slow_sink(*, pipelining: bool) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, str(SLOW_SINK), str(port), str(REPLY_SECONDS)]
    command += ["pipelining"] if pipelining else []
    with _running(command, port):
        yield port


def _memory(numbers: tuple[int, ...]) -> None:
    print("\nMemory and time for many recipients (4 connections, nobody at the other end):")
    print("| recipients | frozen | sent | counted | peak | a connection's process |")
    print("| --- | --- | --- | --- | --- | --- |")
    for number in numbers:
        command = [sys.executable, "-m", "benchmarks", "deliver", "memory-child", str(number)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(output.strip().splitlines()[-1], flush=True)


def _memory_child(recipients: int) -> None:
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, Mailing(Path(name), recipients, 60_000) as mailing:
        frozen = time.perf_counter() - started
        taken = mailing.send([NullTransport() for _ in range(4)])
        started = time.perf_counter()
        assert mailing.sent() == recipients
        counted = time.perf_counter() - started
    peak, worker = (
        resource.getrusage(who).ru_maxrss * 1024 / 1_000_000
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    each = 1e6 / recipients
    print(
        f"| {recipients:,} | {frozen * each:.0f} us each | {taken * each:.0f} us each "
        f"| {counted:.2f} s | {peak:.0f} MB | {worker:.0f} MB |"
    )
