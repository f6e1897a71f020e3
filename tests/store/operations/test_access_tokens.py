"""Tokens of programs, and what is forgotten with time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.errors import SettingsError
from publisher.store.mail.rate_limits import RequestLimits
from publisher.store.people.confirmations import SubscriptionRequest

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)


def test_a_token_holds_until_it_is_revoked_or_over(store: Store, now: datetime) -> None:
    tokens = store.access_tokens
    tokens.add("ci", "hash-1", ["build"], by="ada", now=now)
    tokens.add("day", "hash-2", ["issues:read", "build"], by="ada", now=now, expires=now + DAY)
    token = tokens.find("hash-2", now=now)
    assert token is not None
    assert token.scopes == {"build", "issues:read"}
    assert tokens.find("hash-2", now=now + DAY) is None
    assert tokens.find("hash-3", now=now) is None
    with pytest.raises(SettingsError, match="there is a token of that name"):
        tokens.add("ci", "hash-4", ["build"], by="ada", now=now)
    assert tokens.revoke("ci", by="bo", now=now)
    assert not tokens.revoke("ci", by="bo", now=now)
    assert tokens.find("hash-1", now=now) is None
    tokens.add("ci", "hash-4", ["build"], by="ada", now=now)
    assert [(token.name, token.revoked_at is None) for token in tokens.all()] == [
        ("ci", False),
        ("day", True),
        ("ci", True),
    ]
    done = [
        (entry.operator, entry.action, entry.about)
        for entry in store.audit_log.recent_actions(limit=10)
    ]
    assert ("bo", "token revoked", "ci") in done
    assert ("ada", "token added", "day: build issues:read") in done


def test_when_a_token_was_used_is_known_roughly(store: Store, now: datetime) -> None:
    store.access_tokens.add("ci", "hash", ["build"], by="ada", now=now)
    for minutes in (0, 5, 15):
        store.access_tokens.find("hash", now=now + timedelta(minutes=minutes))
    (token,) = store.access_tokens.all()
    assert token.used_at == now + timedelta(minutes=15)


def test_what_has_expired_is_forgotten(store: Store, now: datetime) -> None:
    store.confirmations.open(
        SubscriptionRequest("a@example.org"),
        token_hash="t",
        reply_hash="r",
        wording="",
        now=now,
        expires=now + DAY,
    )
    store.rate_limits.allow("a@example.org", RequestLimits(3, 3, 3, 3), now=now)
    store.mailbox.mark_seen(("mail",), "bounce", now=now)
    store.operators.open_link("link", "ada", now=now, expires=now + DAY)
    assert store.retention.delete_expired(now=now, mail_days=30) == {}
    assert store.retention.delete_expired(now=now + DAY, mail_days=30) == {
        "requests": 1,
        "login links": 1,
    }
    # Of the address, its domain, and all; a day's count still says something the day after.
    assert store.retention.delete_expired(now=now + 2 * DAY, mail_days=30) == {"counts": 3}
    assert store.mailbox.verdict_of("mail") == "bounce"
    assert store.retention.delete_expired(now=now + 60 * DAY, mail_days=30) == {"read mails": 1}
