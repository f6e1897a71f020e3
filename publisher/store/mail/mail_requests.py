"""Requests of strangers for a mail: counted, and put into the queue of letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.store.mail.outgoing_queue import queue_row
from publisher.store.tables.main import letters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.mail.rate_limits import RateLimits, RequestLimits


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A letter of a kind that somebody in `network` wants sent to `email`."""

    kind: str
    email: str
    payload: str
    network: str = ""


def accept_requests(
    database: Database,
    knocks: RateLimits,
    requests: Sequence[MailRequest],
    limits: RequestLimits,
    *,
    now: datetime,
) -> list[bool]:
    """Put those letters into the queue that keep to the limits; say which did.

    All in one transaction: a disk takes some hundred a second, however many requests come. Who is
    on the list is not looked at here, so that nothing depends on it. Raises `StoreError`.
    """
    pairs = [(one.email, one.network) for one in requests]
    with database.writing() as connection:
        accepted = knocks.count(connection, pairs, limits, now=now)
        rows = [
            queue_row(one.kind, one.email, one.payload, now)
            for one, good in zip(requests, accepted, strict=True)
            if good
        ]
        if rows:
            connection.execute(database.insert_new(letters), rows)
    return accepted
