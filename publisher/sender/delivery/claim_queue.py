"""The deliveries that a process has claimed and not yet handed to a worker."""

from __future__ import annotations

import secrets
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from publisher.models.ledger import Claim
    from publisher.sender.delivery.ledger import DeliveryMoves

# Rows of older tokens have long been handed out: a worker holds one row at a time.
_MOST_TOKENS = 64


class ClaimQueue:
    """Claims rows of the ledger in batches."""

    def __init__(
        self,
        issue_id: str,
        ledger: DeliveryMoves,
        *,
        owner: str,
        batch: int,
        lease: timedelta,
        now: Callable[[], datetime],
        on_claim: Callable[[], object] = lambda: None,
    ) -> None:
        """Claim `batch` rows at a time for `owner`, each for the duration of `lease`.

        `on_claim` is called before the first of a batch is handed out.
        """
        self._issue_id = issue_id
        self._ledger = ledger
        self._owner = owner
        self._batch = batch
        self._lease = lease
        self._now = now
        self._on_claim = on_claim
        self._rows: deque[Claim] = deque()
        self._token = ""
        self._closed = False
        self._tokens: deque[str] = deque(maxlen=_MOST_TOKENS)

    def take(self) -> tuple[Claim, str] | None:
        """Return a delivery and the token of its claim, None where none is due.

        Raises `StoreError`.
        """
        if not self._rows and not self._closed:
            self._fetch()
        return (self._rows.popleft(), self._token) if self._rows else None

    def release(self) -> None:
        """Give back the deliveries that were not taken, and claim no more.

        A connection that was slow to open may still ask after the others have ended.

        Raises `StoreError`.
        """
        self._closed = True
        self._rows.clear()
        for token in self._tokens:
            self._ledger.release_claims(self._issue_id, token=token, now=self._now())
        self._tokens.clear()

    def _fetch(self) -> None:
        self._token = secrets.token_hex(16)
        now = self._now()
        claimed = self._ledger.claim(
            self._issue_id,
            limit=self._batch,
            token=self._token,
            owner=self._owner,
            lease=now + self._lease,
            now=now,
        )
        if claimed:
            self._tokens.append(self._token)
            self._on_claim()
            self._rows.extend(claimed)
