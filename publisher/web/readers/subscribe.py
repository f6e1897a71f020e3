"""`/subscribe` and `/confirm/<token>`: onto the list, with a mail in between."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.routing import Route

from publisher.formatter.pages.subscribe_form import subscribe_form
from publisher.sender.one_time_tokens import TOKEN_LENGTH, token_hash
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.mail_requests import MailRequest
from publisher.store.people.confirmations import RedeemOutcome, SubscriptionRequest
from publisher.web.readers.forms import preselected, read_form
from publisher.web.readers.spam_protection import network_of
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response

    from publisher.models import Topic
    from publisher.web.readers.forms import SubscribeChoices

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}")


async def subscribe(request: HttpRequest) -> Response:
    """GET shows the form, POST asks for the mail; the answer is the same whoever is on the list."""
    view = View(request)
    topics = await view.topics()
    slugs = {topic.slug for topic in topics}
    if request.method != "POST":
        return _form(view, topics, preselected(request.query_params.getlist("topic"), slugs))
    form = await view.form()
    filled = read_form(form, slugs)
    if filled.wrong:
        return _form(view, topics, filled, status=422)
    if view.is_trapped(form):
        return _sent(view, filled)
    if not view.is_guarded(form):
        # From a page of the site, which can't say when it was shown; or too soon.
        return _form(view, topics, filled, notice=view.said.check)
    asked = SubscriptionRequest(
        filled.address, filled.chosen.topics, filled.chosen.preferences, origin=view.address
    )
    payload = json.loads(asked.to_json()) | {
        "by_page": True,
        "letter_language": view.mail_language.value,
    }
    await view.readers.asking.ask(
        MailRequest(
            MailKind.CONFIRM,
            asked.email,
            json.dumps(payload, ensure_ascii=False),
            network_of(view.address),
        )
    )
    return _sent(view, filled)


async def confirm(request: HttpRequest) -> Response:
    """GET shows a button, whatever the token; POST confirms, once."""
    view = View(request)
    said = view.said
    if request.method != "POST":
        return view.show(
            "press",
            title=said.confirm,
            lead=said.confirm_lead.format(title=view.title),
            button=said.confirm_button,
        )
    token, context = request.path_params["token"], view.context
    outcome, asked = RedeemOutcome.UNKNOWN, None
    if _TOKEN.fullmatch(token):
        outcome, asked = await to_thread.run_sync(
            lambda: context.store.confirmations.redeem(
                token_hash=token_hash(token),
                now=context.clock(),
                detail="on the web, from a link",
                origin=view.address,
            )
        )
    to_site = (context.settings.site.root, said.to_site)
    if outcome is RedeemOutcome.UNKNOWN or asked is None:
        again = (view.link("subscribe"), said.again)
        return view.say(said.expired, said.expired_lead, links=[again, to_site], status=410)
    names = {topic.slug: topic.name for topic in await view.topics()}
    chosen = said.list_comma.join(names.get(slug, slug) for slug in asked.topics)
    return view.say(
        said.confirmed,
        said.already
        if outcome is RedeemOutcome.ALREADY
        else said.confirmed_lead.format(title=view.title, email=asked.email),
        *([said.confirmed_topics.format(topics=chosen)] if chosen else []),
        links=[to_site],
    )


def _form(
    view: View,
    topics: Sequence[Topic],
    filled: SubscribeChoices,
    *,
    notice: str = "",
    status: int = 200,
) -> Response:
    said, chosen = view.said, filled.chosen
    return view.guarded(
        "subscribe",
        title=said.subscribe,
        status=status,
        lead=said.subscribe_lead.format(title=view.title),
        notice=notice,
        email=filled.email,
        wrong=filled.wrong,
        form=subscribe_form(
            topics,
            view.context.settings,
            view.language,
            picked=chosen.topics,
            some=filled.some,
            preferences=chosen.preferences,
        ),
    )


def _sent(view: View, filled: SubscribeChoices) -> Response:
    said = view.said
    to_site = (view.context.settings.site.root, said.to_site)
    lead = said.sent_lead.format(email=filled.email)
    return view.say(said.sent, lead, said.sent_help, links=[to_site])


ROUTES = (
    Route("/subscribe", subscribe, methods=["GET", "POST"]),
    Route("/confirm/{token}", confirm, methods=["GET", "POST"]),
)
