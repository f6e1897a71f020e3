from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from publisher.models import DeliveryState
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.limits.rate_limit import limits_of
from publisher.sender.transports import create
from publisher.services import transactional

if TYPE_CHECKING:
    from support.inbound_fixture import Office

from support.inbound_fixture import ISSUE


def send(office: Office, *, naps: list[float] | None = None, **pace: Any) -> transactional.SentMail:
    def sleep(seconds: float) -> None:
        assert naps is not None
        naps.append(seconds)
        office.clock.now += timedelta(seconds=seconds)

    office.settings = replace(office.settings, pace=replace(office.settings.pace, **pace))
    return transactional.send_queued(
        office.settings, office.store, office.clock, topic_names={}, sleep=sleep
    )


def write_to(office: Office, *emails: str) -> None:
    for email in emails:
        office.store.outgoing_queue.put("stranger", email, "{}", now=office.clock())


def test_single_mails_wait_for_the_day_to_end(office: Office) -> None:
    write_to(office, *(f"r{number}@example.org" for number in range(5)))
    found = send(office, per_day=3)
    assert (found.sent, found.put_off) == (3, 1)
    assert found.stopped == "the limit of 3 a day is reached"
    assert office.store.outgoing_queue.waiting() == 2
    office.clock.now += timedelta(hours=23)
    assert send(office).sent == 0
    office.clock.now += timedelta(hours=1)
    assert send(office).sent == 2


def test_single_mails_and_issues_share_the_day(office: Office) -> None:
    office.join("a@example.org", "b@example.org")
    office.freeze()
    write_to(office, "c@example.org", "d@example.org")
    assert send(office, per_day=3).sent == 2
    with create(office.settings) as transport:
        report = deliver(
            ISSUE,
            office.store,
            [transport],
            DeliveryOptions(
                envelope_sender="news@example.org",
                keys=office.store.keys,
                now=office.clock,
                limits=limits_of(office.settings),
            ),
        )
    assert (report.sent, report.stopped) == (1, "the limit of 3 a day is reached")
    write_to(office, "e@example.org")
    assert send(office).sent == 0
    assert office.store.deliveries.counts(ISSUE)[DeliveryState.SENT] == 1


def test_a_domain_that_waits_holds_up_nobody_else(office: Office) -> None:
    write_to(office, "a@example.org", "b@example.org", "c@example.com")
    found = send(office, domain_per_hour=1)
    assert (found.sent, found.put_off, found.stopped) == (2, 1, "")


def test_single_mails_keep_to_the_pace_of_a_second(office: Office) -> None:
    write_to(office, "a@example.org", "b@example.org", "c@example.org")
    naps: list[float] = []
    assert send(office, naps=naps, per_second=0.5).sent == 3
    assert sum(naps) == 4.0
