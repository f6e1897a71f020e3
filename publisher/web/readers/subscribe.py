"""`/subscribe` and `/confirm/<token>`: the way onto the list, with a mail in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.routing import Route

from publisher.formatter.pages.subscribe_form import subscribe_form
from publisher.sender.one_time_tokens import TOKEN_LENGTH, token_hash
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.mail_requests import MailRequest
from publisher.store.people.confirmations import RedeemOutcome, SubscriptionRequest
from publisher.web.readers.forms import preselected, read_form
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response

    from publisher.web.readers.forms import SubscribeChoices
    from publisher.web.readers.site_choices import SiteChoices


async def subscribe(request: HttpRequest) -> Response:
    """Show the form; POST requests the mail, with the same answer for every address."""
    view = View(request)
    choices = await view.choices()
    slugs = {topic.slug for topic in choices.topics}
    if request.method != "POST":
        return _form(view, choices, preselected(request.query_params.getlist("topic"), slugs))
    form = await view.form()
    filled = read_form(form, slugs)
    if filled.wrong:
        return _form(view, choices, filled, status=422)
    if view.is_trapped(form):
        return _sent(view, filled)
    if not view.is_guarded(form):
        # Sent too soon, or from a static page of the site, which has no stamp.
        return _form(view, choices, filled, notice=view.words.check)
    requested = SubscriptionRequest(
        filled.address, filled.chosen.topics, filled.chosen.preferences, origin=view.address
    )
    payload = json.loads(requested.to_json()) | {
        "by_page": True,
        "letter_language": view.mail_language.value,
    }
    await view.readers.asking.ask(
        MailRequest(
            MailKind.CONFIRM,
            requested.email,
            json.dumps(payload, ensure_ascii=False),
            view.network,
        )
    )
    return _sent(view, filled)


async def confirm(request: HttpRequest) -> Response:
    """Show a button for a whole link, whatever the token; POST confirms, once."""
    view = View(request)
    words = view.words
    token, context = view.token(TOKEN_LENGTH), view.context
    if not token:
        return view.say_incomplete()
    if request.method != "POST":
        return view.show(
            "press",
            title=words.confirm,
            lead=words.confirm_lead.format(title=view.title),
            button=words.confirm_button,
        )
    outcome, requested = await to_thread.run_sync(
        lambda: context.store.confirmations.redeem(
            token_hash=token_hash(token),
            now=context.clock(),
            detail="on the web, from a link",
            origin=view.address,
        )
    )
    to_site = (context.settings.site.root, words.to_site)
    if outcome is RedeemOutcome.UNKNOWN or requested is None:
        again = (view.link("subscribe"), words.again)
        return view.say(words.expired, words.expired_lead, links=[again, to_site], status=410)
    names = {topic.slug: topic.name for topic in (await view.choices()).topics}
    chosen = words.list_comma.join(names.get(slug, slug) for slug in requested.topics)
    return view.say(
        words.confirmed,
        words.already
        if outcome is RedeemOutcome.ALREADY
        else words.confirmed_lead.format(title=view.title, email=requested.email),
        *([words.confirmed_topics.format(topics=chosen)] if chosen else []),
        links=[to_site],
    )


def _form(
    view: View,
    choices: SiteChoices,
    filled: SubscribeChoices,
    *,
    notice: str = "",
    status: int = 200,
) -> Response:
    words, chosen = view.words, filled.chosen
    return view.guarded(
        "subscribe",
        title=words.subscribe,
        status=status,
        lead=words.subscribe_lead.format(title=view.title),
        notice=notice,
        email=filled.email,
        wrong=filled.wrong,
        form=subscribe_form(
            choices.topics,
            view.context.settings,
            view.language,
            languages=choices.languages,
            picked=chosen.topics,
            some=filled.some,
            preferences=chosen.preferences,
        ),
    )


def _sent(view: View, filled: SubscribeChoices) -> Response:
    words = view.words
    to_site = (view.context.settings.site.root, words.to_site)
    lead = words.sent_lead.format(email=filled.email)
    return view.say(words.sent, lead, words.sent_help, links=[to_site])


ROUTES = (
    Route("/subscribe", subscribe, methods=["GET", "POST"]),
    Route("/confirm", confirm, methods=["GET", "POST"]),
    Route("/confirm/{token:path}", confirm, methods=["GET", "POST"]),
)
