from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from publisher.models import DeliveryState
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.limits.rate_limit import limits_of
from publisher.sender.transports import create
from publisher.services.transactional import SentMail, send_queued

if TYPE_CHECKING:
    from support.inbound_fixture import InboxFixture

from support.inbound_fixture import ISSUE


def send(inbox: InboxFixture, *, waits: list[float] | None = None, **pace: Any) -> SentMail:
    def sleep(seconds: float) -> None:
        assert waits is not None
        waits.append(seconds)
        inbox.clock.now += timedelta(seconds=seconds)

    inbox.settings = replace(inbox.settings, pace=replace(inbox.settings.pace, **pace))
    return send_queued(inbox.settings, inbox.store, inbox.clock, topic_names={}, sleep=sleep)


def write_to(inbox: InboxFixture, *emails: str) -> None:
    for email in emails:
        inbox.store.outgoing_queue.put("stranger", email, "{}", now=inbox.clock())


def test_single_mails_wait_for_the_day_to_end(inbox: InboxFixture) -> None:
    write_to(inbox, *(f"r{number}@example.org" for number in range(5)))
    result = send(inbox, per_day=3)
    assert (result.sent, result.put_off) == (3, 1)
    assert result.stopped == "the limit of 3 a day is reached"
    assert inbox.store.outgoing_queue.waiting() == 2
    inbox.clock.now += timedelta(hours=23)
    assert send(inbox).sent == 0
    inbox.clock.now += timedelta(hours=1)
    zone = inbox.settings.site.zone
    assert send(inbox).sent == 2
    dates = [mail["Date"].datetime for mail in inbox.answers()]
    assert sorted(dates)[-2:] == [inbox.clock()] * 2, "the date of leaving, not of writing"
    assert {date.utcoffset() for date in dates} == {inbox.clock().astimezone(zone).utcoffset()}


def test_single_mails_and_issues_share_the_day(inbox: InboxFixture) -> None:
    inbox.join("a@example.org", "b@example.org")
    inbox.freeze()
    write_to(inbox, "c@example.org", "d@example.org")
    assert send(inbox, per_day=3).sent == 2
    with create(inbox.settings) as transport:
        report = deliver(
            ISSUE,
            inbox.store,
            [transport],
            DeliveryOptions(
                envelope_sender="news@example.org",
                keys=inbox.store.keys,
                now=inbox.clock,
                limits=limits_of(inbox.settings),
            ),
        )
    assert (report.sent, report.stopped) == (1, "the limit of 3 a day is reached")
    write_to(inbox, "e@example.org")
    assert send(inbox).sent == 0
    assert inbox.store.deliveries.counts(ISSUE)[DeliveryState.SENT] == 1


def test_a_domain_that_waits_holds_up_nobody_else(inbox: InboxFixture) -> None:
    write_to(inbox, "a@example.org", "b@example.org", "c@example.com")
    result = send(inbox, domain_per_hour=1)
    assert (result.sent, result.put_off, result.stopped) == (2, 1, "")


def test_single_mails_keep_to_the_pace_of_a_second(inbox: InboxFixture) -> None:
    write_to(inbox, "a@example.org", "b@example.org", "c@example.org")
    waits: list[float] = []
    assert send(inbox, waits=waits, per_second=0.5).sent == 3
    assert sum(waits) == 4.0
