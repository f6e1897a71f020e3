"""`/unsubscribe/<token>`: unsubscribe by a click of a person or of a mail program (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.routing import Route

from publisher.sender.message.list_headers import mailto
from publisher.sender.message.tokens import TOKEN_LENGTH, verify_token
from publisher.web.readers.forms import text_of
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.web.context import Context

_FIELD, _ONE_CLICK = "List-Unsubscribe", "one-click"


async def unsubscribe(request: Request) -> Response:
    """Show a button; POST unsubscribes. A link that is not whole says so, whatever the method.

    A mail program's click, which RFC 8058 marks by the field "List-Unsubscribe=One-Click"
    (urlencoded or multipart/form-data), is answered with 200 all the same, as such programs show no
    pages. They support neither cookies nor redirects.
    """
    view = View(request)
    words = view.words
    is_press = request.method == "POST"
    form = await view.form() if is_press else None
    token, context = view.token(TOKEN_LENGTH), view.context
    if not await to_thread.run_sync(leave if is_press else is_valid, token, context):
        is_one_click = form is not None and text_of(form, _FIELD).lower() == _ONE_CLICK
        return _incomplete(view, 200 if is_one_click else 410)
    if not is_press:
        return view.show(
            "press",
            title=words.leave,
            lead=words.leave_lead.format(title=view.title),
            button=words.leave,
        )
    links = [
        (view.link("subscribe"), words.again),
        (context.settings.site.root, words.to_site),
    ]
    return view.say(words.left, words.left_lead.format(title=view.title), links=links)


def is_valid(token: str, context: Context) -> bool:
    """Return whether `token` unsubscribes somebody, or did: they may have been erased since.

    Raises `StoreError`.
    """
    verified = verify_token(context.store.keys, token)
    if verified is None:
        return False
    subscriber_id, version = verified
    current = context.store.subscribers.token_version(subscriber_id)
    return current is None or current % 256 == version


def leave(token: str, context: Context) -> bool:
    """Unsubscribe the person of a valid token; return whether it is one. Raises `StoreError`."""
    verified = verify_token(context.store.keys, token)
    if verified is None or not is_valid(token, context):
        return False
    context.store.subscribers.unsubscribe(
        verified[0], now=context.clock(), detail="on the web, from a link"
    )
    return True


def _incomplete(view: View, status: int) -> Response:
    """Say that the link is not whole, and how to leave without it."""
    words, settings = view.words, view.context.settings
    address = settings.mail.unsubscribe_address or settings.inbox_address
    links = [(view.link("preferences"), words.ask_button)]
    lead = words.leave_by_page
    if address:
        links = [(f"{mailto(address)}?subject=unsubscribe", words.leave_by_mail_button), *links]
        lead = words.leave_by_mail.format(address=address, title=view.title)
    return view.say(words.incomplete, words.incomplete_lead, lead, links=links, status=status)


ROUTES = (
    Route("/unsubscribe", unsubscribe, methods=["GET", "POST"]),
    Route("/unsubscribe/{token:path}", unsubscribe, methods=["GET", "POST"]),
)
