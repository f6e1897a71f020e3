from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.models.ledger import EditionRecipient, FrozenEdition
from publisher.store.database import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2024, 12, 9, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The one thing that is not real in these tests."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


EDITION = FrozenEdition("all", "Weekly", b"To: x\r\n\r\nbody\r\n")


class Lists:
    """Fills a store the short way."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def active(self, count: int) -> list[EditionRecipient]:
        people = []
        for number in range(count):
            email = f"reader{number}@example.org"
            self.store.subscribers.add(email, "", (), now=NOW)
            person = self.store.subscribers.confirm(email, now=NOW)
            people.append(EditionRecipient(person.id, email, "", "all"))
        return people

    def frozen(self, count: int, issue_id: str = "2024-W49") -> list[EditionRecipient]:
        people = self.active(count)
        self.freeze(people, issue_id)
        return people

    def freeze(self, people: list[EditionRecipient], issue_id: str = "2024-W49") -> int:
        return self.store.issues.freeze(
            issue_id,
            start=NOW,
            end=NOW,
            papers=[("arxiv:2411.19525", 1)],
            frozen_editions=[EDITION],
            recipients=iter(people),
            now=NOW,
        )


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def lists(store: Store) -> Lists:
    return Lists(store)


@pytest.fixture
def now() -> datetime:
    return NOW
