"""`/healthz`: whether the app can do its work."""

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
    """Answer 200 where the store can be read, 503 where not; who asks learns nothing else."""
    store = context_of(request).store
    try:
        await to_thread.run_sync(store.ping)
    except StoreError:
        return JSONResponse({"status": "the store can't be read"}, status_code=503)
    return JSONResponse({"status": "ok"})


ROUTES = (Route("/healthz", healthz),)
