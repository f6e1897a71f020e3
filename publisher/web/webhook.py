"""`/hooks/push`: a forge says that there are new digests.

The request is believed where it proves that it knows `web.webhook_secret`; what it says is not even
read. Whoever builds (`publisher run`) is asked for it through the store, so any number of pushes at
a time are one build. A build pulls what there is: to repeat an old announcement would cost a pull
and change nothing, and it is not even that for a while.
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
# So long an announcement is known again; a forge repeats one that got no answer, or by hand.
REMEMBERED_SECONDS = 600.0
_MOST_REMEMBERED = 1000
_PUSHES = {"", "push", "Push Hook"}

_log = logging.getLogger("publisher.web")


class Remembered:
    """The announcements of the last minutes."""

    def __init__(self) -> None:
        """Remember none."""
        self._marks: OrderedDict[str, float] = OrderedDict()

    def is_new(self, mark: str, now: float) -> bool:
        """Return whether `mark` was not here lately, and remember it; "" is always new."""
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
    """Answer 202 to who knows the secret, and have the sources pulled and built after it."""
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
    # Which event it is nobody has signed; a lie costs a pull at most.
    event = request.headers.get("x-github-event") or request.headers.get("x-gitlab-event", "")
    if event not in _PUSHES:
        return JSONResponse({"status": "ignored"}, status_code=202)
    if not _remembered(request).is_new(proof.mark, time.monotonic()):
        return JSONResponse({"status": "known"}, status_code=202)
    return JSONResponse(
        {"status": "accepted"}, status_code=202, background=BackgroundTask(_ask, context)
    )


async def _ask(context: Context) -> None:
    try:
        await to_thread.run_sync(
            lambda: context.store.tasks.request_run(BUILD, now=context.clock())
        )
    except StoreError as error:
        # Nobody waits for an answer any more. The next pull brings it.
        _log.error("a push was not passed on: %s", error)


def _remembered(request: Request) -> Remembered:
    state = request.app.state
    if not hasattr(state, "pushes"):
        state.pushes = Remembered()
    found = state.pushes
    assert isinstance(found, Remembered)  # noqa: S101 - nobody else writes it
    return found


ROUTES = (Route(PATH, push, methods=["POST"], max_body_size=MOST_BYTES),)
