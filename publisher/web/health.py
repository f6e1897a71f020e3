"""`/healthz`: the health check for monitoring and load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.responses import JSONResponse
from starlette.routing import Route

from publisher.errors import StoreError
from publisher.web.context import context_of

if TYPE_CHECKING:
    from starlette.requests import Request


async def healthz(request: Request) -> JSONResponse:
    """Answer 200 if the store can be read, else 503, without any details."""
    store = context_of(request).store
    try:
        await to_thread.run_sync(store.ping)
    except StoreError:
        return JSONResponse({"status": "the store can't be read"}, status_code=503)
    return JSONResponse({"status": "ok"})


ROUTES = (Route("/healthz", healthz),)
