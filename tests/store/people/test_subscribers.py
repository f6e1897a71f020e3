from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.databases import everything_in

from publisher.errors import SubscriberError
from publisher.models import Frequency, Language, Length, Preferences, SubscriberStatus
from publisher.models.imports import ImportedSubscriber

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, 8, 0, 0, 123000, tzinfo=UTC)
WHO = "jane@example.org"
ACTIVE, PENDING, GONE, SUPPRESSED = (
    SubscriberStatus.ACTIVE,
    SubscriberStatus.PENDING,
    SubscriberStatus.UNSUBSCRIBED,
    SubscriberStatus.SUPPRESSED,
)


def row(email: str, status: SubscriberStatus = ACTIVE, **fields: Any) -> ImportedSubscriber:
    """Return a line that says no more than it has to."""
    blank: dict[str, Any] = {
        "line": 2,
        "name": "",
        "topics": (),
        "created_at": None,
        "confirmed_at": None,
    }
    return ImportedSubscriber(email=email, status=status, **(blank | fields))


def test_adding_confirming_and_leaving(store: Store) -> None:
    people = store.subscribers
    added = people.add(WHO, "Jane", ["b", "a", "a"], now=NOW, detail="cli")
    assert (added.status, added.topics, added.created_at) == (PENDING, ("a", "b"), NOW)
    later = NOW + timedelta(days=1)
    confirmed = people.confirm(WHO, now=later)
    assert (confirmed.id, confirmed.status, confirmed.confirmed_at) == (added.id, ACTIVE, later)
    assert people.confirm(WHO, now=NOW) == confirmed
    assert people.remove(WHO, now=later)
    assert not people.remove(WHO, now=later)
    assert people.find(WHO) == people.get(added.id)
    assert people.count() == dict.fromkeys(SubscriberStatus, 0) | {GONE: 1}
    assert [(at, action, detail) for at, action, detail in store.consent_log.history(WHO)] == [
        (NOW, "added", "cli"),
        (later, "confirmed", ""),
        (later, "unsubscribed", ""),
    ]


def test_someone_who_left_may_come_back_by_confirming_again(store: Store) -> None:
    people = store.subscribers
    first = people.add(WHO, "", (), now=NOW)
    people.confirm(WHO, now=NOW)
    people.remove(WHO, now=NOW)
    with pytest.raises(SubscriberError, match="has unsubscribed"):
        people.confirm(WHO, now=NOW)
    again = people.add(WHO, "Jane", ["x"], now=NOW)
    assert (again.id, again.status, again.name, again.topics) == (first.id, PENDING, "Jane", ("x",))
    assert people.confirm(WHO, now=NOW).status is ACTIVE


def test_what_is_refused(store: Store) -> None:
    people = store.subscribers
    with pytest.raises(SubscriberError, match="not on the list"):
        people.confirm(WHO, now=NOW)
    people.add(WHO, "", (), now=NOW)
    people.confirm(WHO, now=NOW)
    with pytest.raises(SubscriberError, match="already"):
        people.add(WHO, "", (), now=NOW)
    with pytest.raises(SubscriberError, match="no subscriber"):
        people.set_topics(99, ["a"])


def test_an_erased_person_leaves_a_hash_and_the_id_is_never_given_again(store: Store) -> None:
    people = store.subscribers
    first = people.add(WHO, "Jane Doe", ["a"], now=NOW)
    assert people.erase(WHO, now=NOW)
    assert not people.erase(WHO, now=NOW)
    assert people.find(WHO) is None
    assert people.token_version(first.id) is None
    suppression = store.suppressions.find(WHO.upper())
    assert suppression is not None
    assert suppression.reason == "erased"
    assert people.add("other@example.org", "", (), now=NOW).id > first.id
    dump = everything_in(store)
    assert "erased" in dump
    assert WHO not in dump
    assert "Jane" not in dump


