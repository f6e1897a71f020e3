from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import AlreadyFrozen, EditedMeanwhile, IssueError
from publisher.models import BlockPlace, IssueEdits
from publisher.models.ledger import Decision, FrozenEdition, IssuePlan
from publisher.newsletter.audience import IssueAudience
from publisher.newsletter.editing import PaperMark, marked

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

NOW = datetime(2024, 12, 9, tzinfo=UTC)
DAY = timedelta(days=1)
W49, W50 = "2024-W49", "2024-W50"
EDITION = FrozenEdition("all", "Weekly", b"To: x\r\n\r\nbody\r\n")


def set_note(store: Store, note: str, issue: str = W49, by: str = "ada") -> IssuePlan:
    return store.plans.change(issue, lambda edits: replace(edits, note=note), by=by, now=NOW)


def freeze(store: Store, issue: str, edits: IssueEdits, revision: int) -> None:
    store.issues.freeze(
        issue,
        period=(NOW - 7 * DAY, NOW),
        papers=[("arxiv:2411.19525", 1)],
        frozen_editions=[EDITION],
        audience=IssueAudience({}),
        edition_of=lambda _choice: "all",
        now=NOW,
        edited=(edits, revision),
    )


def audit(store: Store) -> list[tuple[str, str, str]]:
    rows = store.audit_log.recent_actions(limit=50)[::-1]
    return [(row.operator, row.action, row.about) for row in rows]


def test_edits_are_stored_with_who_made_them(store: Store) -> None:
    assert store.plans.get(W49) == IssuePlan()
    set_note(store, "Hello")
    plan = store.plans.change(
        W49,
        lambda edits: replace(
            marked(edits, PaperMark.HIDE, "arxiv:1"), block_place=BlockPlace.HIGHLIGHTS
        ),
        by="bob",
        now=NOW,
    )
    edits = IssueEdits(note="Hello", hide=("arxiv:1",), block_place=BlockPlace.HIGHLIGHTS)
    assert (plan.edits, plan.revision) == (edits, 2)
    assert set_note(store, "Hello").revision == 2  # nothing changed
    with pytest.raises(IssueError, match="too many"):
        set_note(store, "x" * 20_000)
    assert store.plans.get(W49) == plan
    assert store.plans.pending() == {W49: plan}
    assert audit(store) == [
        ("ada", "note changed", "issue 2024-W49"),
        ("bob", "block moved", "issue 2024-W49"),
        ("bob", "paper hidden", "issue 2024-W49, paper arxiv:1"),
    ]


def test_a_frozen_issue_keeps_its_edits_and_takes_no_others(store: Store) -> None:
    plan = set_note(store, "Hello")
    hidden = replace(plan.edits, hide=("arxiv:2411.00001",))
    freeze(store, W49, hidden, plan.revision)
    info = store.issues.get(W49)
    assert info is not None
    assert info.edits == hidden
    assert store.plans.pending() == {}
    (past,) = store.sent_papers.past_issues()
    assert past.edits == hidden
    # Neither sent later, nor mentioned for a newer version.
    assert store.sent_papers.newest_versions()["arxiv:2411.00001"] > 1000
    with pytest.raises(AlreadyFrozen, match="is frozen: its mails are made"):
        set_note(store, "Later")
    with pytest.raises(AlreadyFrozen):
        store.plans.decide(W49, Decision.SKIPPED, by="ada", now=NOW)
    freeze(store, W50, IssueEdits(), 0)
    assert len(store.sent_papers.past_issues()) == 2


def test_a_draft_of_other_edits_is_not_frozen(store: Store) -> None:
    before = set_note(store, "Hello")
    set_note(store, "Hello all")
    with pytest.raises(EditedMeanwhile):
        freeze(store, W49, before.edits, before.revision)
    assert store.issues.get(W49) is None
    store.plans.decide(W50, Decision.POSTPONED, by="ada", now=NOW, until=NOW + DAY)
    with pytest.raises(EditedMeanwhile):
        freeze(store, W50, IssueEdits(), 0)


def test_the_last_decision_counts(store: Store) -> None:
    decide = store.plans.decide
    assert decide(W49, Decision.POSTPONED, by="ada", now=NOW, until=NOW + DAY)
    assert store.plans.get(W49).until == NOW + DAY
    assert decide(W49, Decision.APPROVED, by="bob", now=NOW)
    assert not decide(W49, Decision.APPROVED, by="ada", now=NOW + DAY)  # twice: nothing new
    plan = store.plans.get(W49)
    assert (plan.decision, plan.by, plan.at, plan.until) == (Decision.APPROVED, "bob", NOW, None)
    assert [row[:2] for row in audit(store)] == [
        ("ada", "issue postponed"),
        ("bob", "issue approved"),
    ]


def test_the_operator_is_asked_once_a_round(store: Store) -> None:
    mails = [("ada@example.org", "{}"), ("bob@example.org", "{}")]
    assert store.plans.ask(W49, "approval", mails, now=NOW)
    assert not store.plans.ask(W49, "approval", mails, now=NOW)
    # The queue has one mail of a kind for an address: the other issue asks later, and nobody twice.
    assert not store.plans.ask(W50, "approval", [("new@example.org", "{}"), *mails], now=NOW)
    assert store.outgoing_queue.waiting() == 2
    assert store.plans.get(W50).asked_at is None
    for _ in mails:
        mail = store.outgoing_queue.take(now=NOW)
        assert mail is not None
        store.outgoing_queue.remove(mail.id)
    assert not store.plans.ask(W49, "approval", mails, now=NOW)
    store.plans.decide(W49, Decision.POSTPONED, by="ada", now=NOW, until=NOW + DAY)
    assert store.plans.ask(W49, "approval", mails, now=NOW + DAY)


def test_a_link_decides_once(store: Store) -> None:
    store.plans.open_link("hash", W49, "ada@example.org", now=NOW, expires=NOW + DAY)
    assert store.plans.link("hash", now=NOW) == (W49, "ada@example.org")
    assert store.plans.link("hash", now=NOW + DAY) is None

    def use(_number: int) -> str | None:
        return store.plans.use_link("hash", Decision.APPROVED, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(use, range(4)))
    assert sorted(map(str, results)) == [W49, "None", "None", "None"]
    assert audit(store) == [("ada@example.org", "issue approved", "issue 2024-W49")]
    store.plans.open_link("late", W50, "ada@example.org", now=NOW, expires=NOW + DAY)
    freeze(store, W50, IssueEdits(), 0)
    with pytest.raises(AlreadyFrozen):
        store.plans.use_link("late", Decision.APPROVED, now=NOW)


def test_of_an_edit_and_a_freeze_at_once_none_is_lost(store: Store) -> None:
    """Either the issue is frozen with the edit, or the edit is refused."""
    set_note(store, "0")

    def write(number: int) -> str:
        try:
            return set_note(store, str(number)).edits.note
        except AlreadyFrozen:
            return ""

    def send(_number: int) -> bool:
        plan = store.plans.get(W49)
        try:
            freeze(store, W49, plan.edits, plan.revision)
        except EditedMeanwhile:
            return False
        except AlreadyFrozen:
            return True
        return True

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, number) for number in range(1, 20)]
        senders = [pool.submit(send, number) for number in range(20)]
        accepted = {future.result() for future in writers}
        sent = [future.result() for future in senders]
    assert any(sent)
    info, plan = store.issues.get(W49), store.plans.get(W49)
    assert info is not None
    assert info.edits == plan.edits
    assert plan.edits.note in accepted | {"0"}
