"""Senders that are killed or stopped at random moments, against a server in its own process.

By hand: `python tests/support/chaos_runner.py --runs 500`. Each run sends an issue to 200 people
over 4 connections, is killed up to three times or stopped beyond its lease, and is resumed until
done. In half of the runs each connection is a process, which may be the one that is killed or
stopped. Now and then a sender of another machine takes part. `--url` takes a PostgreSQL instead of
SQLite. Finally the messages that the server accepted are compared with the ledger. Senders are
forks, so that the moments fall into the sending and not into the start of an interpreter.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.controller import Controller

from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition, SubscriberStatus
from publisher.models import DeliveryState as S
from publisher.models.imports import ImportedSubscriber
from publisher.models.ledger import FrozenEdition
from publisher.newsletter.audience import IssueAudience
from publisher.sender.delivery.deliver import deliver, take_over
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.delivery.states import FINAL
from publisher.sender.message import edition_message
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import SmtpTransport
from publisher.store.database import Store, open_store

PEOPLE = 200
CONNECTIONS = 4
BATCH = 50
ELSEWHERE = "another-machine|boot|1|1"
# Much shorter than a message may take: who is stopped for a moment has lost its rows.
LEASE = timedelta(seconds=0.2)
BODY = f"{UNSUBSCRIBE_PLACEHOLDER}\n"


class LoggingHandler:
    """Writes down who a message was for before it says that it has it."""

    def __init__(self, log: int) -> None:
        self._log = log

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        os.write(self._log, envelope.rcpt_tos[0].encode() + b"\n")
        return "250 2.0.0 received"


class ImpatientTransport(SmtpTransport):
    """Promises to be quicker than it is, so that leases run out while it is at work."""

    timeout_seconds = 0.2


def start_sink(log: Path) -> tuple[int, int]:
    """Start a sink; return its process id and port."""
    ready, port_pipe = os.pipe()
    pid = os.fork()
    if pid:
        os.close(port_pipe)
        port = int(os.read(ready, 16))
        os.close(ready)
        return pid, port
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handle = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    Controller(LoggingHandler(handle), hostname="127.0.0.1", port=port).start()
    os.write(port_pipe, str(port).encode())
    while True:
        time.sleep(1)


def freeze(store: Store, issue: str, people: int) -> None:
    now = datetime.now(UTC)
    active = SubscriberStatus.ACTIVE
    store.imports.import_rows(
        (
            ImportedSubscriber(n, f"r{n}@example.org", "", (), active, now, now)
            for n in range(people)
        ),
        now=now,
    )
    head = SenderProfile(from_address="a@example.org", list_id="x.example.org")
    template = edition_message.build_message(Edition(issue, (), "x", BODY, BODY, 1), head)
    store.issues.freeze(
        issue,
        period=(now, now),
        papers=[],
        frozen_editions=[FrozenEdition("all", "x", template)],
        audience=IssueAudience({}),
        edition_of=lambda _choice: "all",
        now=now,
    )


def send(url: str, issue: str, port: int, *, processes: bool, owner: str = "") -> int:
    """Start a sender; return its process id. It ends with 0 when nothing is left to send."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        transports = [
            ImpatientTransport(Server("127.0.0.1", port, "none"), timeout_seconds=20.0)
            for _ in range(CONNECTIONS)
        ]
        with open_store(url) as store:
            options = DeliveryOptions(
                envelope_sender="a@example.org",
                keys=store.keys,
                batch=BATCH,
                claim_lease=LEASE,
                margin=timedelta(0),
                processes=processes,
                owner=owner,
            )
            report = deliver(issue, store, transports, options)
            code = 0 if report.done else 2
        for transport in transports:
            transport.close()
    finally:
        os._exit(code)


def doubts_found(url: str, issue: str) -> int:
    """Take over what the dead left; return how many are in doubt."""
    with open_store(url) as store:
        probe = ImpatientTransport(Server("", 1, "none"), timeout_seconds=1)
        take_over(issue, store, probe, DeliveryOptions("a@example.org", store.keys))
        return store.deliveries.counts(issue)[S.IN_DOUBT]


