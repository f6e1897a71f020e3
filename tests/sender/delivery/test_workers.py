from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import psutil
import pytest

from publisher.errors import PermanentFailure, QuotaExceeded, TemporaryFailure
from publisher.models import DeliveryState as S
from publisher.sender.delivery import dispatch
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.transports.base import BaseTransport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Clock

    from publisher.sender.delivery.report import Report
    from publisher.store.database import Store

ISSUE = "2024-W49"
Freeze = "Callable[[int], list[str]]"

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="has no fork"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]


class Unspeakable(Exception):
    """An error that can't be pickled."""

    def __init__(self) -> None:
        super().__init__("it")
        self.file = sys.stdout


class LoggingTransport(BaseTransport):
    """Logs the recipient and the process of each message; calls `fates` for some recipients."""

    name = "logged"
    timeout_seconds = 60.0

    def __init__(self, log: Path, **fates: Callable[[], object]) -> None:
        self._log = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        self._fates = fates

    def _meet(self, when: str) -> None:
        if when in self._fates:
            self._fates[when]()

    def announce(self, envelope_sender: str, recipient: str, message: bytes) -> None:
        del envelope_sender, message
        self._meet("announced_" + recipient.partition("@")[0])

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        del envelope_sender, message, message_id
        name = recipient.partition("@")[0]
        self._meet("before_" + name)
        os.write(self._log, f"{recipient} {os.getpid()}\n".encode())
        self._meet("after_" + name)
        return "250 ok"

    def evidence(self, message_id: str) -> bool | None:
        assert message_id

    def close(self) -> None:
        os.close(self._log)


def run(
    store: Store, log: Path, clock: Clock, connections: int = 3, **fates: Callable[[], object]
) -> Report:
    transports = [LoggingTransport(log, **fates) for _ in range(connections)]
    try:
        return deliver(
            ISSUE,
            store,
            transports,
            DeliveryOptions(envelope_sender="n@x.org", keys=store.keys, now=clock, processes=True),
        )
    finally:
        for transport in transports:
            transport.close()


def taken(log: Path) -> list[tuple[str, int]]:
    lines = [line.split() for line in log.read_text().splitlines()]
    return [(recipient, int(pid)) for recipient, pid in lines]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def failing(error: Exception) -> Callable[[], object]:
    def fail() -> None:
        raise error

    return fail


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_each_connection_is_a_process_and_none_is_left(
    store: Store, freeze: Freeze, clock: Clock, log: Path
) -> None:
    emails = freeze(300)
    report = run(store, log, clock)
    assert (report.sent, report.done, report.stopped) == (300, True, "")
    assert Counter(to for to, _ in taken(log)) == Counter(emails)
    pids = {pid for _, pid in taken(log)}
    assert 1 < len(pids) <= 3
    assert os.getpid() not in pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.mark.parametrize(
    ("when", "state", "copies"),
    [("announced", S.READY, 0), ("before", S.IN_DOUBT, 0), ("after", S.IN_DOUBT, 1)],
)
def test_a_process_that_is_killed_takes_one_message_with_it(
    store: Store, freeze: Freeze, clock: Clock, log: Path, when: str, state: S, copies: int
) -> None:
    emails = freeze(40)
    report = run(store, log, clock, **{f"{when}_reader7": die})
    times = Counter(to for to, _ in taken(log))
    row = store.deliveries.rows(ISSUE)[7]
    if state is S.IN_DOUBT:
        assert (row.state, row.reason) == (S.IN_DOUBT, "the sending process died")
        assert (report.sent, report.in_doubt, report.stopped) == (39, 1, "")
        assert times[emails[7]] == copies
    else:
        # A worker that dies before the message may leave has sent nothing; the next one dies too,
        # until none is left. Or the message was on its way, and the outcome is unknown.
        assert row.state in (S.READY, S.IN_DOUBT)
        assert not times[emails[7]]
    assert all(number == 1 for number in times.values())


