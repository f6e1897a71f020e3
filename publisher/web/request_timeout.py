"""Time limit for the body of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestTimeout:
    """Middleware that answers 408 if a body is not complete `seconds` after the headers.

    A connection on which the rest of a body may still arrive is closed after the answer.
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
        is_complete = not announces_body(scope)

        async def in_time() -> Message:
            nonlocal is_complete
            if is_complete:  # this waits for the end of the connection
                return await receive()
            try:
                with anyio.fail_after(max(0.0, latest - anyio.current_time())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            is_complete = not message.get("more_body", False)
            return message

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and not is_complete:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, in_time, closing)


def announces_body(scope: Scope) -> bool:
    """Return whether the headers announce a body (RFC 9112, 6)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )
