"""Batches of requests for the store: those that come at the same moment share a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from publisher.store.mail.rate_limits import RequestLimits

if TYPE_CHECKING:
    from publisher.store.mail.mail_requests import MailRequest
    from publisher.web.context import Context


@dataclass(slots=True, eq=False)
class _PendingRequest:
    request: MailRequest
    written: bool = False
    error: Exception | None = None


class RequestBatcher:
    """Batches for the app's event loop; when `ask` returns, the request is on disk."""

    def __init__(self, context: Context) -> None:
        """Write to the store of `context`."""
        self._context = context
        self._limits = RequestLimits.of(context.settings.subscribing)
        self._waiting: list[_PendingRequest] = []
        self._turn = anyio.Lock()

    async def ask(self, request: MailRequest) -> None:
        """Store a request, together with those that came while the last batch was written.

        The answer does not tell whether a limit was exceeded. Raises `StoreError`.
        """
        entry = _PendingRequest(request)
        self._waiting.append(entry)
        async with self._turn:
            if not entry.written:
                batch, self._waiting = self._waiting, []
                await self._write(batch)
        if entry.error is not None:
            raise entry.error

    async def _write(self, batch: list[_PendingRequest]) -> None:
        store, now = self._context.store, self._context.clock()
        requests = [entry.request for entry in batch]
        error: Exception | None = None
        try:
            await to_thread.run_sync(
                lambda: store.mail_requests.accept(requests, self._limits, now=now)
            )
        except Exception as found:  # noqa: BLE001 - every waiting request raises it
            error = found
        for entry in batch:
            entry.written, entry.error = True, error
