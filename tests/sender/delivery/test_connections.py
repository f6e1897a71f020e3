from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.program import until

from publisher.errors import StoreError, TemporaryFailure
from publisher.models import DeliveryState as S
from publisher.sender.delivery.claim_queue import ClaimQueue
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.transports.base import BaseTransport
from publisher.store.database import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conftest import Clock, Received, ScriptedServer

    from publisher.sender.delivery.report import Report, Step
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

ISSUE = "2024-W49"
Freeze = "Callable[[int], list[str]]"
Make = "Callable[..., SmtpTransport]"


class RecordingTransport(BaseTransport):
    """A transport that records its messages and the threads they came from."""

    name = "noted"
    timeout_seconds = 60.0

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.took: list[str] = []
        self.threads: set[int] = set()
        self.meet: threading.Barrier | None = None
        self.announced: list[str] = []
        self.withdrawn = 0

    def open(self) -> None:
        if self.fails:
            raise self.fails

    def announce(self, envelope_sender: str, recipient: str, message: bytes) -> None:
        del envelope_sender, message
        self.announced.append(recipient)

    def withdraw(self) -> None:
        self.withdrawn += 1

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        del envelope_sender, message, message_id
        self.threads.add(threading.get_ident())
        if self.meet is not None:
            self.meet.wait(60)
            self.meet = None
        self.took.append(recipient)
        return "250 ok"

    def evidence(self, message_id: str) -> bool | None:
        assert message_id


def run(store: Store, transports: Sequence[Any], clock: Clock, **options: Any) -> Report:
    return deliver(
        ISSUE,
        store,
        transports,
        DeliveryOptions(envelope_sender="n@x.org", keys=store.keys, now=clock, **options),
    )


