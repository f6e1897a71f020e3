"""Servers that take a number of connections at once, and turn the others away."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from support.ports import free_port

from publisher.models import DeliveryState as S
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.limits.connection_limit import (
    ALONE,
    BESIDE_OTHERS,
    RestingConnections,
    rest_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Clock

    from publisher.sender.delivery.report import Report
    from publisher.store.database import Store

ISSUE = "2024-W49"
Freeze = "Callable[[int], list[str]]"
Make = "Callable[..., SmtpTransport]"
OFFICE = "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending"
POSTFIX = "421 4.7.0 mx Error: too many connections from 127.0.0.1"


class Limited:
    """A real server that takes `limit` connections at once; at `step` it turns away the others."""

    def __init__(self, limit: int, step: str, refusal: str) -> None:
        self.limit, self.step, self.refusal = limit, step, refusal
        self.refused = 0
        self.got: list[str] = []
        self.open: set[int] = set()
        self.lock = threading.Lock()
        server = self

        class Door(SMTP):
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                with server.lock:
                    if len(server.open) < server.limit:
                        server.open.add(id(self))

            def connection_lost(self, error: Exception | None) -> None:
                with server.lock:
                    server.open.discard(id(self))
                super().connection_lost(error)

            async def push(self, status: Any) -> None:
                if server.step == "greeting" and str(status).startswith("220"):
                    status = server.answer(self, str(status))
                await super().push(status)

        class Hall(Controller):
            def factory(self) -> SMTP:
                return Door(server, hostname="mx.example.org")

        self.port = free_port()
        self.controller = Hall(self, hostname="127.0.0.1", port=self.port)

    def answer(self, protocol: Any, polite: str) -> str:
        if id(protocol) in self.open:
            return polite
        self.refused += 1
        return self.refusal

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self.step == "ehlo" and id(server) not in self.open:
            self.refused += 1
            return [self.refusal]
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's
        self, server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.answer(server, "250 ok") if self.step == "mail" else "250 ok"
        if answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        answer = self.answer(server, "250 kept") if self.step == "end" else "250 kept"
        if answer.startswith("250"):
            self.got += envelope.rcpt_tos
        return answer


@pytest.fixture
def limited() -> Iterator[Callable[[int, str, str], Limited]]:
    servers: list[Limited] = []

    def start(limit: int, step: str, refusal: str) -> Limited:
        servers.append(Limited(limit, step, refusal))
        servers[-1].controller.start()
        return servers[-1]

    yield start
    for server in servers:
        server.controller.stop()


def run(store: Store, transports: Any, clock: Clock, **options: Any) -> Report:
    return deliver(
        ISSUE, store, transports, DeliveryOptions("n@x.org", store.keys, now=clock, **options)
    )


@pytest.mark.parametrize("refusal", [OFFICE, POSTFIX])
@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "end"])
@pytest.mark.parametrize("processes", [False, True])
def test_the_issue_goes_on_over_the_connections_that_are_taken(
    limited: Callable[..., Limited],
    smtp: Make,
    store: Store,
    freeze: Freeze,
    clock: Clock,
    step: str,
    refusal: str,
    *,
    processes: bool,
) -> None:
    emails = freeze(40)
    server = limited(3, step, refusal)
    transports = [smtp(server.port, messages_per_connection=5) for _ in range(5)]
    report = run(store, transports, clock, processes=processes)
    assert (report.sent, report.done, report.stopped) == (40, True, "")
    assert sorted(server.got) == sorted(emails)
    assert server.refused >= 1
    assert {row.attempts for row in store.deliveries.rows(ISSUE)} <= {0, 1}
    assert store.issues.get(ISSUE).paused_until is None  # type: ignore[union-attr]


@pytest.mark.parametrize("step", ["greeting", "mail", "end"])
@pytest.mark.parametrize("connections", [1, 3])
def test_where_none_is_taken_the_next_try_is_soon(
    limited: Callable[..., Limited],
    smtp: Make,
    store: Store,
    freeze: Freeze,
    clock: Clock,
    step: str,
    connections: int,
) -> None:
    freeze(3)
    server = limited(0, step, OFFICE)
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock.now += timedelta(seconds=seconds)
        if sum(waited) > 5:
            server.limit = 9

    transports = [smtp(server.port) for _ in range(connections)]
    report = run(store, transports, clock, sleep=sleep)
    assert (report.sent, report.stopped) == (3, "")
    assert sum(waited) < 60
    assert len(server.got) == 3


def test_where_none_is_taken_for_long_the_issue_pauses_for_minutes(
    limited: Callable[..., Limited], smtp: Make, store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(3)
    server = limited(0, "greeting", POSTFIX)
    began = clock.now

    def sleep(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)

    report = run(store, [smtp(server.port)], clock, sleep=sleep)
    assert "421 4.7.0 mx Error: too many connections" in report.stopped
    assert report.paused_until is not None
    assert clock.now - began < timedelta(minutes=3)
    assert report.paused_until - clock.now < timedelta(minutes=10)
    assert store.deliveries.counts(ISSUE)[S.READY] == 3
    server.limit, clock.now = 1, report.paused_until
    assert run(store, [smtp(server.port)], clock).sent == 3


def test_the_rests_grow_and_are_spread() -> None:
    for rests, alone in ((ALONE, True), (BESIDE_OTHERS, False)):
        middle = [rest_after(n, 0.5, alone=alone) for n in range(1, len(rests) + 1)]
        assert middle == list(rests) == sorted(rests)
        assert rest_after(1, 0.0, alone=alone) == rests[0] * 0.8
    assert rest_after(len(ALONE) + 1, 0.5, alone=True) is None
    assert rest_after(99, 0.5, alone=False) == BESIDE_OTHERS[-1]


def test_a_connection_that_works_again_begins_anew(clock: Clock) -> None:
    resting: RestingConnections[str] = RestingConnections()
    assert resting.rest("a", clock.now, 0.5, alone=False)
    assert resting.next_end() == clock.now + BESIDE_OTHERS[0]
    assert resting.wake(clock.now) == []
    assert resting.wake(clock.now + BESIDE_OTHERS[0]) == ["a"]
    assert resting.rest("a", clock.now, 0.5, alone=False)
    assert resting.next_end() == clock.now + BESIDE_OTHERS[1]
    resting.wake(clock.now + BESIDE_OTHERS[1])
    resting.works("a")
    assert resting.rest("a", clock.now, 0.5, alone=False)
    assert resting.next_end() == clock.now + BESIDE_OTHERS[0]
