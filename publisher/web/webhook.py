"""`/hooks/push`: a forge announces new digests.

The signature of a request must prove `web.webhook_secret`; its content is not parsed. The build is
requested through the store from the process that builds (`publisher run`), so that pushes in quick
succession cause one build. A build pulls the current state: a replayed announcement costs one pull
at most, and is ignored for some minutes.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from publisher.automation.building import BUILD
from publisher.errors import StoreError
from publisher.web.context import context_of
from publisher.web.webhook_signature import Proof

if TYPE_CHECKING:
    from starlette.requests import Request

    from publisher.web.context import Context

PATH = "/hooks/push"
# GitHub sends no more: https://docs.github.com/en/webhooks/webhook-events-and-payloads
MOST_BYTES = 25 * 1024 * 1024
# How long announcements are remembered; forges repeat those without an answer.
REMEMBERED_SECONDS = 600.0
_MOST_REMEMBERED = 1000
_PUSHES = {"", "push", "Push Hook"}

_log = logging.getLogger("publisher.web")


class RecentPushes:
    """The announcements of the last minutes, by their marks."""

    def __init__(self) -> None:
        """Start empty."""
        self._marks: OrderedDict[str, float] = OrderedDict()

    def is_new(self, mark: str, now: float) -> bool:
        """Return whether `mark` is not among the recent ones, and remember it; "" is always new."""
        while self._marks and (
            len(self._marks) >= _MOST_REMEMBERED
            or now - next(iter(self._marks.values())) > REMEMBERED_SECONDS
        ):
            self._marks.popitem(last=False)
        if mark in self._marks:
            return False
        if mark:
            self._marks[mark] = now
        return True


async def push(request: Request) -> JSONResponse:
    """Answer 202 if the signature is right, then request a build, which pulls the sources."""
    context = context_of(request)
    secret = context.settings.web.webhook_secret.reveal()
    if not secret:
        raise HTTPException(404)
    proof = Proof(request.headers, secret, context.clock().timestamp())
    if proof.is_possible:
        async for chunk in request.stream():
            proof.feed(chunk)
    if not proof.is_possible or not proof.holds():
        raise HTTPException(401, headers={"Connection": "close"})
    # The event's name is not signed; a false one costs a pull at most.
    event = request.headers.get("x-github-event") or request.headers.get("x-gitlab-event", "")
    if event not in _PUSHES:
        return JSONResponse({"status": "ignored"}, status_code=202)
    if not _recent_pushes(request).is_new(proof.mark, time.monotonic()):
        return JSONResponse({"status": "known"}, status_code=202)
    return JSONResponse(
        {"status": "accepted"}, status_code=202, background=BackgroundTask(_request_build, context)
    )


async def _request_build(context: Context) -> None:
    try:
        await to_thread.run_sync(
            lambda: context.store.tasks.request_run(BUILD, now=context.clock())
        )
    except StoreError as error:
        # The answer is sent already. The next pull brings the digests.
        _log.error("the build after a push could not be requested: %s", error)


def _recent_pushes(request: Request) -> RecentPushes:
    state = request.app.state
    if not hasattr(state, "pushes"):
        state.pushes = RecentPushes()
    pushes = state.pushes
    assert isinstance(pushes, RecentPushes)  # noqa: S101 - set above
    return pushes


ROUTES = (Route(PATH, push, methods=["POST"], max_body_size=MOST_BYTES),)