def test_each_connection_is_a_thread_and_all_take_their_share(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    emails = freeze(30)
    transports = [RecordingTransport() for _ in range(4)]
    # All four wait here until each of them has a message.
    meet = threading.Barrier(4)
    for transport in transports:
        transport.meet = meet
    steps: list[Step] = []
    report = run(store, transports, clock, batch=7, on_progress=steps.append)
    assert (report.sent, report.done, len(steps)) == (30, True, 30)
    assert sorted(to for t in transports for to in t.took) == sorted(emails)
    assert [len(t.threads) for t in transports] == [1] * 4
    assert len(set.union(*(t.threads for t in transports))) == 4


def test_there_are_no_more_connections_than_messages(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(1)
    transports = [RecordingTransport(), RecordingTransport(fails=TemporaryFailure("421 too many"))]
    assert run(store, transports, clock).sent == 1
    assert not transports[1].took


def test_a_server_that_takes_fewer_connections_is_sent_to_over_those(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(20)
    transports = [
        RecordingTransport(),
        RecordingTransport(fails=TemporaryFailure("421 too many")),
        RecordingTransport(),
    ]
    report = run(store, transports, clock)
    assert (report.sent, report.stopped) == (20, "")
    assert not transports[1].took


def test_a_fault_in_one_connection_ends_the_run_and_leaves_a_clean_ledger(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(40)

    def bad(step: Step) -> None:
        raise ZeroDivisionError(step.subscriber_id)

    with pytest.raises(ZeroDivisionError):
        run(store, [RecordingTransport(), RecordingTransport()], clock, on_progress=bad)
    counts = store.deliveries.counts(ISSUE)
    assert counts[S.CLAIMED] == counts[S.SENDING] == counts[S.IN_DOUBT] == 0
    assert counts[S.SENT] + counts[S.READY] == 40


class BrokenLedger:
    """A ledger whose commits fail at given times, as on a full disk."""

    def __init__(self, ledger: Any, failing: set[int]) -> None:
        self._ledger = ledger
        self.failing = failing
        self.times = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def record(self, *values: Any) -> Any:
        self.times += 1
        if self.times in self.failing:
            raise StoreError("publisher.db: the disk is full")
        return self._ledger.record(*values)


@pytest.mark.parametrize("failing", [{1}, {2}, {3}, {2, 3}, set(range(2, 99))])
@pytest.mark.parametrize("connections", [1, 4])
def test_a_commit_that_fails_sends_nobody_two(
    store: Store, freeze: Freeze, clock: Clock, failing: set[int], connections: int
) -> None:
    freeze(20)
    transports = [RecordingTransport() for _ in range(connections)]
    broken = SimpleNamespace(
        issues=store.issues,
        deliveries=store.deliveries,
        ledger=BrokenLedger(store.ledger, failing),
    )
    with pytest.raises(StoreError, match="full"):
        deliver(ISSUE, broken, transports, DeliveryOptions("n@x", store.keys, now=clock))
    sending = store.deliveries.counts(ISSUE)[S.SENDING]
    assert sending <= connections
    if len(failing) == 1:
        # The outcomes of the last messages are written at the second try.
        assert sending == 0
    store.ledger.release_dead_owners(ISSUE, lambda _owner: True, now=clock())
    assert run(store, transports, clock).done
    took = Counter(to for transport in transports for to in transport.took)
    assert max(took.values()) == 1
    rows = store.deliveries.rows(ISSUE)
    assert {row.email for row in rows if row.state is S.SENT} <= set(took)
    assert all(row.state in (S.SENT, S.IN_DOUBT) for row in rows)


def test_what_was_given_back_is_not_claimed_again(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(5)
    lease = timedelta(minutes=1)
    claims = ClaimQueue(ISSUE, store.ledger, owner="o", batch=2, lease=lease, now=clock)
    assert claims.take() is not None
    claims.release()
    assert store.deliveries.counts(ISSUE)[S.READY] == 5
    assert claims.take() is None
    assert store.deliveries.counts(ISSUE)[S.READY] == 5


@pytest.mark.parametrize("connections", [1, 3])
def test_what_the_fence_holds_back_is_taken_back_from_the_server(
    store: Store, freeze: Freeze, clock: Clock, connections: int
) -> None:
    emails = freeze(6)
    transports = [RecordingTransport() for _ in range(connections)]
    claim = store.ledger.claim

    def claim_and_leave(*values: Any, **named: Any) -> Any:
        claimed = claim(*values, **named)
        if claimed:
            store.subscribers.remove(emails[2], now=clock())
        return claimed

    store.ledger.claim = claim_and_leave  # type: ignore[method-assign]
    report = run(store, transports, clock)
    assert (report.sent, report.skipped, report.done) == (5, 1, True)
    assert emails[2] in [to for transport in transports for to in transport.announced]
    assert emails[2] not in [to for transport in transports for to in transport.took]
    assert sum(transport.withdrawn for transport in transports) == 1


@pytest.mark.parametrize("connections", [1, 4])
def test_outcomes_are_written_with_the_next_marks(
    store: Store, freeze: Freeze, clock: Clock, connections: int
) -> None:
    freeze(12)
    batches: list[tuple[int, int]] = []
    record = store.ledger.record

    def counted(issue_id: str, settlements: Any, marks: Any) -> Any:
        batches.append((len(settlements), len(marks)))
        return record(issue_id, settlements, marks)

    store.ledger.record = counted  # type: ignore[method-assign]
    assert run(store, [RecordingTransport() for _ in range(connections)], clock).sent == 12
    if connections == 1:
        assert batches == [(0, 1), *[(1, 1)] * 11, (1, 0)]
    assert sum(settled for settled, _ in batches) == sum(marked for _, marked in batches) == 12
    assert max(marked for _, marked in batches) <= connections


CHILD = """
import sys, time
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.delivery.signals import graceful_stop
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import SmtpTransport
from publisher.store.database import open_store
url, port, apart = sys.argv[1:4]
transports = [SmtpTransport(Server("127.0.0.1", int(port), "none"), timeout_seconds=60)
              for _ in range(4)]
def say(step):
    print(step.state, flush=True)
    time.sleep(0.002)
with open_store(url) as store, graceful_stop() as stopping:
    print("begun", flush=True)
    options = DeliveryOptions("n@x.org", store.keys, on_progress=say, stopping=stopping,
                              processes=apart == "True")
    report = deliver("2024-W49", store, transports, options)
    print(report.stopped or "done", flush=True)
"""


def start(url: str, port: int, *, processes: bool) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, url, str(port), str(processes)]
    # In its own process group: terminals and systemd send signals to the whole group.
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("processes", [False, True])
def test_asked_to_stop_all_connections_finish_what_is_in_flight(
    url: str,
    freeze: Freeze,
    smtp_server: Callable[..., tuple[int, Received]],
    number: int,
    processes: bool,
) -> None:
    freeze(150)
    port, received = smtp_server()
    process = start(url, port, processes=processes)
    assert process.stdout is not None
    for _ in range(8):
        process.stdout.readline()
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=240)
    assert output.split("\n")[-2] == "stopped on request"
    with open_store(url) as store:
        counts = store.deliveries.counts(ISSUE)
    assert counts[S.SENT] == len(received.to) == len(set(received.to)) < 150
    assert counts[S.SENT] + counts[S.READY] == 150


@pytest.mark.skipif(os.name == "nt", reason="has no SIGTERM to catch")
@pytest.mark.parametrize("processes", [False, True])
def test_asked_twice_it_does_not_wait_for_an_answer(
    url: str, freeze: Freeze, scripted: Callable[..., ScriptedServer], processes: bool
) -> None:
    freeze(3)
    server = scripted({"end": "silence"})
    process = start(url, server.port, processes=processes)
    with open_store(url) as store:
        until(lambda: store.deliveries.counts(ISSUE)[S.SENDING])
        for _ in range(2):
            os.killpg(process.pid, signal.SIGTERM)
            time.sleep(0.5)  # two signals that wait at the same time are one
        process.communicate(timeout=50)  # it would wait for 60
        counts = store.deliveries.counts(ISSUE)
    assert counts[S.SENDING] == counts[S.CLAIMED] == 0
    assert counts[S.IN_DOUBT] >= 1
    assert counts[S.IN_DOUBT] + counts[S.READY] == 3
