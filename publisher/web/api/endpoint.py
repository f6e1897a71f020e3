"""Routes made from the operations: authorize, validate, run in a thread, answer."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, TypeVar

import msgspec
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from publisher.printable import printable
from publisher.translation import SOURCE_LANGUAGE, using
from publisher.web.api import issues, publishing, subscribers
from publisher.web.api.access import Buckets, authorize
from publisher.web.api.openapi import BASE, document
from publisher.web.api.operation import Call
from publisher.web.context import context_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from publisher.web.api.operation import Operation, Reply

OPERATIONS: tuple[Operation, ...] = (
    *subscribers.OPERATIONS,
    *issues.OPERATIONS,
    *publishing.OPERATIONS,
)
MOST_BODY_BYTES = 65_536
# Beyond this the framework itself answers, without problem details.
_FRAMEWORKS_LIMIT = 100 * MOST_BODY_BYTES
Struct = TypeVar("Struct", bound=msgspec.Struct)


def endpoint(operations: Sequence[Operation]) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of one path, whose operations differ by method."""
    by_method = {operation.method: operation for operation in operations}

    async def answer(request: Request) -> Response:
        # Starlette routes HEAD to GET.
        operation = by_method["GET" if request.method == "HEAD" else request.method]
        _slow_down(request)
        body = await _read(request) if operation.body else b""
        reply = await to_thread.run_sync(_run, operation, request, body)
        headers = {"Location": f"{BASE}{reply.location}"} if reply.location else {}
        if reply.content is None:
            return Response(status_code=reply.status, headers=headers)
        return Response(
            msgspec.json.encode(reply.content),
            status_code=reply.status,
            headers=headers,
            media_type="application/json",
        )

    return answer


async def _read(request: Request) -> bytes:
    """Return the body. Raises `HTTPException` 413 as soon as it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            raise HTTPException(413, headers={"Connection": "close"})
    return bytes(body)


def _run(operation: Operation, request: Request, body: bytes) -> Reply:
    context = context_of(request)
    header = request.headers.get("authorization", "")
    token = authorize(context.store, header, operation.scope, context.clock())
    parameters = parameters_of(
        operation.parameters, request.path_params, request.query_params.multi_items()
    )
    content = None
    if operation.body is not None:
        content = body_of(operation.body, request.headers.get("content-type", ""), body)
    # Programs read the answers, and they are the same on every server.
    with using(SOURCE_LANGUAGE):
        return operation.run(Call(context, token, parameters, content))


def parameters_of(
    kind: type[Struct], path: dict[str, str], query: Sequence[tuple[str, str]]
) -> Struct:
    """Return the parameters as `kind`.

    Raises `HTTPException`: 404 for an impossible name in the path, 422 for anything else.
    """
    names = [name for name, _ in query]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise HTTPException(422, f"{printable(twice, 50)}: given twice")
    values = {**dict(query), **path}
    # A pattern's "$" matches before a line end too.
    if odd := next((name for name, text in values.items() if "\n" in text), ""):
        raise HTTPException(404 if odd in path else 422, f"{printable(odd, 50)}: a line end")
    if len(values) < len(query) + len(path):
        raise HTTPException(422, "a parameter of the path is in the query too")
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        in_path = any(f"`$.{name}`" in str(error) for name in path)
        raise HTTPException(404 if in_path else 422, "" if in_path else str(error)) from error


def body_of(kind: type[Struct], media_type: str, body: bytes) -> Struct:
    """Return the body as `kind`.

    Raises `HTTPException`: 415 for another media type, 400 for invalid JSON, 422 for JSON of
    another form.
    """
    if media_type.partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "the body must be application/json")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise HTTPException(422, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(400, "the body is not JSON") from error


def _slow_down(request: Request) -> None:
    """Raise `HTTPException` 429 for a client over the limit, before anything is looked up."""
    state = request.app.state
    if not hasattr(state, "api_buckets"):
        state.api_buckets = Buckets(context_of(request).settings.web.api_per_minute)
    client = request.client.host if request.client else ""
    seconds = state.api_buckets.wait_for(client, time.monotonic())
    if seconds:
        raise HTTPException(429, headers={"Retry-After": str(math.ceil(seconds))})


_DOCUMENT = msgspec.json.encode(document(OPERATIONS))


async def openapi(_request: Request) -> Response:
    """Answer with the document, which is public."""
    return Response(_DOCUMENT, media_type="application/json")


def _routes() -> tuple[Route, ...]:
    paths: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, []).append(operation)
    return tuple(
        Route(
            BASE + path,
            endpoint(operations),
            methods=[operation.method for operation in operations],
            max_body_size=_FRAMEWORKS_LIMIT,
        )
        for path, operations in paths.items()
    )


ROUTES = (Route(f"{BASE}/openapi.json", openapi), *_routes())
