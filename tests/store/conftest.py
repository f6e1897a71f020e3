from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from publisher.models.ledger import FrozenEdition
from publisher.newsletter.audience import IssueAudience
from publisher.store.database import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.models.ledger import ReaderChoice

NOW = datetime(2024, 12, 9, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The one thing that is not real in these tests."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


EDITION = FrozenEdition("all", "Weekly", b"To: x\r\n\r\nbody\r\n")


@dataclass(frozen=True)
class Reader:
    subscriber_id: int
    email: str


class Lists:
    """Fills a store the short way."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def active(self, count: int, name: str = "reader") -> list[Reader]:
        people = []
        for number in range(count):
            email = f"{name}{number}@example.org"
            self.store.subscribers.add(email, "", (), now=NOW)
            person = self.store.subscribers.confirm(email, now=NOW)
            people.append(Reader(person.id, email))
        return people

    def frozen(self, count: int, issue_id: str = "2024-W49") -> list[Reader]:
        people = self.active(count)
        self.freeze(issue_id)
        return people

    def freeze(
        self,
        issue_id: str = "2024-W49",
        edition_of: Callable[[ReaderChoice], str | None] = lambda _choice: "all",
    ) -> int:
        """Freeze an issue for all who are active."""
        return self.store.issues.freeze(
            issue_id,
            period=(NOW, NOW),
            papers=[("arxiv:2411.19525", 1)],
            frozen_editions=[EDITION],
            audience=IssueAudience({}),
            edition_of=edition_of,
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
