from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import SubscriberError
from publisher.models import DeliveryState, SubscriberStatus
from publisher.models.ledger import Mark

if TYPE_CHECKING:
    from conftest import Lists

    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_who_paused_comes_back_on_the_day(store: Store, lists: Lists) -> None:
    (someone, other) = (row.subscriber_id for row in lists.active(2))
    assert store.subscribers.pause(someone, until=NOW + DAY, now=NOW)
    assert store.subscribers.pause(other, until=None, now=NOW)
    assert store.subscribers.resume_due(now=NOW) == 0
    assert store.subscribers.count()[SubscriberStatus.PAUSED] == 2
    assert store.subscribers.resume_due(now=NOW + DAY) == 1
    assert store.subscribers.get(someone).status is SubscriberStatus.ACTIVE  # type: ignore[union-attr]
    assert store.subscribers.resume(other, now=NOW)
    assert not store.subscribers.resume(other, now=NOW)


def test_who_paused_is_skipped_and_can_leave(store: Store, lists: Lists) -> None:
    (row,) = lists.frozen(1)
    store.subscribers.pause(row.subscriber_id, until=None, now=NOW)
    lease = NOW + DAY
    store.ledger.claim("2024-W49", limit=1, token="t", owner="o", lease=lease, now=NOW)
    mark = Mark(row.subscriber_id, "t", row.email, "<m>", "x", lease, NOW)
    assert store.ledger.record("2024-W49", [], [mark]) == ([], [False])
    state = store.ledger.give_back(
        "2024-W49", row.subscriber_id, token="t", email=row.email, now=NOW
    )
    assert state is DeliveryState.SKIPPED
    with pytest.raises(SubscriberError, match="on the list already"):
        store.subscribers.add(row.email, "", (), now=NOW)
    assert store.subscribers.unsubscribe(row.subscriber_id, now=NOW)
    assert not store.subscribers.pause(row.subscriber_id, until=None, now=NOW)
