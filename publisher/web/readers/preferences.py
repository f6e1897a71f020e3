"""`/preferences`: a subscriber's preferences, by a personal link that is mailed on request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from publisher.formatter.i18n.words import counted
from publisher.formatter.pages.subscribe_form import subscribe_form
from publisher.models import SubscriberStatus
from publisher.sender.one_time_tokens import TOKEN_LENGTH, token_hash
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.mail_requests import MailRequest
from publisher.web.readers.choices import (
    LISTED,
    choices_form,
    choices_of,
    read_choices,
    write_choices,
)
from publisher.web.readers.forms import SubscribeChoices, preferences_of, read_form, text_of
from publisher.web.readers.views import View

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from publisher.models import Subscriber


async def ask(request: Request) -> Response:
    """Show a form for the address; POST has the link mailed, if the address is on the list."""
    view = View(request)
    if request.method != "POST":
        return _ask(view, SubscribeChoices())
    form = await view.form()
    filled = read_form(form, ())
    if "email" in filled.wrong:
        return _ask(view, filled, status=422)
    if not view.is_trapped(form):
        if not view.is_guarded(form):
            stamp = view.kept_stamp(form)
            return _ask(view, filled, notice=view.words.ask_check, stamp=stamp)
        payload = {"by_page": True, "letter_language": view.mail_language.value}
        await view.readers.asking.ask(
            MailRequest(MailKind.PREFERENCES, filled.address, json.dumps(payload), view.network)
        )
    words = view.words
    held = counted(view.context.settings.subscribing.preferences_hours, words.hour, words.hours)
    return view.say(
        words.asked, words.asked_lead.format(email=filled.email, hours=held), words.sent_help
    )


async def preferences(request: Request) -> Response:
    """Show the preferences of the link's owner; POST does what its field `do` names."""
    view = View(request)
    store, now = view.context.store, view.context.clock()
    token = view.token(TOKEN_LENGTH)
    if not token:
        return view.say_incomplete()
    hashed = token_hash(token)

    def owner() -> Subscriber | None:
        email = store.confirmations.owner_of(hashed, now=now)
        return store.subscribers.find(email) if email else None

    person = await to_thread.run_sync(owner)
    if person is None:
        words = view.words
        again = (view.link("preferences"), words.ask_button)
        return view.say(words.expired, words.expired_lead, links=[again], status=410)
    if request.method != "POST":
        return await _show(view, person)
    form = await view.form()
    action = _ACTIONS.get(text_of(form, "do"))
    if action is None:
        raise HTTPException(400)
    return await action(view, person, form)


async def _save(view: View, person: Subscriber, form: FormData) -> Response:
    filled = await read_choices(view, person, form)
    if filled.wrong:
        return await _show(view, person, filled=filled, status=422)
    chosen = replace(filled.chosen, preferences=preferences_of(form, person.preferences))
    changed = await to_thread.run_sync(write_choices, view.context, person, chosen)
    return await _show(view, changed, notice=view.words.saved)


async def _pause(view: View, person: Subscriber, form: FormData) -> Response:
    days, now = text_of(form, "days"), view.context.clock()
    if days not in view.words.pauses:
        raise HTTPException(400)
    until = now + timedelta(days=int(days)) if int(days) else None
    people = view.context.store.subscribers
    await to_thread.run_sync(lambda: people.pause(person.id, until=until, now=now))
    return await _again(view, person)


async def _resume(view: View, person: Subscriber, _form: FormData) -> Response:
    people, now = view.context.store.subscribers, view.context.clock()
    await to_thread.run_sync(lambda: people.resume(person.id, now=now))
    return await _again(view, person)


async def _leave(view: View, person: Subscriber, _form: FormData) -> Response:
    people, now = view.context.store.subscribers, view.context.clock()
    await to_thread.run_sync(
        lambda: people.unsubscribe(person.id, now=now, detail="on the web, in the preferences")
    )
    return await _again(view, person)


async def _export(view: View, person: Subscriber, _form: FormData) -> Response:
    data = await to_thread.run_sync(view.context.store.subscribers.export_person, person.email)
    return Response(
        json.dumps(data, ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


async def _erase(view: View, person: Subscriber, form: FormData) -> Response:
    if text_of(form, "sure") != "yes":
        return await _show(
            view, person, filled=choices_of(person, view.context.settings, ("sure",)), status=422
        )
    people, now = view.context.store.subscribers, view.context.clock()
    await to_thread.run_sync(
        lambda: people.erase(person.email, now=now, detail="on the web, in the preferences")
    )
    return view.say(view.words.erased, view.words.erased_lead)


_ACTIONS = {
    "save": _save,
    "pause": _pause,
    "resume": _resume,
    "leave": _leave,
    "export": _export,
    "erase": _erase,
}


async def _again(view: View, person: Subscriber) -> Response:
    current = await to_thread.run_sync(view.context.store.subscribers.get, person.id)
    return await _show(view, current or person, notice=view.words.saved)


async def _show(
    view: View,
    person: Subscriber,
    *,
    filled: SubscribeChoices | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    words, settings = view.words, view.context.settings
    shown = filled or choices_of(person, settings)
    state = words.states[person.status]
    if person.suppression is not None and not person.suppression.is_bounce:
        state = words.blocked
    if person.status is SubscriberStatus.PAUSED and person.paused_until is not None:
        day = person.paused_until.astimezone(settings.site.zone)
        state = words.paused_until.format(day=f"{day:%Y-%m-%d}")
    mail = settings.mail
    return view.show(
        "preferences",
        title=words.preferences,
        status=status,
        email=person.email,
        state=state,
        notice=notice,
        wrong=shown.wrong,
        listed=person.status in LISTED,
        suppressed=person.status is SubscriberStatus.SUPPRESSED,
        may_return=person.suppression is None or person.suppression.is_bounce,
        paused=person.status is SubscriberStatus.PAUSED,
        help=mail.help_address or mail.reply_to or mail.from_address,
        form=await choices_form(view, person, shown),
    )


def _ask(
    view: View,
    filled: SubscribeChoices,
    *,
    notice: str = "",
    stamp: str = "",
    status: int = 200,
) -> Response:
    return view.guarded(
        "ask",
        title=view.words.preferences,
        stamp=stamp,
        status=status,
        notice=notice,
        email=filled.email,
        wrong=filled.wrong,
        form=subscribe_form((), view.context.settings, view.language),
    )


ROUTES = (
    Route("/preferences", ask, methods=["GET", "POST"]),
    Route("/preferences/{token:path}", preferences, methods=["GET", "POST"]),
)
