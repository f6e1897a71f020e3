from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.models import DeliveryState, Preferences, SubscriberStatus
from publisher.models.ledger import Mark, Settlement
from publisher.models.polls import PollCount
from publisher.store.operations.polls import AppPolls
from publisher.store.operations.statistics import DomainBounces
from publisher.store.people.search import SubscriberQuery

if TYPE_CHECKING:
    from conftest import Lists

    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

pytestmark = pytest.mark.both_databases

SHANGHAI = ZoneInfo("Asia/Shanghai")
# 00:30 on the 10th in Shanghai, the 9th in UTC.
NIGHT = datetime(2024, 12, 9, 16, 30, tzinfo=UTC)


def join(store: Store, email: str, at: datetime) -> int:
    store.subscribers.add(email, "", (), now=at)
    return store.subscribers.confirm(email, now=at).id


def test_growth_is_by_days_of_the_site_and_counts_moves_only(store: Store) -> None:
    before = NIGHT - timedelta(days=30)
    old = [join(store, f"old{n}@example.org", before) for n in range(3)]
    join(store, "new@example.org", NIGHT)
    yesterday = NIGHT - timedelta(hours=1)
    store.subscribers.unsubscribe(old[0], now=yesterday)
    # Neither leaves a second time, nor was there the one that never confirmed.
    store.subscribers.erase("old0@example.org", now=NIGHT)
    store.subscribers.add("pending@example.org", "", (), now=yesterday)
    store.subscribers.erase("pending@example.org", now=NIGHT)
    store.subscribers.erase("old1@example.org", now=NIGHT)

    days = store.statistics.growth(SHANGHAI, days=3, now=NIGHT)

    assert [(day.day, day.came, day.went, day.size) for day in days] == [
        (date(2024, 12, 8), 0, 0, 3),
        (date(2024, 12, 9), 0, 1, 2),
        (date(2024, 12, 10), 1, 1, 2),
    ]


def test_growth_of_nobody(store: Store) -> None:
    (day,) = store.statistics.growth(SHANGHAI, days=1, now=NIGHT)
    assert (day.came, day.went, day.size) == (0, 0, 0)


def test_deliveries_by_issue_state_and_reason(store: Store, lists: Lists) -> None:
    lists.frozen(1, "2024-W50")
    lists.active(3, "other")
    lists.freeze("2024-W49")
    lease = NIGHT + timedelta(hours=1)
    claimed = store.ledger.claim("2024-W49", limit=3, token="t", owner="me", lease=lease, now=NIGHT)
    marks = [
        Mark(row.subscriber_id, "t", row.email, "<m@x>", "smtp", lease, NIGHT) for row in claimed
    ]
    store.ledger.record("2024-W49", [], marks)
    gone = "550 5.1.1 no such user"
    ends = (DeliveryState.SENT, DeliveryState.REJECTED, DeliveryState.REJECTED)
    settled = [
        Settlement(row.subscriber_id, "t", state, NIGHT, reason=gone if state == "rejected" else "")
        for row, state in zip(claimed, ends, strict=True)
    ]
    store.ledger.record("2024-W49", settled, [])
    store.mailbox.add_bounce(
        "r1", "a@Elsewhere.example", weight="soft", status="4.2.2", issue_id="2024-W49",
        reason="full", now=NIGHT,
    )  # fmt: skip
    store.mailbox.add_bounce(
        "r2", "b@example.org", weight="hard", status="5.1.1", issue_id="2024-W49",
        reason="gone", now=NIGHT - timedelta(days=90),
    )  # fmt: skip

    assert store.statistics.recent_issues(5) == ["2024-W50", "2024-W49"]
    states = store.statistics.states_of(["2024-W49", "2024-W50"])
    assert states["2024-W49"][DeliveryState.REJECTED] == 2
    assert states["2024-W49"][DeliveryState.READY] == 1
    assert states["2024-W50"][DeliveryState.SENT] == 0
    assert store.statistics.doubts_of(["2024-W49", "2024-W50"]) == {}
    reasons = store.statistics.reasons_of("2024-W49", DeliveryState.REJECTED, most=5)
    assert reasons == [(gone, 2)]
    assert store.statistics.by_domain(["2024-W49"], since=NIGHT - timedelta(days=60)) == [
        DomainBounces("example.org", 1, 2, 0, 0, gone),
        DomainBounces("elsewhere.example", 0, 0, 0, 1, "full"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (SubscriberQuery(), ["bob@b.example", "eva@a.example", "ada_x@a.example"]),
        (SubscriberQuery(text="A.EXAMPLE"), ["eva@a.example", "ada_x@a.example"]),
        (SubscriberQuery(text="bob@b.example"), ["bob@b.example"]),
        (SubscriberQuery(text="ob@b.example"), ["bob@b.example"]),
        (SubscriberQuery(text="bob@b.example", topic="nerf"), []),
        (SubscriberQuery(text="lovelace"), ["ada_x@a.example"]),
        (SubscriberQuery(text="张"), ["eva@a.example"]),
        # Signs of LIKE are letters like others.
        (SubscriberQuery(text="_"), ["ada_x@a.example"]),
        (SubscriberQuery(text="%"), []),
        (SubscriberQuery(text="'; DROP TABLE subscribers; --"), []),
        (SubscriberQuery(topic="nerf"), ["eva@a.example"]),
        (SubscriberQuery(status=SubscriberStatus.PENDING), ["bob@b.example", "ada_x@a.example"]),
        (SubscriberQuery(text="a.example", topic="nerf", status=SubscriberStatus.PENDING), []),
    ],
)
def test_search(store: Store, query: SubscriberQuery, expected: list[str]) -> None:
    store.subscribers.add("ada_x@a.example", "Ada Lovelace", (), now=NIGHT)
    store.subscribers.add("eva@a.example", "张三", ("avatar", "nerf"), Preferences(), now=NIGHT)
    store.subscribers.confirm("eva@a.example", now=NIGHT)
    store.subscribers.add("bob@b.example", "", (), now=NIGHT)

    page = store.subscribers.search(query)

    assert [person.email for person in page.people] == expected
    assert (page.count, page.older) == (len(expected), 0)


