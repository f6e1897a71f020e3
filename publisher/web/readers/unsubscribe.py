"""`/unsubscribe/<token>`: off the list, by a person's click or a mail program's (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.routing import Route

from publisher.sender.message.tokens import verify_token
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.web.context import Context


async def unsubscribe(request: Request) -> Response:
    """GET shows a button. POST unsubscribes, whatever the form says, and any number of times.

    The answer is the same for an unknown token, and 200: a mail program shows nobody an error. It
    wants no cookie and no redirect; what it posts ("List-Unsubscribe=One-Click", urlencoded or as
    multipart/form-data) decides nothing, as the address alone says what is meant.
    """
    view = View(request)
    said = view.said
    if request.method != "POST":
        return view.show(
            "press",
            title=said.leave,
            lead=said.leave_lead.format(title=view.title),
            button=said.leave,
        )
    await view.form()
    token, context = request.path_params["token"], view.context
    await to_thread.run_sync(leave, token, context)
    links = [
        (view.link("subscribe"), said.again),
        (context.settings.site.root, said.to_site),
    ]
    return view.say(said.left, said.left_lead.format(title=view.title), links=links)


def leave(token: str, context: Context) -> None:
    """Take the person of a true token off the list; any other text does nothing.

    Raises `StoreError`.
    """
    people = context.store.subscribers
    subscriber_id, version = verify_token(context.store.keys, token) or (0, -1)
    # Looked up for a false one too: how long it takes must tell nothing.
    known = people.token_version(subscriber_id)
    if known is not None and known % 256 == version:
        people.unsubscribe(subscriber_id, now=context.clock(), detail="on the web, from a link")


ROUTES = (Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"]),)