def test_where_all_processes_die_the_run_stops_and_can_go_on(
    store: Store, freeze: Freeze, clock: Clock, log: Path
) -> None:
    freeze(40)
    fates = {f"before_reader{number}": die for number in range(40)}
    report = run(store, log, clock, **fates)
    assert report.stopped == "the sending process died"
    assert (report.in_doubt, report.waiting) == (3, 37)
    report = run(store, log, clock)
    assert (report.sent, report.waiting, report.in_doubt_total) == (37, 0, 3)


def test_failures_mean_what_they_mean_in_one_process(
    store: Store, freeze: Freeze, clock: Clock, log: Path
) -> None:
    emails = freeze(30)
    gone = PermanentFailure("550 gone", code=550, enhanced="5.1.1")
    later = TemporaryFailure("451 later", code=451)
    report = run(store, log, clock, before_reader3=failing(gone), before_reader4=failing(later))
    assert (report.sent, report.rejected, report.put_off) == (28, 1, 1)
    assert store.suppressions.find(emails[3]) is not None
    freeze_quota = QuotaExceeded("550 limit", code=550, enhanced="5.4.5")
    clock.now += dispatch.timedelta(hours=1)
    report = run(store, log, clock, 1, before_reader4=failing(freeze_quota))
    assert report.stopped == "550 limit"
    assert report.paused_until is not None


@pytest.mark.parametrize("error", [ZeroDivisionError("no"), Unspeakable()])
def test_a_fault_of_the_program_ends_the_run_and_leaves_one_doubt(
    store: Store, freeze: Freeze, clock: Clock, log: Path, error: Exception
) -> None:
    freeze(40)
    with pytest.raises((ZeroDivisionError, RuntimeError)):
        run(store, log, clock, before_reader7=failing(error))
    counts = store.deliveries.counts(ISSUE)
    assert (counts[S.IN_DOUBT], counts[S.CLAIMED], counts[S.SENDING]) == (1, 0, 0)


def test_a_process_that_is_stopped_is_ended_before_its_message_is_in_doubt(
    store: Store, freeze: Freeze, clock: Clock, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(10)
    monkeypatch.setattr(dispatch, "_OVERDUE_SECONDS", 5.0)
    monkeypatch.setattr(LoggingTransport, "timeout_seconds", 0.0)
    before = psutil.Process().children()
    report = run(store, log, clock, before_reader7=lambda: os.kill(os.getpid(), signal.SIGSTOP))
    assert (report.sent, report.in_doubt) == (9, 1)
    assert store.deliveries.rows(ISSUE)[7].state is S.IN_DOUBT
    assert psutil.Process().children() == before


PARENT = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_workers import LoggingTransport
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.store.database import open_store
log = Path(sys.argv[2])
with open_store(sys.argv[1]) as store:
    fates = {f"before_reader{n}": lambda: time.sleep(0.05) for n in range(300)}
    options = DeliveryOptions("n@x.org", store.keys, processes=True)
    deliver("2024-W49", store, [LoggingTransport(log, **fates) for _ in range(3)], options)
"""


def test_processes_end_with_the_one_that_began_them(
    store: Store, url: str, freeze: Freeze, clock: Clock, log: Path
) -> None:
    freeze(300)
    folder = os.path.dirname(__file__)  # noqa: PTH120 - for sys.path
    parent = subprocess.Popen([sys.executable, "-c", PARENT, url, str(log), folder])
    deadline = time.monotonic() + 60
    while not (log.exists() and len({pid for _, pid in taken(log)}) == 3):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    pids = {pid for _, pid in taken(log)}
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert store.ledger.release_dead_owners(ISSUE, lambda _owner: True, now=clock())[1] <= 3
    counts = store.deliveries.counts(ISSUE)
    copies = Counter(to for to, _ in taken(log))
    assert counts[S.SENT] <= len(copies) <= counts[S.SENT] + counts[S.IN_DOUBT]
    assert counts[S.IN_DOUBT] <= 3


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