def test_search_goes_through_pages(store: Store, lists: Lists) -> None:
    lists.active(7)
    seen, before = [], 0
    while True:
        page = store.subscribers.search(SubscriberQuery(text="example"), before=before, size=3)
        assert page.count == 7
        seen += [person.email for person in page.people]
        before = page.older
        if not before:
            break
    assert seen == [f"reader{n}@example.org" for n in range(6, -1, -1)]


def test_polls_add_up_and_keep_the_newest_number_of_people(store: Store) -> None:
    store.polls.add(
        [
            PollCount("2024-12-01", "atom.xml", "Feedly", "", 5, 20),
            PollCount("2024-12-02", "atom.xml", "Feedly", "", 5, 16),
            PollCount("2024-12-02", "rss.xml", "Feedly", "", 1, 2),
            PollCount("2024-12-02", "atom.xml", "Feedbin", "1", 2, 3),
            PollCount("2024-12-02", "atom.xml", "Feedbin", "2", 2, 4),
            PollCount("2024-12-02", "atom.xml", "Browsers", "", 40, 0),
        ],
        keep_from="2024-01-01",
    )
    # A poll that says nothing of people takes back nothing that was said before.
    store.polls.add(
        [
            PollCount("2024-12-02", "atom.xml", "Feedly", "", 7, 0),
            PollCount("2024-12-03", "atom.xml", "Feedly", "", 1, 0),
        ],
        keep_from="2024-01-01",
    )

    assert store.polls.by_app("2024-12-01", "2024-12-03") == [
        AppPolls("Feedly", 18, 19),
        AppPolls("Feedbin", 7, 4),
        AppPolls("Browsers", 0, 40),
    ]
    assert store.polls.by_app("2024-12-02", "2024-12-02", feed="rss.xml") == [
        AppPolls("Feedly", 2, 1)
    ]
    assert store.polls.by_day("2024-12-02", "2024-12-03") == {
        "2024-12-02": (57, 25),
        "2024-12-03": (1, 0),
    }
    assert store.polls.by_feed("2024-12-01", "2024-12-03", most=1) == [("atom.xml", 62)]

    store.polls.add([PollCount("2024-12-09", "a", "b", "", 1, 0)], keep_from="2024-12-03")
    assert list(store.polls.by_day("2024-12-01", "2024-12-09")) == ["2024-12-03", "2024-12-09"]
