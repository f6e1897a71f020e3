"""Failures of all kinds in each phase of a session: the ledger agrees with the server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.hostile_server import PHASES, WAYS, Hostile

from publisher.models import DeliveryState as S
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.settings import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Certificate, Clock

    from publisher.sender.delivery.report import Report
    from publisher.sender.transports.smtp import SmtpTransport
    from publisher.store.database import Store

ISSUE = "2024-W49"
PEOPLE = 4
Freeze = "Callable[[int], list[str]]"


@pytest.fixture
def hostile() -> Iterator[Callable[..., Hostile]]:
    servers: list[Hostile] = []

    def start(**options: Any) -> Hostile:
        servers.append(Hostile(**options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def send_until_done(
    store: Store,
    freeze: Freeze,
    clock: Clock,
    smtp: Callable[..., SmtpTransport],
    certificate: Certificate,
) -> Callable[[Hostile], list[Report]]:
    def send(server: Hostile) -> list[Report]:
        freeze(PEOPLE)
        options: dict[str, Any] = {"timeout_seconds": 0.4}
        if server.context is not None:
            options |= {"security": "starttls", "context": certificate.client}
        transports = [
            smtp(server.port, username="keeper", password=Secret("secret"), **options)
            for _ in range(2)
        ]
        reports: list[Report] = []
        for _ in range(5):
            reports.append(
                deliver(
                    ISSUE,
                    store,
                    transports,
                    DeliveryOptions(envelope_sender="n@x.org", keys=store.keys, now=clock),
                )
            )
            if reports[-1].done:
                return reports
            clock.now += timedelta(days=2)
        raise AssertionError(reports)

    return send


def check(store: Store, server: Hostile, *, doubts: set[int], rejected: int) -> None:
    rows = store.deliveries.rows(ISSUE)
    assert len(rows) == PEOPLE
    assert all(times == 1 for times in server.kept.values())
    for row in rows:
        if row.state is S.SENT:
            assert server.kept[row.email] == 1
        else:
            assert row.state is S.IN_DOUBT or server.kept[row.email] == 0
    states = [row.state for row in rows]
    assert states.count(S.IN_DOUBT) in doubts
    assert states.count(S.REJECTED) == rejected
    assert states.count(S.SENT) == PEOPLE - states.count(S.IN_DOUBT) - rejected


def cells() -> list[Any]:
    cases = []
    for phase in PHASES:
        for way in WAYS:
            # A hang ends by the time-out, but nobody waits for a reply while the body is sent.
            for pipelining in (True, False) if PHASES.index(phase) > 3 else (True,):
                name = f"{phase}-{way}-{'pipelined' if pipelining else 'plain'}"
                cases.append(pytest.param(phase, way, pipelining, id=name))
    return cases


@pytest.mark.parametrize(("phase", "way", "pipelining"), cells())
def test_the_ledger_says_what_the_server_kept(
    hostile: Callable[..., Hostile],
    send_until_done: Callable[[Hostile], list[Report]],
    store: Store,
    certificate: Certificate,
    phase: str,
    way: str,
    pipelining: bool,
) -> None:
    server = hostile(
        phase=phase,
        way=way,
        pipelining=pipelining,
        context=certificate.server if phase == "starttls" else None,
    )
    send_until_done(server)
    doubts = {0}
    if phase == "body" and way != "drip":
        # A word before the final dot leaves a doubt, whatever it is; silence does only after it.
        doubts = {0, 1} if way in ("drop", "hang") else {1}
    elif phase == "end" and way in ("drop", "hang", "garbage"):
        doubts = {1}
    refused = way == "5xx" and phase in ("rcpt", "data", "end")
    check(store, server, doubts=doubts, rejected=int(refused))
    assert server.times == 0


@pytest.mark.parametrize("way", ["drop", "hang", "garbage"])
def test_what_was_kept_without_a_word_is_in_doubt_and_not_sent_again(
    hostile: Callable[..., Hostile],
    send_until_done: Callable[[Hostile], list[Report]],
    store: Store,
    way: str,
) -> None:
    server = hostile(phase="end", way=way, keeps=True)
    send_until_done(server)
    check(store, server, doubts={1}, rejected=0)
    assert len(server.kept) == PEOPLE


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("way", ["drop", "4xx"])
def test_a_fault_that_lasts_reaches_nobody_twice(
    hostile: Callable[..., Hostile],
    send_until_done: Callable[[Hostile], list[Report]],
    store: Store,
    phase: str,
    way: str,
) -> None:
    server = hostile(phase=phase, way=way, times=3)
    send_until_done(server)
    check(store, server, doubts={3} if (phase, way) == ("end", "drop") else {0}, rejected=0)
