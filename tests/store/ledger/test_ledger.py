from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from publisher.errors import IssueError, StoreError
from publisher.models import DeliveryState as S
from publisher.models.ledger import IssueState, Mark, Settlement
from publisher.store.database import open_store
from publisher.store.tables.newsletter import editions

if TYPE_CHECKING:
    from conftest import Lists, Reader

    from publisher.models.ledger import Claim, ReaderChoice
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ISSUE = "2024-W49"


def claim(store: Store, limit: int = 100, token: str = "t", owner: str = "o") -> list[Claim]:
    return store.ledger.claim(ISSUE, limit=limit, token=token, owner=owner, lease=LATER, now=NOW)


def mark(store: Store, who: Reader, token: str = "t", *, now: datetime = NOW) -> bool:
    row = Mark(who.subscriber_id, token, who.email, "<m@x>", "smtp", LATER, now)
    return store.ledger.record(ISSUE, [], [row])[1] == [True]


def settle(store: Store, who: Reader, state: S, token: str = "t", **more: object) -> bool:
    row = Settlement(who.subscriber_id, token, state, NOW, **more)  # type: ignore[arg-type]
    return store.ledger.record(ISSUE, [row], [])[0] == [True]


def state_of(store: Store, who: Reader) -> S:
    return next(
        r.state for r in store.deliveries.rows(ISSUE) if r.subscriber_id == who.subscriber_id
    )


def test_freezing_keeps_everything_and_happens_once(store: Store, lists: Lists) -> None:
    lists.frozen(3)
    info = store.issues.get(ISSUE)
    assert info is not None
    assert (info.state, info.frozen_at) == (IssueState.OPEN, NOW)
    assert store.sent_papers.newest_versions() == {"arxiv:2411.19525": 1}
    assert store.issues.message(ISSUE, "all").endswith(b"body\r\n")
    assert store.deliveries.counts(ISSUE)[S.READY] == 3
    with pytest.raises(IssueError, match="frozen already"):
        lists.freeze()
    assert [issue.id for issue in store.issues.all()] == [ISSUE]


def test_a_freeze_that_fails_leaves_nothing(store: Store, lists: Lists) -> None:
    lists.active(2)

    def interrupted(_choice: ReaderChoice) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lists.freeze(edition_of=interrupted)
    assert store.issues.all() == []
    assert lists.freeze() == 2


def test_damaged_bytes_are_not_sent(store: Store, lists: Lists) -> None:
    lists.frozen(1)
    with store._database.writing() as connection:
        connection.execute(sa.update(editions).values(message=b"other"))
    with pytest.raises(StoreError, match="damaged"):
        store.issues.message(ISSUE, "all")
    with pytest.raises(StoreError, match="missing"):
        store.issues.message(ISSUE, "other")


def test_one_message_from_claim_to_sent(store: Store, lists: Lists) -> None:
    (who,) = lists.frozen(1)
    (row,) = claim(store)
    assert (row.email, row.attempts, row.token_version) == (who.email, 0, 1)
    assert mark(store, who)
    assert not mark(store, who)
    assert not store.issues.finish(ISSUE)
    assert settle(store, who, S.SENT, code=250, reason="ok")
    assert not settle(store, who, S.REJECTED)
    assert state_of(store, who) is S.SENT
    assert store.issues.finish(ISSUE)
    assert store.issues.get(ISSUE).state == "done"  # type: ignore[union-attr]


def test_many_moves_are_one_transaction_and_each_is_judged_alone(
    store: Store, lists: Lists
) -> None:
    people = lists.frozen(4)
    claim(store)
    for who in people[:2]:
        assert mark(store, who)
    store.subscribers.unsubscribe(people[2].subscriber_id, now=NOW)
    ends = [Settlement(who.subscriber_id, "t", S.SENT, NOW) for who in people[:3]]
    begins = [
        Mark(who.subscriber_id, "t", who.email, "<m@x>", "smtp", LATER, NOW) for who in people[2:]
    ]
    assert store.ledger.record(ISSUE, ends, begins) == ([True, True, False], [False, True])
    assert [state_of(store, who) for who in people] == [S.SENT, S.SENT, S.CLAIMED, S.SENDING]


