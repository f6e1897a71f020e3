"""A request has to arrive in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Deadline:
    """Gives the body of a request so many seconds from its head on; then the answer is 408."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        """Wrap `app`."""
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        latest = anyio.current_time() + self._seconds
        whole = False

        async def in_time() -> Message:
            nonlocal whole
            if whole:  # who waits now waits for the end of the connection
                return await receive()
            try:
                with anyio.fail_after(max(0.0, latest - anyio.current_time())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, in_time, send)
