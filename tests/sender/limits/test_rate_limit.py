from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import TemporaryFailure
from publisher.models import DeliveryState as S
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.delivery.outcome import classify_error
from publisher.sender.limits.circuit_breaker import (
    FAILURES_IN_A_ROW,
    REST,
    CircuitBreakers,
    rest_after,
)
from publisher.sender.limits.rate_limit import (
    DAY,
    HOUR,
    PRESETS,
    Limits,
    RateLimiter,
    RateVerdict,
    daily_limit,
    opens_at,
    with_preset,
)
from publisher.sender.transports.base import BaseTransport

if TYPE_CHECKING:
    from conftest import Clock

    from publisher.sender.delivery.report import Report
    from publisher.store.database import Store

NOW = datetime(2024, 12, 9, tzinfo=UTC)
ISSUE = "2024-W49"
Freeze = "Callable[[int], list[str]]"


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=number) for number in minutes]


@pytest.mark.parametrize(
    ("limits", "first", "limit"),
    [
        (Limits(), None, 0),
        (Limits(per_day=500), None, 500),
        (Limits(warm_up=(50, 100)), None, 50),
        (Limits(warm_up=(50, 100)), timedelta(hours=23), 50),
        (Limits(warm_up=(50, 100)), timedelta(hours=24), 100),
        (Limits(warm_up=(50, 100)), timedelta(hours=48), 0),
        (Limits(warm_up=(50, 100), per_day=80), timedelta(hours=24), 80),
        (Limits(warm_up=(50, 100), per_day=500), timedelta(days=9), 500),
        (Limits(warm_up=(50,)), timedelta(days=-1), 50),  # a clock that was set back
    ],
)
def test_the_limit_of_a_day(limits: Limits, first: timedelta | None, limit: int) -> None:
    assert daily_limit(limits, None if first is None else NOW - first, NOW) == limit


@pytest.mark.parametrize(
    ("left", "limit", "minutes"),
    [
        ([], 3, None),
        ([50, 40], 3, None),
        ([50, 40, 30], 0, None),
        ([50, 40, 30], 3, 10),
        ([59, 50, 40, 30], 3, 10),
        ([90, 80, 30], 3, -30),
    ],
)
def test_when_a_window_opens(left: list[float], limit: int, minutes: float | None) -> None:
    expected = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert opens_at(ago(*left), limit, HOUR) == expected


@pytest.mark.parametrize(
    ("limits", "past", "verdict", "until"),
    [
        (Limits(), [1, 1, 1], RateVerdict.GO, None),
        (Limits(per_day=2), [1500, 60], RateVerdict.GO, None),
        (Limits(per_day=2), [120, 60], RateVerdict.WAIT, DAY - timedelta(hours=2)),
        (Limits(per_hour=2), [61, 1], RateVerdict.GO, None),
        (Limits(per_hour=2), [59, 1], RateVerdict.WAIT, timedelta(minutes=1)),
        (Limits(domain_per_hour=2), [59, 1], RateVerdict.DOMAIN_WAITS, timedelta(minutes=1)),
        (Limits(domain_per_hour=2), [70, 1], RateVerdict.GO, None),
    ],
)
def test_what_becomes_of_the_next(
    limits: Limits, past: list[float], verdict: RateVerdict, until: timedelta | None
) -> None:
    pace = RateLimiter(limits)
    pace.learn(NOW, lambda _since: [(moment, "x.org") for moment in ago(*past)])
    decision = pace.decide(NOW, "x.org")
    assert decision.verdict is verdict
    assert decision.until == (None if until is None else NOW + until)
    if verdict is RateVerdict.DOMAIN_WAITS:
        assert pace.decide(NOW, "y.org").verdict is RateVerdict.GO


def test_messages_a_second() -> None:
    pace = RateLimiter(Limits(per_second=4))
    assert pace.decide(NOW, "x").verdict is RateVerdict.GO
    wait = pace.decide(NOW, "x")
    assert (wait.verdict, wait.until) == (RateVerdict.WAIT, NOW + timedelta(seconds=0.25))
    assert pace.decide(NOW + timedelta(seconds=0.25), "x").verdict is RateVerdict.GO


@pytest.mark.parametrize(
    ("name", "own", "per_day", "per_second"),
    [
        ("", Limits(), 0, 0),
        ("gmail", Limits(), 450, 1),
        ("workspace", Limits(), 1900, 2),
        ("gmail", Limits(per_day=100, per_second=0.5), 100, 0.5),
    ],
)
def test_presets(name: str, own: Limits, per_day: int, per_second: float) -> None:
    limits = with_preset(name, own)
    assert (limits.per_day, limits.per_second) == (per_day, per_second)
    assert PRESETS[name].per_day <= (2000 if name == "workspace" else 500)


class SteadyTransport(BaseTransport):
    name = "steady"
    timeout_seconds = 60.0

    def __init__(self, failing: str = "") -> None:
        self.took: list[str] = []
        self.failing = failing

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        del envelope_sender, message, message_id
        self.took.append(recipient)
        if self.failing and recipient.endswith(self.failing):
            raise TemporaryFailure("451 later", code=451)
        return "250 ok"

    def evidence(self, message_id: str) -> bool | None:
        assert message_id


