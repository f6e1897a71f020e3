"""Classification of the mails in tests/data/inbox, and of hostile ones."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.inbound.bounces.bounce_rules import classify_bounce
from publisher.inbound.classification.automatic import OwnIdentity
from publisher.inbound.classification.classify import classify
from publisher.inbound.classification.mail_kinds import BounceWeight as Weight
from publisher.inbound.classification.mail_kinds import Other

DATA = Path(__file__).parents[2] / "data" / "inbox"
OWN = OwnIdentity(
    frozenset({"news@papers.example.org"}), "digests.papers.example.org", "papers.example.org"
)
MAILS = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*.eml"))}
EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (DATA / "expected.json").read_text(encoding="utf-8")
)


def described(data: bytes) -> dict[str, Any]:
    mail = classify(data, OWN)
    fields = asdict(mail)
    for failure in fields.get("failures", ()):
        assert "\n" not in failure.pop("reason")
    # As in the JSON: without empty fields, and with lists for tuples.
    filled = {key: value for key, value in fields.items() if value not in ("", (), False)}
    return json.loads(json.dumps({"is": type(mail).__name__, **filled}))  # type: ignore[no-any-return]


def test_every_mail_is_in_the_table() -> None:
    assert MAILS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", MAILS)
def test_the_kind_of_a_mail(name: str) -> None:
    assert described(MAILS[name]) == EXPECTED[name]


@pytest.mark.parametrize("name", MAILS)
def test_line_ends_do_not_count(name: str) -> None:
    assert described(MAILS[name].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) == EXPECTED[name]


@pytest.mark.parametrize(
    ("action", "status", "text", "weight"),
    [
        ("failed", "5.1.1", "550 5.1.1 user unknown", Weight.HARD),
        ("failed", "5.1.1", "550 5.1.1 blocked: your IP is listed in a blocklist", Weight.OURS),
        ("failed", "5.2.1", "550 5.2.1 the account is disabled", Weight.HARD),
        ("failed", "5.2.2", "552 5.2.2 mailbox full", Weight.SOFT),
        ("failed", "5.7.1", "550 5.7.1 message rejected as spam", Weight.OURS),
        ("failed", "5.7.1", "550 5.7.1 no such user here", Weight.HARD),
        ("failed", "4.4.7", "message expired", Weight.SOFT),
        ("failed", "5.4.4", "Host or domain name not found", Weight.SOFT),
        ("failed", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Weight.HARD),
        ("failed", "", "550 Requested action not taken: mailbox unavailable", Weight.SOFT),
        ("failed", "5.0.0", "550 收件人不存在", Weight.HARD),
        ("failed", "5.0.0", "550 被识别为垃圾邮件", Weight.OURS),
        ("failed", "5.3.4", "message too big", Weight.OURS),
        ("delayed", "4.4.1", "still trying", Weight.WAITING),
        ("delayed", "5.1.1", "user unknown", Weight.WAITING),
        ("relayed", "2.0.0", "", Weight.DELIVERED),
    ],
)
def test_the_weight_of_a_bounce(action: str, status: str, text: str, weight: Weight) -> None:
    assert classify_bounce(action, status, text) is weight


@given(st.binary(max_size=4000))
def test_any_bytes_are_classified(data: bytes) -> None:
    classify(data, OWN)


@given(
    st.sampled_from(list(MAILS.values())),
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=5000),
            st.integers(min_value=0, max_value=60),
            st.binary(max_size=40),
        ),
        max_size=5,
    ),
)
def test_broken_mails_are_classified(data: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for at, length, other in cuts:
        data = data[:at] + other + data[at + length :]
    classify(data, OWN)


def nested(kind: bytes, depth: int) -> bytes:
    head = b"From: reader@example.net\nSubject: x\n"
    if kind == b"multipart":
        return head + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
            for level in range(depth)
        )
    return head + b"Content-Type: message/rfc822\n\n" * depth + b"Subject: y\n\nz\n"


@pytest.mark.parametrize(
    "data",
    [
        nested(b"multipart", 10_000),
        nested(b"message", 10_000),
        nested(b"multipart", 30),
        b"From: reader@example.net\nSubject: " + b"=?utf-8?q?=41?= " * 100_000 + b"\n\n",
        b"From: " + b"a@b, " * 200_000 + b"\nSubject: subscribe\n\n",
        b"From: " + b"(" * 200_000 + b"\nSubject: subscribe\n\n",
        b"From: " + b'"' * 200_000 + b"\nSubject: subscribe\n\n",
        b"From: reader@example.net\n" + b"X: y\n" * 500_000 + b"\n",
        b"From: reader@example.net\n\n" + b"<" * 3_000_000,
        b"From: reader@example.net\nContent-Type: text/html\n\n" + b"<style" * 500_000,
        b"Return-Path: <>\nFrom: mailer-daemon@x.org\nSubject: Undelivered\n\n" + b"a" * 3_000_000,
        b"Return-Path: <>\nFrom: mailer-daemon@x.org\nSubject: Undelivered\n\n" + b"a@" * 1_000_000,
        b"Return-Path: <>\nFrom: mailer-daemon@x.org\nSubject: Undelivered\n\n"
        + b"mailbox " * 500_000,
        b"From: a@b.org\nContent-Type: multipart/report\n\n" + b"--\n" * 1_000_000,
    ],
    ids=range(14),
)
def test_huge_and_deep_mails_end(data: bytes) -> None:
    assert not isinstance(classify(data, OWN), Other) or len(data) > 0
