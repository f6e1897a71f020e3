"""Login by a link that works once, from the command line or by mail; there are no passwords.

Mail scanners follow links, so the page of a link only shows a button, whose POST logs in.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publisher.addresses import find_same, normalise_email
from publisher.sender.one_time_tokens import TOKEN_LENGTH, new_token, token_hash
from publisher.translation import _, using
from publisher.web.context import context_of
from publisher.web.operator import auth
from publisher.web.operator.frame import outside_page
from publisher.web.pages import operator_language

if TYPE_CHECKING:
    from starlette.requests import Request

    from publisher.web.context import Context

_LINKS_PER_HOUR = 5


async def ask(request: Request) -> Response:
    """Show how to log in; POST has a link mailed to an operator.

    The answer is the same for every address, and is sent before the address is checked.
    """
    if request.method != "POST":
        return _login_page(request, asked=False)
    if not auth.from_here(request.headers, context_of(request).settings.web.root):
        raise HTTPException(403)
    fields = dict(await auth.read_form(request))
    response = _login_page(request, asked=True)
    language = operator_language(request)
    response.background = BackgroundTask(
        to_thread.run_sync,
        partial(mail_link, context_of(request), fields.get("email", ""), language),
    )
    return response


def _login_page(request: Request, *, asked: bool) -> Response:
    with using(operator_language(request)):
        return outside_page(request, "web/operator/login.html.j2", title=_("Operator"), asked=asked)


def mail_link(context: Context, address: str, language: str) -> None:
    """Have a link mailed to `address` if it is an operator's and had few links lately."""
    # To the address of the settings, not to one that is only equal to it in our eyes.
    email = find_same(address, context.settings.operator.addresses)
    if email is None:
        return
    email, now = normalise_email(email), context.clock()
    if context.store.operators.links_since(now - timedelta(hours=1), email) < _LINKS_PER_HOUR:
        payload = json.dumps({"language": language})
        context.store.outgoing_queue.put("login", email, payload, now=now)


async def enter(request: Request) -> Response:
    """Show the button that logs in; POST begins a session."""
    token = str(request.path_params["token"])
    if request.method != "POST":
        with using(operator_language(request)):
            return outside_page(request, "web/operator/enter.html.j2", title=_("Log in"))
    context = context_of(request)
    client = request.client.host if request.client else ""
    if not auth.from_here(request.headers, context.settings.web.root):
        raise HTTPException(403)
    if not context.login_throttle.allowed(client):
        raise HTTPException(429, headers={"Retry-After": "600"})
    session = await to_thread.run_sync(partial(_begin, context, token))
    if session is None:
        context.login_throttle.failed(client)
        with using(operator_language(request)):
            title = _("This link no longer works")
            return outside_page(request, "web/operator/spent.html.j2", title=title, status=403)
    response = RedirectResponse(auth.HOME, status_code=303)
    response.set_cookie(
        auth.cookie_name(context.settings),
        session,
        max_age=int(context.settings.operator.session_hours * 3600),
        path="/",
        secure=auth.is_https(context.settings),
        httponly=True,
        samesite="strict",
    )
    return response


def _begin(context: Context, token: str) -> str | None:
    if len(token) != TOKEN_LENGTH:
        return None
    now = context.clock()
    session = new_token()
    operator = context.store.operators.log_in(
        token_hash(token),
        session.token_hash,
        now=now,
        expires=now + timedelta(hours=context.settings.operator.session_hours),
    )
    return session.token if operator else None


def leave(request: auth.OperatorRequest) -> Response:
    """End this session, or all of the operator's."""
    everywhere = request.field("everywhere") == "yes"
    request.store.operators.log_out(
        token_hash(request.session), everywhere=everywhere, now=request.now
    )
    response = RedirectResponse(auth.LOGIN, status_code=303)
    response.delete_cookie(
        auth.cookie_name(request.settings),
        path="/",
        secure=auth.is_https(request.settings),
        httponly=True,
        samesite="strict",
    )
    return response


ROUTES = (
    Route("/operator/login", ask, methods=["GET", "POST"]),
    Route("/operator/login/{token}", enter, methods=["GET", "POST"]),
    Route("/operator/logout", auth.guarded(leave), methods=["POST"]),
)