def run(store: Store, transport: SteadyTransport, clock: Clock, **options: Any) -> Report:
    def sleep(seconds: float) -> None:
        assert 0 < seconds <= 60
        clock.now += timedelta(seconds=seconds)

    return deliver(
        ISSUE,
        store,
        [transport],
        DeliveryOptions(
            envelope_sender="n@x.org",
            keys=store.keys,
            now=clock,
            sleep=sleep,
            jitter=lambda: 0.5,
            **options,
        ),
    )


def test_a_full_day_pauses_the_issue_and_a_later_run_goes_on_by_itself(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(7)
    transport = SteadyTransport()
    limits = Limits(per_day=3)
    begin = clock()
    first = run(store, transport, clock, limits=limits)
    assert (first.sent, first.waiting) == (3, 4)
    assert first.stopped == "the limit of 3 a day is reached"
    assert first.paused_until == begin + DAY
    clock.now += timedelta(hours=23)
    assert run(store, transport, clock, limits=limits).sent == 0
    clock.now += timedelta(hours=1)
    assert run(store, transport, clock, limits=limits).sent == 3
    clock.now += DAY
    assert run(store, transport, clock, limits=limits).done
    assert len(transport.took) == len(set(transport.took)) == 7


class Elsewhere(SteadyTransport):
    """Has another process send messages of the issue before the second one of this process."""

    def __init__(self, store: Store, clock: Clock, limits: Limits) -> None:
        super().__init__()
        self.store, self.clock, self.limits = store, clock, limits
        self.other = SteadyTransport()

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        if len(self.took) == 1 and not self.other.took:
            run(self.store, self.other, self.clock, limits=self.limits, owner="another", batch=2)
            self.clock.now += timedelta(minutes=2)
        return super().send(envelope_sender, recipient, message, message_id)


@pytest.mark.parametrize(
    "limits", [Limits(per_day=5), Limits(per_hour=5), Limits(warm_up=(5,))], ids=str
)
def test_two_processes_keep_to_one_limit(
    store: Store, freeze: Freeze, clock: Clock, limits: Limits
) -> None:
    freeze(9)
    transport = Elsewhere(store, clock, limits)
    report = run(store, transport, clock, limits=limits, batch=2)
    # The other process counts the message that this one holds.
    assert len({*transport.took, *transport.other.took}) == 5
    assert len(transport.took) == 2
    assert (report.waiting, "the limit of 5" in report.stopped) == (4, True)


@pytest.mark.parametrize(("seconds", "asked"), [(59, False), (62, True), (-1, True)])
def test_what_others_sent_is_asked_for_now_and_then(seconds: int, asked: bool) -> None:
    pace = RateLimiter(Limits(per_day=10))
    pace.learn(NOW, lambda _since: [(NOW, "x.org")] * 1000)
    since: list[datetime] = []

    def left_since(moment: datetime) -> list[tuple[datetime, str]]:
        since.append(moment)
        return []

    later = NOW + timedelta(seconds=seconds)
    pace.learn(later, left_since)
    assert since == ([later - DAY] if asked else [])


def test_a_short_wait_is_waited_for(store: Store, freeze: Freeze, clock: Clock) -> None:
    freeze(5)
    begin = clock()
    report = run(store, SteadyTransport(), clock, limits=Limits(per_second=0.5))
    assert (report.sent, report.done) == (5, True)
    assert clock() - begin == timedelta(seconds=8)


def test_a_domain_that_is_full_lets_others_go(store: Store, freeze: Freeze, clock: Clock) -> None:
    freeze(4)
    report = run(store, SteadyTransport(), clock, limits=Limits(domain_per_hour=3))
    assert (report.sent, report.waiting, report.stopped) == (3, 1, "")
    assert report.next_due == clock() + HOUR


@pytest.mark.parametrize(("failures", "rest"), [(0, None), (4, None), (5, REST), (7, 3 * REST)])
def test_how_long_a_domain_rests(failures: int, rest: timedelta | None) -> None:
    assert rest_after(failures) == rest


def test_a_success_lets_a_domain_go_on() -> None:
    breakers = CircuitBreakers()
    later = classify_error(TemporaryFailure("451 later"), attempts=1, now=NOW, jitter=0.5)
    for _ in range(FAILURES_IN_A_ROW):
        assert breakers.rests_until("x.org", NOW) is None
        breakers.record("x.org", later, NOW)
    assert breakers.rests_until("x.org", NOW) == NOW + REST
    assert breakers.rests_until("y.org", NOW) is None
    assert breakers.rests_until("x.org", NOW + REST) is None


def test_a_domain_that_puts_off_all_is_left_alone(
    store: Store, freeze: Freeze, clock: Clock
) -> None:
    freeze(9)
    transport = SteadyTransport(failing="example.org")
    report = run(store, transport, clock)
    assert len(transport.took) == FAILURES_IN_A_ROW
    assert (report.put_off, report.waiting, report.stopped) == (FAILURES_IN_A_ROW, 9, "")
    assert store.deliveries.counts(ISSUE)[S.READY] == 9
    assert [row.attempts for row in store.deliveries.rows(ISSUE)] == [1] * 5 + [0] * 4
