"""Answers for exceptions: a page for people, JSON for programs."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from publisher.errors import PublisherError, SubscriberError
from publisher.translation import using
from publisher.web.operator.frame import outside_page
from publisher.web.pages import OPERATOR, operator_language, page, words_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from starlette.requests import Request
    from starlette.types import ExceptionHandler

_log = logging.getLogger("publisher.web")


def problem(
    request: Request, status: int, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error answer: JSON (RFC 9457) under /api/ or on request, else a page."""
    if _wants_json(request):
        content = {"title": HTTPStatus(status).phrase, "status": status}
        return JSONResponse(
            content | ({"detail": detail} if detail else {}),
            status_code=status,
            headers=dict(headers or {}),
            media_type="application/problem+json",
        )
    words = words_for(request)
    shown = words.problems.get(str(status), words.problems["other"])
    if request.url.path.startswith(OPERATOR):
        show, template = outside_page, "web/operator/problem.html.j2"
    else:
        show, template = page, "web/problem.html.j2"
    with using(operator_language(request)):
        return show(
            request,
            template,
            title=shown.title,
            status=status,
            headers=headers,
            detail=detail or shown.help,
        )


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - HANDLERS registers it for this type
    # The framework's phrases are for developers.
    phrase = HTTPStatus(error.status_code).phrase
    detail = "" if error.detail == phrase else error.detail
    return problem(request, error.status_code, detail, error.headers)


async def _refused(request: Request, error: Exception) -> Response:
    return problem(request, 400, str(error))


async def _gone(_request: Request, _error: Exception) -> Response:
    # The client is gone, so nobody reads it.
    return Response(status_code=400)


async def _failed(request: Request, error: Exception) -> Response:
    # The text may name a path, a host or an address, so it goes to the log only.
    _log.error("%s", error)
    return problem(request, 503, headers={"Retry-After": "30"})


async def _unexpected(request: Request, error: Exception) -> Response:
    # The server logs the traceback, which shows no values.
    del error
    return problem(request, 500)


HANDLERS: Mapping[Any, ExceptionHandler] = {
    HTTPException: _of_http,
    ClientDisconnect: _gone,
    SubscriberError: _refused,
    PublisherError: _failed,
    Exception: _unexpected,
}


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    prefers_json = "application/json" in accept and "text/html" not in accept
    return prefers_json or request.url.path.startswith("/api/")
