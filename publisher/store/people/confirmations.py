"""Requests that the owner of a mailbox has yet to confirm.

A token is random, works once, and is bound to one action and address; only its hash is kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.addresses import address_key
from publisher.errors import StoreError
from publisher.models import (
    NO_PREFERENCES,
    Frequency,
    Language,
    Length,
    Preferences,
    SubscriberStatus,
)
from publisher.store.people.subscriber_rows import (
    find_row,
    insert_subscriber,
    preference_columns,
    read_subscriber,
    update_subscriber,
    write_topics,
)
from publisher.store.tables.people import confirmations
from publisher.store.times import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.people.subscribers import Subscribers


class RedeemOutcome(StrEnum):
    """The result of redeeming a token."""

    CONFIRMED = "confirmed"
    ALREADY = "confirmed already"
    UNKNOWN = "unknown, used or too old"


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """A subscription that a person asked for; no topics means all topics."""

    email: str
    topics: tuple[str, ...] = ()
    preferences: Preferences = NO_PREFERENCES
    name: str = ""
    origin: str = ""  # the address of the request, where it came over the web

    def to_json(self) -> str:
        """Return everything but the address as text."""
        preferences = {
            key: value for key, value in preference_columns(self.preferences).items() if value
        }
        origin = {"origin": self.origin} if self.origin else {}
        content = {"topics": self.topics, "name": self.name, **preferences, **origin}
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, email: str, text: str) -> SubscriptionRequest:
        """Return what `to_json` wrote. Raises `StoreError` for any other text."""
        try:
            content = json.loads(text)
            return cls(
                email,
                tuple(content["topics"]),
                Preferences(
                    Language(content["language"]) if "language" in content else None,
                    Length(content["length"]) if "length" in content else None,
                    Frequency(content["frequency"]) if "frequency" in content else None,
                ),
                content["name"],
                content.get("origin", ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"a stored request can't be read: {error}") from error


SUBSCRIBE = "subscribe"
PREFERENCES = "preferences"


class Confirmations:
    """Open requests by the hashes of their tokens. Everything raises `StoreError`."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        """Work on `database`; who confirms is written to `subscribers`."""
        self._database = database
        self._subscribers = subscribers

    def open(
        self,
        request: SubscriptionRequest,
        *,
        token_hash: str,
        reply_hash: str,
        wording: str,
        now: datetime,
        expires: datetime,
    ) -> None:
        """Keep a request until it `expires`; an earlier one of the same person becomes void.

        `reply_hash` is of the part of the mail's Message-ID by which an answer is recognised.
        """
        values = {
            "token_hash": token_hash,
            "reply_hash": reply_hash,
            "action": SUBSCRIBE,
            "email": request.email,
            "address_key": address_key(request.email),
            "payload": request.to_json(),
            "wording": wording,
            "created_at": to_ms(now),
            "expires_at": to_ms(expires),
        }
        earlier = sa.and_(
            confirmations.c.address_key == values["address_key"],
            confirmations.c.action == SUBSCRIBE,
            confirmations.c.used_at.is_(None),
        )
        old = confirmations.c.expires_at <= to_ms(now)
        with self._database.writing() as connection:
            connection.execute(sa.delete(confirmations).where(sa.or_(earlier, old)))
            connection.execute(sa.insert(confirmations).values(values))

    def open_preferences(
        self, email: str, *, token_hash: str, reply_hash: str, now: datetime, expires: datetime
    ) -> None:
        """Let the token show and change the preferences of `email` until it `expires`.

        It works any number of times; an earlier one of the same person becomes void.
        """
        values = {
            "token_hash": token_hash,
            "reply_hash": reply_hash,
            "action": PREFERENCES,
            "email": email,
            "address_key": address_key(email),
            "payload": "{}",
            "wording": "",
            "created_at": to_ms(now),
            "expires_at": to_ms(expires),
        }
        earlier = sa.and_(
            confirmations.c.address_key == values["address_key"],
            confirmations.c.action == PREFERENCES,
        )
        with self._database.writing() as connection:
            connection.execute(sa.delete(confirmations).where(earlier))
            connection.execute(sa.insert(confirmations).values(values))

    def owner_of(self, token_hash: str, *, now: datetime) -> str | None:
        """Return the address whose preferences the token may change, None for any other token."""
        query = sa.select(confirmations.c.email).where(
            confirmations.c.token_hash == token_hash,
            confirmations.c.action == PREFERENCES,
            confirmations.c.expires_at > to_ms(now),
        )
        with self._database.reading() as connection:
            email: str | None = connection.scalar(query)
        return email

    def redeem(
        self,
        *,
        token_hash: str = "",
        reply_hash: str = "",
        now: datetime,
        detail: str,
        origin: str = "",
    ) -> tuple[RedeemOutcome, SubscriptionRequest | None]:
        """Make the person active with the topics and preferences that they asked for, once.

        From now on mail goes to the address as it was written in the request: that one works.

        Either hash will do; `origin` is the address that the answer came from. All is one
        transaction: a token is used up when the person is on the list, and not before. The request
        is None for an unknown token only. Raises `StoreError`.
        """
        which = (
            confirmations.c.token_hash == token_hash
            if token_hash
            else confirmations.c.reply_hash == reply_hash
        )
        valid = sa.and_(
            which,
            confirmations.c.action == SUBSCRIBE,
            confirmations.c.expires_at > to_ms(now),
        )
        with self._database.writing() as connection:
            row = connection.execute(sa.select(confirmations).where(valid)).one_or_none()
            if row is None:
                return RedeemOutcome.UNKNOWN, None
            request = SubscriptionRequest.from_json(row.email, row.payload)
            person = find_row(connection, row.email)
            if row.used_at is not None:
                active = (
                    person is not None
                    and read_subscriber(connection, person.id).status is SubscriberStatus.ACTIVE
                )
                return (RedeemOutcome.ALREADY if active else RedeemOutcome.UNKNOWN), request
            connection.execute(sa.update(confirmations).where(which).values(used_at=to_ms(now)))
            subscriber_id = (
                insert_subscriber(connection, _new(request, now)) if person is None else person.id
            )
            update_subscriber(connection, subscriber_id, _chosen(request))
            write_topics(connection, subscriber_id, request.topics)
            self._subscribers.activate(
                connection,
                subscriber_id,
                row.email,
                now=now,
                detail=detail,
                wording=row.wording,
                origin=" ".join(filter(None, (request.origin, origin))),
            )
            return RedeemOutcome.CONFIRMED, request

    def recipient_of(self, reply_hash: str) -> str | None:
        """Return the address that the mail with this hash of its Message-ID went to, if any."""
        query = sa.select(confirmations.c.email).where(confirmations.c.reply_hash == reply_hash)
        with self._database.reading() as connection:
            email: str | None = connection.scalar(query)
        return email


def _new(request: SubscriptionRequest, now: datetime) -> dict[str, object]:
    return {"email": request.email, "name": request.name, "created_at": to_ms(now)}


def _chosen(request: SubscriptionRequest) -> Mapping[str, str]:
    """Return the columns that the request sets; the others stay as they were."""
    chosen = {key: value for key, value in preference_columns(request.preferences).items() if value}
    name = {"name": request.name} if request.name else {}
    return {"email": request.email, **chosen, **name}
