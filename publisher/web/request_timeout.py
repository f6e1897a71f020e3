"""A request has to arrive in time, and nobody waits for the rest of one that is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestTimeout:
    """Gives the body of a request so many seconds from its head on; then the answer is 408.

    A connection on which the rest of a body may still come is closed after the answer.
    """

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
        whole = not announces_body(scope)

        async def in_time() -> Message:
            nonlocal whole
            if whole:  # who waits now waits for the end of the connection
                return await receive()
            try:
                with anyio.fail_after(max(0.0, latest - anyio.current_time())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            whole = not message.get("more_body", False)
            return message

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and not whole:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, in_time, closing)


def announces_body(scope: Scope) -> bool:
    """Return whether the request says that it has a body (RFC 9112, 6)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )
