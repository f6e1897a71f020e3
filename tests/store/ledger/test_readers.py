"""Who gets which edition: SQL finds the same as a look at every person would."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.models import (
    DeliveryState,
    Frequency,
    Language,
    Length,
    Preferences,
    Subscriber,
    SubscriberStatus,
)
from publisher.models.imports import ImportedSubscriber
from publisher.models.ledger import FrozenEdition, Mark, ReaderChoice, Settlement
from publisher.newsletter.audience import (
    EditionSelector,
    IssueAudience,
    edition_finder,
    edition_key,
    needed_editions,
)

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, tzinfo=UTC)
DAILY, WEEKLY, MONTHLY = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY
TOPICS = ("3dgs", "b-1", "gan", "nerf", "unused")
PAPERS = {"p1": ("nerf", "gan"), "p2": ("3dgs",), "p3": (), "p4": ("b-1",)}


def people(count: int, seed: int) -> list[ImportedSubscriber]:
    dice = random.Random(seed)  # noqa: S311 - what people like
    active, others = SubscriberStatus.ACTIVE, list(SubscriberStatus)
    return [
        ImportedSubscriber(
            number,
            f"r{number}@example.org",
            f"Reader / {number}",
            tuple(sorted(dice.sample(TOPICS, dice.choice((0, 0, 1, 2, 5))))),
            dice.choice((active, active, active, dice.choice(others))),
            NOW,
            NOW,
            Preferences(
                dice.choice((None, *Language)),
                dice.choice((None, *Length)),
                dice.choice((None, *Frequency)),
            ),
        )
        for number in range(count)
    ]


def freeze(store: Store, issue_id: str, audience: IssueAudience) -> int:
    editions = needed_editions(store.readers.choices(audience), audience)
    return store.issues.freeze(
        issue_id,
        period=(NOW, NOW),
        papers=[(paper, 1) for paper in audience.papers],
        frozen_editions=[FrozenEdition(key, "x", b"x") for key in editions],
        audience=audience,
        edition_of=edition_finder(audience, editions),
        now=NOW,
    )


def got(store: Store, issue_id: str) -> dict[int, str]:
    return {row.subscriber_id: row.edition for row in store.deliveries.rows(issue_id)}


def one_by_one(
    everybody: list[Subscriber], audience: IssueAudience, received: dict[int, tuple[str, ...]]
) -> dict[int, str]:
    """Return the edition of each person as the rules have it."""
    selector, editions = EditionSelector(audience), {}
    for person in everybody:
        if person.status is not SubscriberStatus.ACTIVE:
            continue
        wishes = person.preferences
        if not audience.has_readers_of(wishes.frequency):
            continue
        topics = person.topics or None
        choice = ReaderChoice(topics, wishes.language, wishes.length, received.get(person.id, ()))
        key = selector.select(choice)
        if key is not None:
            editions[person.id] = edition_key(key)
    return editions


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("first", [1, 1000])
def test_everybody_gets_what_the_rules_say(
    store: Store, seed: int, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.store.ledger.readers._FIRST", first)
    monkeypatch.setattr("publisher.store.ledger.readers._PAGE", 7)
    store.imports.import_rows(people(300, seed), now=NOW)
    audience = IssueAudience(PAPERS, WEEKLY, (WEEKLY, DAILY))
    everybody = list(store.subscribers.iterate())
    expected = one_by_one(everybody, audience, {})
    assert freeze(store, "2024-W49", audience) == len(expected) > 50
    assert got(store, "2024-W49") == expected
    rows = {row.subscriber_id: (row.email, row.name) for row in store.deliveries.rows("2024-W49")}
    assert rows == {p.id: (p.email, p.name) for p in everybody if p.id in expected}

    # Some never got it, some left, and others have changed to the daily issues since.
    lease = NOW + timedelta(hours=1)
    for number, row in enumerate(store.deliveries.rows("2024-W49")[:9]):
        store.ledger.claim("2024-W49", limit=1, token=f"t{number}", owner="o", lease=lease, now=NOW)
        mark = Mark(row.subscriber_id, f"t{number}", row.email, "<m@x>", "smtp", lease, NOW)
        store.ledger.record("2024-W49", [], [mark])
        state = DeliveryState.REJECTED if number % 2 else DeliveryState.SENT
        settled = Settlement(row.subscriber_id, f"t{number}", state, NOW)
        store.ledger.record("2024-W49", [settled], [])
    for person in everybody[::3]:
        wishes = Preferences(person.preferences.language, person.preferences.length, DAILY)
        store.subscribers.set_preferences(person.id, wishes)
    for person in everybody[::17]:
        store.subscribers.erase(person.email, now=NOW)
    received = {
        row.subscriber_id: ("2024-W49",)
        for row in store.deliveries.rows("2024-W49")
        if row.state in (DeliveryState.READY, DeliveryState.SENT)
    }
    daily = IssueAudience(
        PAPERS, DAILY, (WEEKLY, DAILY), shared={"2024-W49": {"p1"}, "2024-W50": {"p3"}}
    )
    expected = one_by_one(list(store.subscribers.iterate()), daily, received)
    assert any("2024-W49" in issues for issues in received.values())
    assert freeze(store, "2024-12-09", daily) == len(expected) > 20
    assert got(store, "2024-12-09") == expected


def test_who_comes_after_the_draft_gets_an_edition_that_was_made(store: Store) -> None:
    audience = IssueAudience(PAPERS, WEEKLY)
    store.imports.import_rows(people(40, 1), now=NOW)
    store.subscribers.add("first@example.org", "", (), now=NOW)
    store.subscribers.confirm("first@example.org", now=NOW)
    draft = needed_editions(store.readers.choices(audience), audience)
    late = [
        ("same@example.org", ("nerf", "gan", "unused"), Language.ENGLISH),
        ("all@example.org", (), Language.CHINESE),  # the list's own, but said aloud
    ]
    for email, topics, language in late:
        store.subscribers.add(email, "", topics, Preferences(language), now=NOW)
        store.subscribers.confirm(email, now=NOW)
    finder = edition_finder(audience, [key for key in draft if key.endswith("-all")])
    store.issues.freeze(
        "2024-W49",
        period=(NOW, NOW),
        papers=[],
        frozen_editions=[FrozenEdition(key, "x", b"x") for key in draft],
        audience=audience,
        edition_of=finder,
        now=NOW,
    )
    editions = {row.email: row.edition for row in store.deliveries.rows("2024-W49")}
    assert editions["all@example.org"] == "zh-standard-all"
    assert "same@example.org" not in editions, "their first issue is the next one"


def test_the_first_choices_come_before_the_last_people_are_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.store.ledger.readers._FIRST", 1)
    monkeypatch.setattr("publisher.store.ledger.readers._MOST", 10)
    store.imports.import_rows(people(100, 2), now=NOW)
    audience = IssueAudience(PAPERS, WEEKLY)
    counted = list(store.readers.choices(audience))
    assert len(counted) > len({choice for choice, _ in counted}), "some come again"
    count = sum(person.status is SubscriberStatus.ACTIVE for person in store.subscribers.iterate())
    assert sum(number for _, number in counted) == count
