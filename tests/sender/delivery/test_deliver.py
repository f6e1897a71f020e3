from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from support.program import until

from publisher.errors import (
    ConfigurationFailure,
    IssueError,
    PermanentFailure,
    QuotaExceeded,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.models import DeliveryState as S
from publisher.sender.delivery import deliver as deliver_module
from publisher.sender.delivery import states
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.limits.rate_limit import Limits
from publisher.sender.transports.base import BaseTransport
from publisher.sender.transports.outbox import OutboxTransport
from publisher.store.database import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Clock, Received, ScriptedServer

    from publisher.sender.delivery.report import Report
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

ISSUE = "2024-W49"
SENDER = "news@papers.example.org"
Freeze = "Callable[[int], list[str]]"


class ScriptedTransport(BaseTransport):
    """A transport with a scripted result for each recipient; records what it has accepted."""

    name = "told"
    timeout_seconds = 60.0

    def __init__(self, **errors: Exception | BaseException) -> None:
        self.errors = errors
        self.accepted: list[str] = []
        self.knows: bool | None = None
        self.before: Callable[[str], None] = lambda _to: None

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        del envelope_sender, message, message_id
        self.before(recipient)
        name = recipient.partition("@")[0]
        if name in self.errors:
            raise self.errors[name]
        self.accepted.append(recipient)
        return "250 ok"

    def evidence(self, message_id: str) -> bool | None:
        assert message_id
        return self.knows


def run(store: Store, transport: Any, clock: Any, **options: Any) -> Report:
    values: dict[str, Any] = {"jitter": lambda: 0.5, **options}
    return deliver(
        ISSUE,
        store,
        transport if isinstance(transport, list) else [transport],
        DeliveryOptions(envelope_sender=SENDER, keys=store.keys, now=clock, **values),
    )


def states_of(store: Store) -> list[S]:
    return [row.state for row in store.deliveries.rows(ISSUE)]


def test_everyone_gets_one_and_a_second_run_sends_nothing(
    store: Store, freeze: Freeze, clock: Clock, tmp_path: Path
) -> None:
    freeze(7)
    steps: list[deliver_module.Step] = []
    outbox = OutboxTransport(tmp_path / "out")
    report = run(store, outbox, clock, batch=3, on_progress=steps.append)
    assert (report.sent, report.waiting, report.done, report.stopped) == (7, 0, True, "")
    assert [step.state for step in steps] == [S.SENT] * 7
    assert len(list((tmp_path / "out").glob("*.eml"))) == 7
    again = run(store, outbox, clock)
    assert (again.sent, again.done) == (0, True)


@pytest.mark.parametrize("processes", [False, True])
def test_the_date_is_that_of_the_attempt(
    store: Store, freeze: Freeze, clock: Clock, tmp_path: Path, processes: bool
) -> None:
    freeze(5)
    folder = tmp_path / "out"
    dates: list[set[str]] = []
    # A quota of two a day: the last of five leave days after the freezing.
    for day in range(3):
        report = run(
            store,
            [OutboxTransport(folder), OutboxTransport(folder)],
            clock,
            limits=Limits(per_day=2),
            processes=processes,
            zone=ZoneInfo("Asia/Shanghai"),
        )
        assert report.sent == (2, 2, 1)[day]
        heads = [path.read_bytes().partition(b"\r\n\r\n")[0] for path in folder.glob("*.eml")]
        dates.append({re.findall(rb"\nDate: (.*)\r", head)[0].decode() for head in heads})
        clock.now += timedelta(days=1, minutes=1)
    days = [
        f"{day} Dec 2024 08:0{n}:00 +0800"
        for n, day in enumerate(("Mon, 09", "Tue, 10", "Wed, 11"))
    ]
    assert dates == [set(days[:1]), set(days[:2]), set(days)]


def test_a_second_try_has_a_date_of_its_own_and_the_same_message_id(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(1)
    copies: list[tuple[bytes, str]] = []

    class Busy(ScriptedTransport):
        def send(self, sender: str, recipient: str, message: bytes, message_id: str) -> str:
            copies.append((message, message_id))
            return super().send(sender, recipient, message, message_id)

    frozen = store.issues.message(ISSUE, "zh-standard-all")
    run(store, Busy(reader0=TemporaryFailure("451 later", code=451)), clock)
    clock.now += timedelta(days=1)
    run(store, Busy(), clock)
    (first, first_id), (second, second_id) = copies
    assert first_id == second_id
    assert b"\r\nDate: Mon, 09 Dec 2024 00:00:00 +0000\r\n" in first
    assert second == first.replace(b"Mon, 09 Dec", b"Tue, 10 Dec")
    assert store.issues.message(ISSUE, "zh-standard-all") == frozen


def test_an_issue_that_is_not_frozen(store: Store, clock: Clock) -> None:
    with pytest.raises(IssueError, match="not frozen"):
        run(store, ScriptedTransport(), clock)


def test_who_unsubscribes_after_the_freeze_gets_nothing(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    emails = freeze(4)
    store.subscribers.remove(emails[0], now=clock())
    store.subscribers.erase(emails[1], now=clock())
    transport = ScriptedTransport()
    # The third one leaves the list after the second batch has been claimed.
    transport.before = lambda _to: (store.subscribers.remove(emails[3], now=clock()), None)[1]
    report = run(store, transport, clock)
    assert transport.accepted == [emails[2]]
    assert (report.sent, report.skipped, report.done) == (1, 3, True)


@pytest.mark.parametrize(
    ("error", "state", "counted", "stopped", "suppressed"),
    [
        (TemporaryFailure("451 later", code=451), S.READY, 1, False, False),
        (PermanentFailure("550 no", code=550, enhanced="5.7.1"), S.REJECTED, 1, False, False),
        (PermanentFailure("550 gone", code=550, enhanced="5.1.1"), S.REJECTED, 1, False, True),
        (UnknownOutcome("no answer"), S.IN_DOUBT, 1, False, False),
        (TransportError("new kind"), S.IN_DOUBT, 1, False, False),
        (ConfigurationFailure("no disk"), S.READY, 0, True, False),
        (QuotaExceeded("550 limit", code=550, enhanced="5.4.5"), S.READY, 0, True, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_becomes_of_a_failure(
    store: Store,
    freeze: Freeze,
    clock: Clock,
    error: TransportError,
    state: S,
    counted: int,
    stopped: bool,
    suppressed: bool,
) -> None:
    emails = freeze(2)
    report = run(store, ScriptedTransport(reader0=error), clock)
    first, second = store.deliveries.rows(ISSUE)
    assert (first.state, first.attempts, first.reason) == (state, counted, str(error))
    assert second.state is (S.READY if stopped else S.SENT)
    assert report.stopped == (str(error) if stopped else "")
    assert (store.suppressions.find(emails[0]) is not None) == suppressed


def test_a_message_that_is_put_off_goes_when_its_time_has_come(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(2)
    transport = ScriptedTransport(reader0=TemporaryFailure("later"))
    report = run(store, transport, clock)
    assert report.next_due == clock() + timedelta(minutes=5)
    assert (report.put_off, report.waiting, report.done) == (1, 1, False)
    transport.errors.clear()
    clock.now += timedelta(minutes=4)
    assert run(store, transport, clock).sent == 0
    clock.now += timedelta(minutes=1)
    assert run(store, transport, clock).done


def test_a_message_that_is_put_off_for_days_is_given_up(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(1)
    start = clock()
    transport = ScriptedTransport(reader0=TemporaryFailure("later"))
    while not run(store, transport, clock).done:
        clock.now += timedelta(hours=25)
    (row,) = store.deliveries.rows(ISSUE)
    assert row.state is S.REJECTED
    assert row.reason.startswith("given up after 10 attempts: later")
    assert clock() - start > timedelta(days=3)


def test_a_quota_pauses_the_issue_until_its_window_opens(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(3)
    limit = QuotaExceeded("550 5.4.5 Daily user sending limit exceeded", code=550)
    transport = ScriptedTransport(reader1=limit)
    report = run(store, transport, clock)
    assert report.paused_until == clock() + timedelta(hours=24)
    transport.errors.clear()
    clock.now += timedelta(hours=23)
    early = run(store, transport, clock)
    assert (early.sent, early.stopped) == (0, str(limit))
    clock.now += timedelta(hours=1)
    assert run(store, transport, clock).done
    assert Counter(transport.accepted).most_common(1)[0][1] == 1


def test_many_failures_in_a_row_stop_the_issue_and_the_same_command_goes_on(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(20)
    errors = {f"reader{number}": PermanentFailure("554 spam", code=554) for number in range(2, 20)}
    transport = ScriptedTransport(**errors)
    report = run(store, transport, clock, batch=4)
    assert report.stopped.startswith("10 failures in a row")
    assert (report.sent, report.rejected, report.waiting) == (2, 10, 8)
    assert store.deliveries.counts(ISSUE)[S.CLAIMED] == 0
    transport.errors.clear()
    assert run(store, transport, clock).sent == 8


def test_dead_mailboxes_in_a_row_are_no_alarm(store: Store, freeze: Freeze, clock: Clock) -> None:
    freeze(15)
    gone = PermanentFailure("550 5.1.1 gone", code=550, enhanced="5.1.1")
    report = run(
        store, ScriptedTransport(**{f"reader{number}": gone for number in range(14)}), clock
    )
    assert (report.rejected, report.sent, report.stopped) == (14, 1, "")


def test_a_transport_that_does_not_open_touches_nothing(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(2)
    transport = ScriptedTransport()

    def fail() -> None:
        raise ConfigurationFailure("login refused")

    transport.open = fail  # type: ignore[method-assign]
    report = run(store, transport, clock)
    assert (report.stopped, report.waiting) == ("login refused", 2)
    assert [row.attempts for row in store.deliveries.rows(ISSUE)] == [0, 0]


def test_an_interruption_in_the_middle_of_a_message_leaves_one_doubt(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(3)
    with pytest.raises(KeyboardInterrupt):
        run(store, ScriptedTransport(reader1=KeyboardInterrupt()), clock)
    assert states_of(store) == [S.SENT, S.IN_DOUBT, S.READY]
    transport = ScriptedTransport()
    report = run(store, transport, clock)
    assert (report.sent, report.in_doubt_total, report.done) == (1, 1, True)
    assert transport.accepted == ["reader2@example.org"]


@pytest.mark.parametrize(
    ("knows", "state", "accepted"), [(True, S.SENT, 0), (False, S.SENT, 1), (None, S.IN_DOUBT, 0)]
)
def test_a_doubt_is_settled_by_evidence(
    store: Store, freeze: Freeze, clock: Clock, knows: bool | None, state: S, accepted: int
) -> None:
    freeze(1)
    run(store, ScriptedTransport(reader0=UnknownOutcome("?")), clock)
    transport = ScriptedTransport()
    transport.knows = knows
    run(store, transport, clock)
    assert states_of(store) == [state]
    assert len(transport.accepted) == accepted


def test_a_transport_has_no_say_about_what_went_by_another(
    store: Store, freeze: Freeze, clock: Clock, tmp_path: Path
) -> None:
    freeze(1)
    run(store, ScriptedTransport(reader0=UnknownOutcome("?")), clock)
    report = run(store, OutboxTransport(tmp_path / "out"), clock)
    assert (report.sent, report.in_doubt_total) == (0, 1)


def test_asked_to_stop_it_ends_after_the_message_in_flight(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(5)
    transport = ScriptedTransport()
    report = run(store, transport, clock, stopping=lambda: len(transport.accepted) == 2)
    assert (report.sent, report.waiting, report.stopped) == (2, 3, "stopped on request")
    assert store.deliveries.counts(ISSUE)[S.READY] == 3


def test_an_operators_pause_holds_until_it_is_lifted(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(3)
    transport = ScriptedTransport()

    def pause(_to: str) -> None:
        store.issues.pause(ISSUE, until=None, reason="a typo")

    transport.before = pause
    report = run(store, transport, clock)
    assert (report.sent, report.stopped) == (1, "a typo")
    clock.now += timedelta(days=30)
    transport.before = lambda _to: None
    assert run(store, transport, clock).stopped == "a typo"
    store.issues.resume(ISSUE)
    assert run(store, transport, clock).sent == 2


CHILD = """
import sys, time
from pathlib import Path
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.delivery.signals import graceful_stop
from publisher.sender.transports.outbox import OutboxTransport
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import SmtpTransport
from publisher.store.database import open_store
url, kind, where = sys.argv[1:4]
if kind == "smtp":
    transport = SmtpTransport(Server("127.0.0.1", int(where), "none"), timeout_seconds=30)
else:
    transport = OutboxTransport(Path(where))
def slow(step):
    print(step.state, flush=True)
    time.sleep(0.01)
with open_store(url) as store, transport, graceful_stop() as stopping:
    options = DeliveryOptions("n@x.org", store.keys, on_progress=slow, stopping=stopping)
    report = deliver("2024-W49", store, [transport], options)
    print(report.stopped or "done", flush=True)
"""


def start(url: str, kind: str, where: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, url, kind, str(where)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(process: subprocess.Popen[str], lines: int) -> None:
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()


def end(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=240)
    return output.split()


def test_killed_between_messages_the_next_run_goes_on_at_once_outbox(
    url: str, freeze: Freeze, tmp_path: Path
) -> None:
    freeze(40)
    for lines in (3, 9):
        process = start(url, "outbox", tmp_path / "out")
        wait_for(process, lines)
        process.kill()
        end(process)
    assert end(start(url, "outbox", tmp_path / "out"))[-1] == "done"
    names = [path.name for path in (tmp_path / "out").iterdir() if path.suffix == ".eml"]
    assert len(names) == 40
    with open_store(url) as store:
        assert store.deliveries.counts(ISSUE)[S.SENT] == 40


def test_killed_between_messages_the_next_run_goes_on_at_once_smtp(
    url: str,
    freeze: Freeze,
    smtp_server: Callable[..., tuple[int, Received]],
) -> None:
    emails = freeze(40)
    port, received = smtp_server()
    process = start(url, "smtp", port)
    wait_for(process, 7)
    process.kill()
    end(process)
    assert end(start(url, "smtp", port))[-1] == "done"
    with open_store(url) as store:
        counts = store.deliveries.counts(ISSUE)
    # Killed between two messages or, rarely, during one, which is in doubt then.
    assert counts[S.SENT] + counts[S.IN_DOUBT] == 40
    assert counts[S.IN_DOUBT] <= 1
    assert max(Counter(received.to).values()) == 1
    assert len(set(emails) - set(received.to)) <= counts[S.IN_DOUBT]


def test_killed_while_the_answer_is_awaited_it_is_one_doubt_and_nobody_gets_two(
    url: str,
    freeze: Freeze,
    scripted: Callable[..., ScriptedServer],
) -> None:
    freeze(3)
    server = scripted({"end": "silence"})
    process = start(url, "smtp", server.port)
    with open_store(url) as store:
        until(lambda: store.deliveries.counts(ISSUE)[S.SENDING])
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
        end(process)
        server.script["end"] = "250 ok"
        assert end(start(url, "smtp", server.port))[-1] == "done"
        counts = store.deliveries.counts(ISSUE)
    assert (counts[S.SENT], counts[S.IN_DOUBT], server.accepted) == (2, 1, 2)


@pytest.mark.skipif(os.name == "nt", reason="has no SIGTERM to catch")
def test_sigterm_ends_after_the_message_in_flight(url: str, freeze: Freeze, tmp_path: Path) -> None:
    freeze(60)
    process = start(url, "outbox", tmp_path / "out")
    wait_for(process, 5)
    process.send_signal(signal.SIGTERM)
    assert end(process)[-3:] == ["stopped", "on", "request"]
    assert process.returncode == 0
    with open_store(url) as store:
        counts = store.deliveries.counts(ISSUE)
    assert counts[S.SENT] + counts[S.READY] == 60
    assert counts[S.READY] > 0


def test_two_processes_share_the_work(
    url: str, freeze: Freeze, smtp_server: Callable[..., tuple[int, Received]]
) -> None:
    freeze(150)
    port, received = smtp_server()
    for process in [start(url, "smtp", port) for _ in range(2)]:
        end(process)
    assert len(received.to) == len(set(received.to)) == 150


def test_two_threads_share_the_work(url: str, freeze: Freeze, clock: Clock) -> None:
    freeze(60)
    transports = [ScriptedTransport(), ScriptedTransport()]

    def work(transport: ScriptedTransport) -> None:
        with open_store(url) as mine:
            run(mine, transport, clock, batch=5)

    threads = [threading.Thread(target=work, args=(transport,)) for transport in transports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = [to for transport in transports for to in transport.accepted]
    assert len(got) == len(set(got)) == 60


def test_every_move_of_the_table_and_no_other() -> None:
    for state in S:
        for event in states.DeliveryEvent:
            if (state, event) in states.TRANSITIONS:
                assert states.after(state, event) is states.TRANSITIONS[state, event]
            else:
                with pytest.raises(ValueError, match="can't be"):
                    states.after(state, event)
    assert not {state for state, _ in states.TRANSITIONS} & states.FINAL
    assert {state for state, _ in states.TRANSITIONS} | states.FINAL == set(S)