def wait_for_exit(pid: int) -> int:
    """Wait for a child; return its exit code, 0 for one that another has waited for."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def child_of(pid: int, dice: random.Random) -> int:
    """Return one of the processes of a sender, or the sender's own number where it has none."""
    try:
        return dice.choice([child.pid for child in psutil.Process(pid).children()] or [pid])
    except psutil.NoSuchProcess:
        return pid


def send_signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def one_run(url: str, issue: str, port: int, log: Path, dice: random.Random) -> dict[str, int]:
    """Send to everybody through crashes; return what was counted. Asserts the promise."""
    with open_store(url) as store:
        freeze(store, issue, PEOPLE)
    begin = log.stat().st_size
    kills = stops = children = pairs = 0
    processes = dice.random() < 0.5
    for _ in range(dice.randint(1, 3)):
        before = doubts_found(url, issue)
        pid = send(url, issue, port, processes=processes)
        other = 0
        if dice.random() < 0.2:
            other = send(url, issue, port, processes=processes, owner=ELSEWHERE)
            pairs += 1
        time.sleep(dice.uniform(0.02, 0.5))
        victim = pid
        if processes and dice.random() < 0.4:
            victim = child_of(pid, dice)
            children += victim != pid
        if dice.random() < 0.25:
            send_signal(victim, signal.SIGSTOP)
            time.sleep(2.5 * LEASE.total_seconds())
            second = send(url, issue, port, processes=processes)
            time.sleep(dice.uniform(0, 0.3))
            send_signal(victim, signal.SIGCONT)
            wait_for_exit(pid)
            wait_for_exit(second)
            stops += 1
        else:
            send_signal(victim, signal.SIGKILL)
            wait_for_exit(pid)
            kills += 1
            assert other or doubts_found(url, issue) - before <= CONNECTIONS
        if other:
            wait_for_exit(other)
    for _ in range(200):
        if wait_for_exit(send(url, issue, port, processes=processes)) == 0:
            break
        time.sleep(LEASE.total_seconds())
    time.sleep(0.05)  # the sink may still be reading what a killed sender wrote
    with log.open("rb") as file:
        file.seek(begin)
        received = Counter(file.read().decode().split())
    doubt = check_ledger(url, issue, received)
    assert doubt <= CONNECTIONS * (kills + stops)
    counted = {"kills": kills, "stops": stops, "of a connection's process": children}
    counted["two machines"] = pairs
    return {**counted, "in doubt": doubt, "received": sum(received.values())}


def check_ledger(url: str, issue: str, received: Counter[str]) -> int:
    """Assert that the ledger says what the sink received; return how many are in doubt."""
    with open_store(url) as store:
        rows = store.deliveries.rows(issue)
    assert len(rows) == PEOPLE
    assert all(times == 1 for times in received.values()), received.most_common(3)
    for row in rows:
        assert row.state in FINAL | {S.REJECTED, S.IN_DOUBT}, row
        if row.state is S.SENT:
            assert received[row.email] == 1, row
        elif row.state is not S.IN_DOUBT:
            assert not received[row.email], row
    return sum(row.state is S.IN_DOUBT for row in rows)


def run_many(runs: int, seed: int, url: str = "") -> Counter[str]:
    """Return the counts of `runs` runs. Raises `AssertionError`."""
    total: Counter[str] = Counter()
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory() as name:
        log = Path(name, "received")
        log.touch()
        pid, port = start_sink(log)
        try:
            for number in range(runs):
                file = f"sqlite:///{name}/{number}.db"
                total.update(one_run(url or file, f"chaos-{number}", port, log, dice))
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return total


if __name__ == "__main__":
    asyncio.set_event_loop(None)
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    import yagmail  # noqa: F401 - before the forks, so that each goes without it

    counts = run_many(arguments.runs, arguments.seed, arguments.url)
    sys.stdout.write(f"{arguments.runs} runs: {dict(counts)}\n")