def test_a_row_is_claimed_by_one_only_and_when_it_is_due(store: Store, lists: Lists) -> None:
    people = lists.frozen(5)
    first, second = claim(store, 3, "a"), claim(store, 3, "b")
    assert (len(first), len(second)) == (3, 2)
    assert claim(store) == []
    assert mark(store, people[0], "a")
    assert settle(store, people[0], S.READY, "a", next_at=LATER)
    assert claim(store) == []
    assert store.deliveries.next_due(ISSUE) == LATER
    again = store.ledger.claim(ISSUE, limit=9, token="c", owner="o", lease=LATER, now=LATER)
    assert [row.attempts for row in again] == [1]


@pytest.mark.parametrize(
    ("meanwhile", "given_back"),
    [
        ("unsubscribed", S.SKIPPED),
        ("erased", S.SKIPPED),
        ("suppressed", S.SKIPPED),
        ("paused", S.READY),
        ("lease over", S.READY),
        ("taken by another", None),
    ],
)
def test_the_fence(store: Store, lists: Lists, meanwhile: str, given_back: S | None) -> None:
    (who,) = lists.frozen(1)
    claim(store)
    now = NOW
    match meanwhile:
        case "unsubscribed":
            store.subscribers.unsubscribe(who.subscriber_id, now=NOW)
        case "erased":
            store.subscribers.erase(who.email, now=NOW)
        case "suppressed":
            store.suppressions.add(who.email.upper(), "bounced", now=NOW)
        case "paused":
            store.issues.pause(ISSUE, until=None, reason="wait")
        case "lease over":
            now = LATER
        case "taken by another":
            store.ledger.release_expired(ISSUE, now=LATER)
            claim(store, token="other")
    assert not mark(store, who, now=now)
    back = store.ledger.give_back(ISSUE, who.subscriber_id, token="t", email=who.email, now=now)
    assert back == given_back


def test_a_lease_that_ran_out(store: Store, lists: Lists) -> None:
    people = lists.frozen(2)
    claim(store)
    assert mark(store, people[1])
    assert store.ledger.release_expired(ISSUE, now=LATER - timedelta(seconds=1)) == (0, 0)
    assert store.ledger.release_expired(ISSUE, now=LATER) == (1, 1)
    assert [state_of(store, who) for who in people] == [S.READY, S.IN_DOUBT]
    assert [row.message_id for row in store.deliveries.doubts(ISSUE, "smtp")] == ["<m@x>"]
    assert store.deliveries.doubts(ISSUE, "outbox") == []


def test_a_slow_sender_that_is_alive_after_all_settles_its_doubt(
    store: Store, lists: Lists
) -> None:
    (who,) = lists.frozen(1)
    claim(store)
    mark(store, who)
    store.ledger.release_expired(ISSUE, now=LATER)
    assert settle(store, who, S.SENT)
    assert state_of(store, who) is S.SENT


def test_a_late_answer_does_not_touch_a_row_that_was_sent_again(store: Store, lists: Lists) -> None:
    (who,) = lists.frozen(1)
    claim(store)
    mark(store, who)
    store.ledger.release_expired(ISSUE, now=LATER)
    store.ledger.resolve(ISSUE, who.subscriber_id, S.READY, reason="operator", now=NOW)
    assert not settle(store, who, S.SENT)
    claim(store, token="new")
    assert mark(store, who, "new")
    assert not settle(store, who, S.SENT)
    assert state_of(store, who) is S.SENDING


def test_the_rows_of_a_dead_process_are_free_at_once(store: Store, lists: Lists) -> None:
    people = lists.frozen(4)
    claim(store, 2, "a", "dead")
    claim(store, 2, "b", "alive")
    assert mark(store, people[0], "a")
    assert mark(store, people[2], "b")
    freed = store.ledger.release_dead_owners(ISSUE, lambda owner: owner == "dead", now=NOW)
    assert freed == (1, 1)
    states = [state_of(store, who) for who in people]
    assert states == [S.IN_DOUBT, S.READY, S.SENDING, S.CLAIMED]


