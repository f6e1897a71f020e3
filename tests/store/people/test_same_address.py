"""Addresses that differ in case are one person's, in every part of the store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import SubscriberError
from publisher.models import SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.store.mail.mail_requests import MailRequest
from publisher.store.mail.rate_limits import RequestLimits
from publisher.store.people.confirmations import RedeemOutcome, SubscriptionRequest
from publisher.store.people.search import SubscriberQuery

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
LIMITS = RequestLimits(address_day=1, domain_hour=99, total_hour=99, network_hour=99)
PAIRS = [
    ("John.Doe@example.org", "john.doe@example.org"),
    ("ada@xn--bcher-kva.example", "ADA@xn--bcher-kva.example"),
    ("Jürgen.Groß@example.org", "JÜRGEN.GROSS@example.org"),
]


def row(email: str, status: SubscriberStatus = SubscriberStatus.ACTIVE) -> ImportedSubscriber:
    return ImportedSubscriber(2, email, "", (), status, None, NOW)


def join(store: Store, email: str) -> int:
    store.subscribers.add(email, "", (), now=NOW)
    return store.subscribers.confirm(email, now=NOW).id


@pytest.mark.parametrize(("typed", "other"), PAIRS)
def test_one_person_in_everything(store: Store, typed: str, other: str) -> None:
    people = store.subscribers
    number = join(store, typed)
    with pytest.raises(SubscriberError, match="already"):
        people.add(other, "", (), now=NOW)
    assert people.find(other) == people.get(number)
    assert people.find(other).email == typed  # type: ignore[union-attr]
    assert people.search(SubscriberQuery(other)).people == [people.get(number)]
    assert people.remove(other, now=NOW)
    assert people.get(number).status is SubscriberStatus.UNSUBSCRIBED  # type: ignore[union-attr]
    result = store.imports.import_rows([row(other), row(typed)], now=NOW)
    assert (result.added, len(result.refused)) == (0, 2)
    assert len(store.consent_log.history(other)) == 3
    held: Any = people.export_person(other)
    assert held["email"] == held["subscriber"]["email"] == typed
    assert "address_key" not in held["subscriber"]
    again = people.add(other, "", (), now=NOW)
    assert (again.id, again.email) == (number, other), "mail goes to what was typed last"
    assert people.erase(typed, now=NOW)
    assert people.find(other) is None
    assert store.suppressions.find(other) is not None
    assert store.imports.import_rows([row(other)], now=NOW).refused


@pytest.mark.parametrize(("typed", "other"), PAIRS)
def test_suppressions_bounces_and_limits(store: Store, typed: str, other: str) -> None:
    assert store.suppressions.add(typed, "bounced", now=NOW)
    assert not store.suppressions.add(other, "bounced", now=NOW)
    assert store.suppressions.lift(other, now=NOW)
    for report, email in (("1", typed), ("2", other)):
        store.mailbox.add_bounce(
            report, email, weight="soft", status="", issue_id=report, reason="", now=NOW
        )
    assert store.mailbox.soft_bounces(typed, since=NOW - timedelta(days=1)) == 2
    assert store.rate_limits.allow(typed, LIMITS, now=NOW)
    assert not store.rate_limits.allow(other, LIMITS, now=NOW)


@pytest.mark.parametrize(("typed", "other"), PAIRS)
def test_requests_and_queued_mails(store: Store, typed: str, other: str) -> None:
    limits = RequestLimits(address_day=9, domain_hour=99, total_hour=99, network_hour=99)
    requests = [MailRequest("confirm", email, "{}") for email in (typed, other)]
    store.mail_requests.accept(requests, limits, now=NOW)
    assert not store.outgoing_queue.put("confirm", other, "{}", now=NOW)
    assert store.outgoing_queue.waiting() == 1
    for token, email in (("a", typed), ("b", other)):
        store.confirmations.open(
            SubscriptionRequest(email),
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            reply_hash=token,
            wording="",
            now=NOW,
            expires=NOW + timedelta(days=1),
        )
    join(store, typed)
    hashes = {token: hashlib.sha256(token.encode()).hexdigest() for token in "ab"}
    outcome, _ = store.confirmations.redeem(token_hash=hashes["a"], now=NOW, detail="")
    assert outcome is RedeemOutcome.UNKNOWN, "the later request made it void"
    outcome, _ = store.confirmations.redeem(token_hash=hashes["b"], now=NOW, detail="")
    assert outcome is RedeemOutcome.CONFIRMED
    assert [person.email for person in store.subscribers.iterate()] == [other], "it works"
    store.subscribers.erase(typed, now=NOW)
    held = store.subscribers.export_person(other)
    assert (held["requests"], held["letters"]) == ([], [])


def test_an_import_of_one_person_in_many_spellings(store: Store) -> None:
    spellings = ["Eve@example.org", "eve@example.org", "EVE@example.org", "eVe@example.org"]
    rows = [row(spellings[0], SubscriberStatus.PENDING), *map(row, spellings[1:])]
    result = store.imports.import_rows(rows, now=NOW, invite=True)
    assert (result.added, result.confirmed, result.unchanged) == (1, 1, 2)
    (person,) = store.subscribers.iterate()
    assert (person.email, person.status) == (spellings[0], SubscriberStatus.ACTIVE)


def test_a_part_of_an_address_is_searched_for_in_any_case(store: Store) -> None:
    for email in ("Ädams@example.org", "John.Doe@example.org"):
        join(store, email)
    for text, count in (("ÄDAMS", 1), ("äda", 1), ("DOE@", 1), ("@EXAMPLE.org", 2), ("x@y", 0)):
        assert store.subscribers.search(SubscriberQuery(text)).count == count, text
