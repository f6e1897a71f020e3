"""`/subscribe` and `/confirm/<token>`: the way onto the list, with a mail in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.routing import Route

from publisher.formatter.i18n.schedule import first_due
from publisher.formatter.pages.subscribe_form import FormOffer, subscribe_form
from publisher.formatter.sample_issue import sample_issue
from publisher.newsletter.audience import offered_frequency
from publisher.sender.one_time_tokens import TOKEN_LENGTH, token_hash
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.mail_requests import MailRequest
from publisher.store.people.confirmations import RedeemOutcome, SubscriptionRequest
from publisher.web.readers.forms import preselected, read_form
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response

    from publisher.formatter.pages.subscribe_form import SubscribeForm
    from publisher.models import Frequency
    from publisher.web.readers.forms import SubscribeChoices
    from publisher.web.readers.site_choices import SiteChoices


async def subscribe(request: HttpRequest) -> Response:
    """Show the form; POST requests the mail, with the same answer for every address.

    See spam_protection.py for what is asked to press once more.
    """
    view = View(request)
    choices = await view.choices()
    slugs = {topic.slug for topic in choices.topics}
    if request.method != "POST":
        chosen = preselected(request.query_params.getlist("topic"), slugs)
        return await _form(view, choices, chosen)
    form = await view.form()
    filled = read_form(form, slugs)
    if filled.wrong:
        return await _form(view, choices, filled, status=422)
    if view.is_trapped(form):
        return await _sent(view, filled)
    if not view.is_guarded(form) and not view.may_skip_stamp(form):
        return await _once_more(view, choices, filled, form)
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
    return await _sent(view, filled)


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
        _first_due(view, requested.preferences.frequency),
        links=[to_site],
    )


async def _form(
    view: View, choices: SiteChoices, filled: SubscribeChoices, *, status: int = 200
) -> Response:
    words = view.words
    return view.guarded(
        "subscribe",
        title=words.subscribe,
        status=status,
        lead=words.subscribe_lead.format(title=view.title),
        email=filled.email,
        wrong=filled.wrong,
        form=await _options(view, choices, filled),
    )


async def _once_more(
    view: View, choices: SiteChoices, filled: SubscribeChoices, form: FormData
) -> Response:
    """Show what was chosen with one button, which has the stamp that was missing."""
    words, stamp = view.words, view.kept_stamp(form)
    return view.guarded(
        "once_more",
        title=words.send_to.format(email=filled.email),
        stamp=stamp,
        notice=words.too_soon if stamp else "",
        filled=filled,
        form=await _options(view, choices, filled),
    )


async def _options(view: View, choices: SiteChoices, filled: SubscribeChoices) -> SubscribeForm:
    settings, chosen = view.context.settings, filled.chosen
    return subscribe_form(
        choices.topics,
        settings,
        view.language,
        offer=FormOffer(choices.languages, await to_thread.run_sync(sample_issue, settings)),
        picked=chosen.topics,
        some=filled.some,
        preferences=chosen.preferences,
    )


async def _sent(view: View, filled: SubscribeChoices) -> Response:
    words, settings = view.words, view.context.settings
    sample = await to_thread.run_sync(sample_issue, settings)
    to_sample = [(sample, words.sample)] if sample else []
    return view.say(
        words.sent,
        words.sent_lead.format(email=filled.email),
        _first_due(view, filled.chosen.preferences.frequency),
        words.sent_help,
        links=[*to_sample, (settings.site.root, words.to_site)],
    )


def _first_due(view: View, preference: Frequency | None) -> str:
    """Return how often issues come to somebody with this preference, and when the next one does."""
    settings = view.context.settings
    frequency = offered_frequency(preference, settings.newsletter.frequencies)
    return first_due(view.words, frequency, settings, view.context.clock())


ROUTES = (
    Route("/subscribe", subscribe, methods=["GET", "POST"]),
    Route("/confirm", confirm, methods=["GET", "POST"]),
    Route("/confirm/{token:path}", confirm, methods=["GET", "POST"]),
)