@pytest.mark.parametrize("state", [S.SENT, S.READY, S.ABANDONED])
def test_the_operator_settles_a_doubt(store: Store, lists: Lists, state: S) -> None:
    (who,) = lists.frozen(1)
    claim(store)
    mark(store, who)
    assert settle(store, who, S.IN_DOUBT, reason="no answer")
    assert store.issues.finish(ISSUE)
    assert store.ledger.resolve(ISSUE, who.subscriber_id, state, reason="the log", now=NOW)
    assert not store.ledger.resolve(ISSUE, who.subscriber_id, S.SENT, reason="", now=NOW)
    (row,) = store.deliveries.rows(ISSUE, [state])
    assert row.reason == "the log"
    done = store.issues.get(ISSUE).state == "done"  # type: ignore[union-attr]
    assert done == (state is not S.READY)


def test_a_doubt_is_settled_as_nothing_else(store: Store) -> None:
    with pytest.raises(ValueError, match="claimed"):
        store.ledger.resolve(ISSUE, 1, S.CLAIMED, reason="", now=NOW)


def test_a_gone_mailbox_is_suppressed_with_its_rejection(store: Store, lists: Lists) -> None:
    (who,) = lists.frozen(1)
    claim(store)
    mark(store, who)
    assert settle(store, who, S.REJECTED, code=550, reason="5.1.1 gone", suppress=who.email)
    suppression = store.suppressions.find(who.email)
    assert suppression is not None
    assert suppression.is_bounce, "a working mailbox may come back"
    assert store.consent_log.history(who.email)[-1][1:] == ("suppressed", "bounced: 5.1.1 gone")


def test_an_attempt_that_says_nothing_about_the_recipient_does_not_count(
    store: Store, lists: Lists
) -> None:
    (who,) = lists.frozen(1)
    claim(store)
    mark(store, who)
    settle(store, who, S.READY, counted=False)
    assert claim(store)[0].attempts == 0


def test_what_a_process_has_claimed_it_gives_back(store: Store, lists: Lists) -> None:
    people = lists.frozen(3)
    claim(store, 2, "a")
    claim(store, 1, "b")
    mark(store, people[0], "a")
    assert store.ledger.release_claims(ISSUE, token="a", now=NOW) == 1
    assert store.deliveries.counts(ISSUE)[S.READY] == 1


def test_pausing_and_resuming(store: Store, lists: Lists) -> None:
    lists.frozen(1)
    store.issues.pause(ISSUE, until=LATER, reason="quota")
    info = store.issues.get(ISSUE)
    assert info is not None
    assert (info.state, info.paused_until, info.pause_reason) == ("paused", LATER, "quota")
    store.issues.pause(ISSUE, until=None, reason="a typo")
    store.issues.pause(ISSUE, until=NOW, reason="failures")
    info = store.issues.get(ISSUE)
    assert info is not None
    assert (info.paused_until, info.pause_reason) == (None, "a typo")
    store.issues.resume(ISSUE)
    assert store.issues.get(ISSUE).state == "open"  # type: ignore[union-attr]


def test_threads_never_claim_the_same_row(url: str, lists: Lists) -> None:
    lists.frozen(60)

    def take(number: int) -> list[int]:
        claimed = []
        with open_store(url) as mine:
            while rows := claim(mine, 7, f"t{number}"):
                claimed += [row.subscriber_id for row in rows]
        return claimed

    with ThreadPoolExecutor(4) as pool:
        taken = [row for rows in pool.map(take, range(4)) for row in rows]
    assert len(taken) == len(set(taken)) == 60


def test_erasing_blanks_the_history(store: Store, lists: Lists) -> None:
    (who,) = lists.frozen(1)
    store.subscribers.erase(who.email, now=NOW)
    (row,) = store.deliveries.rows(ISSUE)
    assert (row.email, row.name, row.reason) == ("", "", "erased")
