from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.inbound_fixture import ISSUE, LIST, bounce

from publisher.models import DeliveryState
from publisher.models.ledger import Mark

if TYPE_CHECKING:
    from support.inbound_fixture import InboxFixture

A, B = "a@example.net", "b@example.net"


def test_a_hard_bounce_suppresses_at_once(inbox: InboxFixture) -> None:
    sent = inbox.publish(A, B)
    inbox.arrive(bounce(sent[A], A))
    assert inbox.read() == {"bounce, hard": 1}
    assert "5.1.1" in inbox.suppressed(A)
    assert not inbox.suppressed(B)
    assert [line["weight"] for line in inbox.store.subscribers.export_person(A)["bounces"]] == [
        "hard"
    ]  # type: ignore[attr-defined]


def test_a_report_about_a_forwarded_mail_is_about_the_subscriber(inbox: InboxFixture) -> None:
    sent = inbox.publish(A)
    inbox.arrive(bounce(sent[A], "elsewhere@example.com"))
    assert inbox.read() == {"bounce, hard": 1}
    assert inbox.suppressed(A)


def test_what_anybody_can_make_up_counts_little(inbox: InboxFixture) -> None:
    inbox.publish(A)
    forged = b"Message-ID: <2024-W49.%s@papers.example.org>\n\n" % (b"0" * 32)
    inbox.arrive(bounce(forged, A))
    inbox.arrive(bounce(b"Subject: x\n\n", "nobody@example.com"))
    assert inbox.read() == {"bounce, unproven": 1, "stray report": 1}
    assert not inbox.suppressed(A)


def test_soft_bounces_suppress_after_some_issues(inbox: InboxFixture) -> None:
    sent = inbox.publish(A)
    for number in range(7):
        inbox.arrive(bounce(sent[A] + b"%d" % number, A, "4.2.2"))
    assert inbox.read() == {"bounce, soft": 7}
    assert not inbox.suppressed(A), "seven reports on one issue count once"
    for number in range(4):
        assert not inbox.suppressed(A)
        inbox.clock.now += timedelta(days=7)
        inbox.arrive(bounce(b"Subject: other %d\n\n" % number, A, "4.2.2"))
        inbox.read()
    assert inbox.suppressed(A).startswith("bounced 5 times")


def test_policy_says_nothing_of_the_mailbox(inbox: InboxFixture) -> None:
    sent = inbox.publish(A)
    for number in range(9):
        inbox.arrive(bounce(sent[A] + b"%d" % number, A, "5.7.1"))
    assert inbox.read() == {"bounce, ours": 9}
    assert not inbox.suppressed(A)


@pytest.mark.parametrize(
    ("action", "status", "state"),
    [
        ("failed", "5.1.1", DeliveryState.REJECTED),
        ("failed", "4.4.7", DeliveryState.REJECTED),
        ("delivered", "2.0.0", DeliveryState.SENT),
        ("delayed", "4.4.1", DeliveryState.SENT),
    ],
)
def test_a_report_settles_a_doubt(
    inbox: InboxFixture, action: str, status: str, state: DeliveryState
) -> None:
    inbox.join(A)
    inbox.freeze()
    person = inbox.store.subscribers.find(A)
    assert person is not None
    now, ledger = inbox.clock(), inbox.store.ledger
    message_id = f"<{ISSUE}.{secrets.token_hex(16)}@papers.example.org>"
    ledger.claim(ISSUE, limit=1, token="t", owner="o", lease=now + timedelta(1), now=now)
    mark = Mark(person.id, "t", A, message_id, "smtp", now + timedelta(minutes=1), now)
    assert ledger.record(ISSUE, [], [mark])[1] == [True]
    inbox.clock.now += timedelta(hours=1)
    ledger.release_expired(ISSUE, now=inbox.clock())
    assert inbox.store.deliveries.counts(ISSUE)[DeliveryState.IN_DOUBT] == 1
    inbox.arrive(bounce(f"Message-ID: {message_id}\n\n".encode(), A, status, action))
    inbox.read()
    (row,) = inbox.store.deliveries.rows(ISSUE)
    assert row.state is state
    assert "the lease ran out; a report came: " in row.reason
    held = inbox.store.subscribers.export_person(A)
    assert [line["state"] for line in held["decisions"]] == [state.value]  # type: ignore[attr-defined]
    inbox.store.subscribers.erase(A, now=now)
    (row,) = inbox.store.deliveries.rows(ISSUE)
    assert (row.email, row.reason) == ("", "erased")


def test_a_complaint_ends_it_for_good(inbox: InboxFixture) -> None:
    sent = inbox.publish(A, B)
    inbox.arrive(
        b"From: fbl@example.net\nTo: news@papers.example.org\nSubject: FW\n"
        b'Content-Type: multipart/report; report-type=feedback-report; boundary="f"\n\n'
        b"--f\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n"
        b"--f\nContent-Type: message/rfc822\n\n" + sent[A] + b"\n--f--\n"
    )
    assert inbox.read() == {"complaint": 1}
    assert inbox.status(A) == "unsubscribed"
    assert "complained" in inbox.suppressed(A)
    assert inbox.status(B) == "active"


def test_a_request_that_bounces(inbox: InboxFixture) -> None:
    inbox.write("typo@example.com", "subscribe")
    inbox.read()
    (mail,) = inbox.answers()
    inbox.arrive(bounce(mail.as_bytes(), "typo@example.com"))
    assert inbox.read() == {"bounce, hard": 1}
    assert inbox.suppressed("typo@example.com")


def test_our_own_issue_in_the_mailbox_is_left_alone(inbox: InboxFixture) -> None:
    sent = inbox.publish(LIST)
    inbox.arrive(sent[LIST])
    assert inbox.read() == {"automatic": 1}
    assert inbox.status(LIST) == "active"
