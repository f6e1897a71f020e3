"""Requests of strangers for a mail: counted, and put into the outgoing queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.store.mail.outgoing_queue import queue_row
from publisher.store.tables.mail import letters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.store.engine import Database
    from publisher.store.mail.rate_limits import RateLimits, RequestLimits


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A mail of a `MailKind` that somebody in `network` wants sent to `email`."""

    kind: str
    email: str
    payload: str
    network: str = ""


class MailRequests:
    """The way in for what strangers ask for."""

    def __init__(self, database: Database, rate_limits: RateLimits) -> None:
        """Work on `database`; `rate_limits` counts."""
        self._database = database
        self._rate_limits = rate_limits

    def accept(
        self, requests: Sequence[MailRequest], limits: RequestLimits, *, now: datetime
    ) -> list[bool]:
        """Queue the mails that keep to `limits`; return for each request whether it was queued.

        All in one transaction: a disk takes some hundred a second, however many requests come. Who
        is on the list is not looked at here, so that nothing depends on it. Raises `StoreError`.
        """
        pairs = [(request.email, request.network) for request in requests]
        with self._database.writing() as connection:
            accepted = self._rate_limits.count(connection, pairs, limits, now=now)
            rows = [
                queue_row(request.kind, request.email, request.payload, now)
                for request, fits in zip(requests, accepted, strict=True)
                if fits
            ]
            if rows:
                connection.execute(self._database.insert_new(letters), rows)
        return accepted
