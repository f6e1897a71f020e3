"""`/unsubscribe/<token>`: unsubscribe by a click of a person or of a mail program (RFC 8058)."""

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
    """Show a button; POST unsubscribes, whatever the form contains.

    The answer is 200 for an unknown token too, as mail programs show no errors. They support
    neither cookies nor redirects. The body ("List-Unsubscribe=One-Click", urlencoded or
    multipart/form-data) is ignored, as the URL says everything.
    """
    view = View(request)
    words = view.words
    if request.method != "POST":
        return view.show(
            "press",
            title=words.leave,
            lead=words.leave_lead.format(title=view.title),
            button=words.leave,
        )
    await view.form()
    token, context = request.path_params["token"], view.context
    await to_thread.run_sync(leave, token, context)
    links = [
        (view.link("subscribe"), words.again),
        (context.settings.site.root, words.to_site),
    ]
    return view.say(words.left, words.left_lead.format(title=view.title), links=links)


def leave(token: str, context: Context) -> None:
    """Unsubscribe the person of a valid token; any other text does nothing.

    Raises `StoreError`.
    """
    people = context.store.subscribers
    subscriber_id, version = verify_token(context.store.keys, token) or (0, -1)
    # Looked up for an invalid token too, so that the time reveals nothing.
    current = people.token_version(subscriber_id)
    if current is not None and current % 256 == version:
        people.unsubscribe(subscriber_id, now=context.clock(), detail="on the web, from a link")


ROUTES = (Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"]),)