def test_confirming_lifts_a_suppression(store: Store) -> None:
    people = store.subscribers
    store.suppressions.add(WHO, "5.1.1", now=NOW)
    people.add(WHO, "", (), now=NOW)
    people.confirm(WHO, now=NOW)
    assert store.suppressions.find(WHO) is None


def test_topics_can_be_changed(store: Store) -> None:
    person = store.subscribers.add(WHO, "", ["a"], now=NOW)
    assert store.subscribers.set_topics(person.id, ["c", "b"]).topics == ("b", "c")
    assert store.subscribers.set_topics(person.id, []).topics == ()


def test_preferences_are_kept_and_can_be_changed(store: Store) -> None:
    preferences = Preferences(Language.BOTH, Length.SHORT, Frequency.DAILY)
    person = store.subscribers.add(WHO, "", (), preferences, now=NOW)
    assert person.preferences == preferences
    assert store.subscribers.find(WHO) == person
    assert store.subscribers.set_preferences(person.id, Preferences()).preferences == Preferences()
    store.imports.import_rows([row("b@example.org", preferences=preferences)], now=NOW)
    imported = store.subscribers.find("b@example.org")
    assert imported is not None
    assert imported.preferences == preferences


def test_everyone_is_listed_a_page_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.store.people.subscribers._PAGE", 3)
    rows = [row(f"a{number}@example.org") for number in range(7)]
    rows.append(row("p@example.org", PENDING))
    store.imports.import_rows(rows, now=NOW)
    assert len(list(store.subscribers.iterate())) == 8
    emails = [person.email for person in store.subscribers.iterate(ACTIVE)]
    assert emails == [f"a{number}@example.org" for number in range(7)]


@pytest.mark.parametrize(
    ("before", "imported", "after", "counts"),
    [
        (None, ACTIVE, ACTIVE, (1, 0, 0, 0)),
        (None, PENDING, PENDING, (1, 0, 0, 0)),
        (None, GONE, GONE, (1, 0, 0, 0)),
        (PENDING, ACTIVE, ACTIVE, (0, 1, 0, 0)),
        (PENDING, PENDING, PENDING, (0, 0, 1, 0)),
        (ACTIVE, ACTIVE, ACTIVE, (0, 0, 1, 0)),
        (ACTIVE, PENDING, ACTIVE, (0, 0, 1, 0)),
        (GONE, ACTIVE, GONE, (0, 0, 0, 1)),
        (GONE, PENDING, GONE, (0, 0, 1, 0)),
        ("suppressed", ACTIVE, None, (0, 0, 0, 1)),
        ("suppressed", PENDING, SUPPRESSED, (1, 0, 0, 0)),
    ],
)
def test_what_an_import_does_to_whom(
    store: Store,
    before: SubscriberStatus | str | None,
    imported: SubscriberStatus,
    after: SubscriberStatus | None,
    counts: tuple[int, int, int, int],
) -> None:
    people = store.subscribers
    if before == "suppressed":
        store.suppressions.add(WHO, "bounced", now=NOW)
    elif before is not None:
        people.add(WHO, "", (), now=NOW)
        if before != PENDING:
            people.confirm(WHO, now=NOW)
        if before == GONE:
            people.remove(WHO, now=NOW)
    result = store.imports.import_rows([row(WHO, imported, line=7)], now=NOW)
    person = people.find(WHO)
    assert (person.status if person else None) == after
    assert (result.added, result.confirmed, result.unchanged, len(result.refused)) == counts
    assert all(line == 7 for line, _ in result.refused)


def test_an_import_with_the_same_address_twice_takes_the_first(store: Store) -> None:
    rows = [row(WHO, name="First"), row(WHO, line=3, name="Second")]
    result = store.imports.import_rows(iter(rows), now=NOW)
    assert (result.added, result.unchanged) == (1, 1)
    person = store.subscribers.find(WHO)
    assert person is not None
    assert person.name == "First"
