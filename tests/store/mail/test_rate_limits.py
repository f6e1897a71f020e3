from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import StoreError
from publisher.store.mail.mail_requests import MailRequest
from publisher.store.mail.rate_limits import RequestLimits

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.store.database import Store

WIDE = RequestLimits(address_day=100, domain_hour=100, total_hour=100, network_hour=100)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("narrow", "length"),
    [
        ("address_day", timedelta(days=1)),
        ("domain_hour", HOUR),
        ("network_hour", HOUR),
        ("total_hour", HOUR),
    ],
)
def test_each_limit_holds_for_its_time(
    store: Store, now: datetime, narrow: str, length: timedelta
) -> None:
    limits = replace(WIDE, **{narrow: 2})

    def allow(later: timedelta = timedelta()) -> bool:
        return store.rate_limits.allow(
            "a@example.org", limits, now=now + later, network="192.0.2.0/24"
        )

    assert [allow() for _ in range(4)] == [True, True, False, False]
    assert not allow(length / 3)
    # What was refused does not count for longer than what was let in.
    assert allow(2 * length)


def test_others_are_not_limited_by_what_is_not_theirs(store: Store, now: datetime) -> None:
    limits = replace(WIDE, address_day=1, domain_hour=2, network_hour=3)

    def allow(email: str, network: str) -> bool:
        return store.rate_limits.allow(email, limits, now=now, network=network)

    assert allow("a@one.org", "192.0.2.0/24")
    assert not allow("a@one.org", "192.0.2.0/24")
    assert not allow("b@one.org", "192.0.2.0/24"), "the domain had two"
    assert not allow("b@two.org", "192.0.2.0/24"), "the network had three"
    assert allow("b@two.org", "198.51.100.0/24")
    assert allow("c@three.org", "")


def test_a_flood_that_is_refused_writes_nothing(store: Store, now: datetime) -> None:
    limits = replace(WIDE, total_hour=3)
    for number in range(50):
        store.rate_limits.allow(f"{number}@{number}.org", limits, now=now, network=f"net {number}")
    # Of each that was let in its address, domain and network, and the total.
    assert store.retention.delete_expired(now=now + timedelta(days=3), mail_days=30) == {
        "counts": 10
    }


def test_requests_are_queued_together(store: Store, now: datetime) -> None:
    limits = replace(WIDE, address_day=2)
    requests = [MailRequest("confirm", f"{n % 3}@example.org", "{}", "net") for n in range(9)]
    accepted = store.mail_requests.accept(requests, limits, now=now)
    assert accepted == [True] * 6 + [False] * 3
    # One of a kind waits for an address.
    assert store.outgoing_queue.waiting() == 3


def test_all_or_none(store: Store, now: datetime) -> None:
    good = MailRequest("confirm", "a@example.org", "{}")
    bad = MailRequest("confirm", "b@example.org", None)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        store.mail_requests.accept([good, bad], WIDE, now=now)
    assert store.outgoing_queue.waiting() == 0
