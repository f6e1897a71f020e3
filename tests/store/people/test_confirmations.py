from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.databases import everything_in

from publisher.errors import StoreError
from publisher.models import Frequency, Language, Preferences, SubscriberStatus
from publisher.store.people.confirmations import RedeemOutcome, SubscriptionRequest

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
WHO = "jane@example.org"
WANTED = SubscriptionRequest(
    WHO, ("nerf",), Preferences(Language.BOTH, None, Frequency.DAILY), "Jane"
)


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ask(
    store: Store, token: str, request: SubscriptionRequest = WANTED, now: datetime = NOW
) -> None:
    store.confirmations.open(
        request,
        token_hash=hashed(token),
        reply_hash=hashed(f"reply to {token}"),
        wording="v1",
        now=now,
        expires=now + timedelta(hours=48),
    )


def redeem(store: Store, token: str, now: datetime = NOW) -> RedeemOutcome:
    return store.confirmations.redeem(token_hash=hashed(token), now=now, detail="by mail")[0]


def test_a_request_survives_being_kept() -> None:
    assert SubscriptionRequest.from_json(WHO, WANTED.to_json()) == WANTED
    for broken in ("", "[]", "{}", '{"topics": [], "name": "", "language": "fr"}'):
        with pytest.raises(StoreError):
            SubscriptionRequest.from_json(WHO, broken)


def test_a_token_puts_a_person_on_the_list_once(store: Store) -> None:
    ask(store, "a")
    assert store.subscribers.find(WHO) is None
    assert redeem(store, "a") is RedeemOutcome.CONFIRMED
    person = store.subscribers.find(WHO)
    assert person is not None
    assert (person.status, person.topics, person.preferences, person.name) == (
        SubscriberStatus.ACTIVE,
        ("nerf",),
        WANTED.preferences,
        "Jane",
    )
    assert redeem(store, "a") is RedeemOutcome.ALREADY
    assert redeem(store, "b") is RedeemOutcome.UNKNOWN
    store.subscribers.remove(WHO, now=NOW)
    assert redeem(store, "a") is RedeemOutcome.UNKNOWN
    assert store.subscribers.find(WHO).status is SubscriberStatus.UNSUBSCRIBED  # type: ignore[union-attr]


def test_what_is_stored_is_no_token(store: Store, url: str) -> None:
    ask(store, "the-token-itself")
    assert hashed("the-token-itself") in everything_in(store)
    assert "the-token-itself" not in everything_in(store)
    store.close()
    if url.startswith("sqlite"):
        assert b"the-token-itself" not in Path(url.removeprefix("sqlite:///")).read_bytes()


def test_an_answer_confirms_as_the_token_does(store: Store) -> None:
    ask(store, "a")
    assert store.confirmations.recipient_of(hashed("reply to a")) == WHO
    outcome, request = store.confirmations.redeem(
        reply_hash=hashed("reply to a"), now=NOW, detail="by answer"
    )
    assert (outcome, request) == (RedeemOutcome.CONFIRMED, WANTED)


def test_a_token_ends_after_its_time_and_with_the_next_request(store: Store) -> None:
    ask(store, "old")
    assert redeem(store, "old", NOW + timedelta(hours=48)) is RedeemOutcome.UNKNOWN
    ask(store, "new")
    assert redeem(store, "old") is RedeemOutcome.UNKNOWN
    assert redeem(store, "new", NOW + timedelta(hours=47)) is RedeemOutcome.CONFIRMED


def test_somebody_active_changes_topics_by_confirming(store: Store) -> None:
    ask(store, "a")
    redeem(store, "a")
    ask(store, "b", SubscriptionRequest(WHO, ("3dgs",)))
    before = store.subscribers.find(WHO)
    assert before is not None
    assert before.topics == ("nerf",), "nothing changes before it is confirmed"
    assert redeem(store, "b") is RedeemOutcome.CONFIRMED
    after = store.subscribers.find(WHO)
    assert after is not None
    assert (after.topics, after.preferences, after.name) == (("3dgs",), WANTED.preferences, "Jane")


def test_confirming_lifts_what_was_before_and_says_what_was_agreed_to(store: Store) -> None:
    store.suppressions.add(WHO, "bounced", now=NOW)
    store.consent_log.keep_wording("v1", "Do you want this?", now=NOW)
    store.consent_log.keep_wording("v1", "something else", now=NOW)
    ask(store, "a")
    redeem(store, "a")
    assert store.suppressions.find(WHO) is None
    assert store.consent_log.wording("v1") == "Do you want this?"
    (*_, last) = store.subscribers.export_person(WHO)["consent"]  # type: ignore[misc]
    assert (last["action"], last["detail"], last["wording"]) == ("confirmed", "by mail", "v1")
    assert last["at"] == "2024-12-09T08:00:00+00:00"


def test_an_erased_person_leaves_no_open_request(store: Store) -> None:
    ask(store, "a")
    store.outgoing_queue.put("confirm", WHO, WANTED.to_json(), now=NOW)
    store.subscribers.erase(WHO, now=NOW)
    held = store.subscribers.export_person(WHO)
    assert (held["requests"], held["letters"], held["subscriber"]) == ([], [], None)
    assert redeem(store, "a") is RedeemOutcome.UNKNOWN


def test_what_is_held_of_a_person_has_no_secret(store: Store) -> None:
    ask(store, "a")
    redeem(store, "a")
    held = store.subscribers.export_person(WHO)
    assert hashed("a") not in repr(held)
    assert held["subscriber"]["topics"] == ["nerf"]  # type: ignore[index]
    assert held["subscriber"]["email"] == WHO  # type: ignore[index]
