"""`/preferences/issue/<token>`: topics, language, length and frequency, by the link in an issue.

Issues are forwarded. So the link can do nothing else, shows no address, works for
`subscribing.choices_days` after the message left, and only for somebody who is on the list. Each
change is told to its owner by a mail, with a link that changes it back; where no such mail may
leave, as too many were asked for, nothing is changed.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.routing import Route

from publisher.formatter.pages.subscribe_form import FormOffer, subscribe_form
from publisher.models import SubscriberStatus, Topic
from publisher.newsletter.audience import effective
from publisher.sender.message.tokens import TOKEN_LENGTH, verify_preferences_token
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.mail_requests import MailRequest
from publisher.store.mail.rate_limits import RequestLimits
from publisher.store.people.confirmations import SubscriptionRequest
from publisher.web.readers.forms import (
    ChosenOptions,
    SubscribeChoices,
    preferences_of,
    read_form,
    text_of,
)
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.formatter.pages.subscribe_form import SubscribeForm
    from publisher.models import Subscriber
    from publisher.settings import Settings
    from publisher.web.context import Context

LISTED = (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED)
# The clocks of two machines, and the time zone in which the day of the token was read.
_EARLY = timedelta(days=1)


async def choose(request: Request) -> Response:
    """Show the choices of the link's owner; POST saves others, and tells the owner."""
    view = View(request)
    words = view.words
    token = view.token(TOKEN_LENGTH)
    if not token:
        return view.say_incomplete()
    person = await to_thread.run_sync(owner, token, view.context)
    if person is None:
        again = (view.link("preferences"), words.ask_button)
        return view.say(words.expired, words.expired_lead, links=[again], status=410)
    if request.method != "POST":
        return await _show(view, person, choices_of(person, view.context.settings))
    form = await view.form()
    if text_of(form, "do") != "save":
        raise HTTPException(400)
    return await _save(view, person, form)


def owner(token: str, context: Context) -> Subscriber | None:
    """Return whose choices the token changes, None where it changes nobody's.

    Raises `StoreError`.
    """
    verified = verify_preferences_token(context.store.keys, token)
    if verified is None:
        return None
    subscriber_id, version, day = verified
    days = timedelta(days=context.settings.subscribing.choices_days)
    people = context.store.subscribers
    if not days or not -_EARLY <= context.clock().date() - day <= days:
        return None
    current = people.token_version(subscriber_id)
    person = people.get(subscriber_id)
    is_theirs = current is not None and current % 256 == version
    return person if is_theirs and person is not None and person.status in LISTED else None


def choices_of(
    person: Subscriber, settings: Settings, wrong: tuple[str, ...] = ()
) -> SubscribeChoices:
    """Return what a person gets as a form that was sent with it."""
    return SubscribeChoices(
        chosen=ChosenOptions(person.topics, effective(person.preferences, settings)),
        some=bool(person.topics),
        wrong=wrong,
    )


async def read_choices(view: View, person: Subscriber, form: FormData) -> SubscribeChoices:
    """Return what a form of `choices_form` has; a topic without a page may stay chosen."""
    slugs = {topic.slug for topic in (await view.choices()).topics} | set(person.topics)
    return read_form(form, slugs, with_email=False)


def write_choices(context: Context, person: Subscriber, chosen: ChosenOptions) -> Subscriber:
    """Save the choices of a person, and return the person with them. Raises `StoreError`."""
    people = context.store.subscribers
    people.set_preferences(person.id, chosen.preferences)
    return people.set_topics(person.id, chosen.topics)


async def choices_form(view: View, person: Subscriber, filled: SubscribeChoices) -> SubscribeForm:
    """Return the form with the choices of a person."""
    choices = await view.choices()
    # A topic without a page is none of the site's, and stays chosen all the same.
    others = {*person.topics} - {topic.slug for topic in choices.topics}
    return subscribe_form(
        (*choices.topics, *(Topic(slug, slug) for slug in sorted(others))),
        view.context.settings,
        view.language,
        offer=FormOffer(choices.languages),
        picked=filled.chosen.topics,
        some=filled.some,
        preferences=filled.chosen.preferences,
    )


async def _save(view: View, person: Subscriber, form: FormData) -> Response:
    words, settings = view.words, view.context.settings
    filled = await read_choices(view, person, form)
    if filled.wrong:
        return await _show(view, person, filled, status=422)
    chosen = replace(filled.chosen, preferences=preferences_of(form, person.preferences))
    if chosen.topics == person.topics and (
        effective(chosen.preferences, settings) == effective(person.preferences, settings)
    ):
        return await _show(view, person, filled, notice=words.saved)
    if not await to_thread.run_sync(_tell, view, person):
        return await _show(view, person, filled, notice=words.too_many_changes, status=429)
    changed = await to_thread.run_sync(write_choices, view.context, person, chosen)
    return await _show(view, changed, choices_of(changed, settings), notice=words.saved_and_told)


def _tell(view: View, person: Subscriber) -> bool:
    """Queue the mail about a change; return False where limits forbid it. Raises `StoreError`.

    One that still waits tells of this change too: what is chosen is looked up when it leaves.
    """
    before = SubscriptionRequest(person.email, person.topics, person.preferences).to_json()
    payload = {"by_page": True, "before": before}
    context = view.context
    limits = RequestLimits.of(context.settings.subscribing)
    request = MailRequest(MailKind.CHANGED, person.email, json.dumps(payload), view.network)
    (accepted,) = context.store.mail_requests.accept([request], limits, now=context.clock())
    return accepted


async def _show(
    view: View,
    person: Subscriber,
    filled: SubscribeChoices,
    *,
    notice: str = "",
    status: int = 200,
) -> Response:
    words = view.words
    return view.show(
        "choices",
        title=words.preferences,
        status=status,
        lead=words.choices_lead.format(title=view.title),
        notice=notice,
        wrong=filled.wrong,
        form=await choices_form(view, person, filled),
    )


ROUTES = (Route("/preferences/issue/{token:path}", choose, methods=["GET", "POST"]),)
