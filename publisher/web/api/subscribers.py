"""The people on the list."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from msgspec import UNSET
from starlette.exceptions import HTTPException

from publisher.addresses import clean_name, normalise_email
from publisher.errors import SubscriberError
from publisher.models import Preferences, SubscriberStatus
from publisher.printable import printable
from publisher.sender.transactional_message import MailKind
from publisher.store.mail.rate_limits import RequestLimits
from publisher.store.people.confirmations import SubscriptionRequest
from publisher.store.people.search import SubscriberQuery
from publisher.web.api import model
from publisher.web.api.operation import Operation, Reply
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from publisher.models import Subscriber
    from publisher.web.api.operation import Call

_UNKNOWN = {404: "There is no such subscriber."}


def shown(person: Subscriber) -> model.Subscriber:
    """Return a person as the API shows them."""
    return model.Subscriber(
        id=person.id,
        email=person.email,
        name=person.name,
        status=person.status,
        topics=list(person.topics),
        language=person.preferences.language,
        length=person.preferences.length,
        frequency=person.preferences.frequency,
        created_at=person.created_at.astimezone(UTC),
        confirmed_at=person.confirmed_at,
        paused_until=person.paused_until,
    )


def _list(call: Call) -> Reply:
    asked: model.Search = call.parameters
    wanted = SubscriberQuery(
        asked.q,
        "" if asked.topic is UNSET else asked.topic,
        None if asked.status is UNSET else asked.status,
    )
    before = 0 if asked.cursor is UNSET else int(asked.cursor)
    found = call.context.store.subscribers.search(wanted, before=before, size=asked.limit)
    items = [shown(person) for person in found.people]
    return Reply(model.Page(items=items, next=str(found.older) if found.older else None))


def _add(call: Call) -> Reply:
    """Ask somebody to confirm by mail, or add who has agreed already."""
    asked: model.NewSubscriber = call.body
    try:
        email, name = normalise_email(asked.email), clean_name(asked.name)
    except SubscriberError as error:
        raise HTTPException(422, str(error)) from error
    _check_topics(asked.topics)
    if asked.confirmed and not asked.note.strip():
        raise HTTPException(422, "note: say how the person agreed")
    preferences = Preferences(asked.language, asked.length, asked.frequency)
    store, now = call.context.store, call.context.clock()
    known = store.subscribers.find(email)
    if known is not None and known.status in (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED):
        raise HTTPException(409, "this address is on the list already")
    if not asked.confirmed:
        if store.suppressions.find(email) is not None and known is not None:
            raise HTTPException(409, "this address gets no mail; the person has to come themselves")
        _ask(call, SubscriptionRequest(email, tuple(sorted(set(asked.topics))), preferences, name))
        return Reply(model.Asked(email=email), 202)
    detail = f"by {call.by}: {printable(' '.join(asked.note.split()), 1000)}"
    try:
        store.subscribers.add(email, name, asked.topics, preferences, now=now, detail=detail)
        person = store.subscribers.confirm(email, now=now, detail=detail)
    except SubscriberError as error:  # somebody else was quicker
        raise HTTPException(409, "this address is on the list already") from error
    store.audit_log.note(call.by, "subscriber added", f"subscriber {person.id}", now=now)
    return Reply(shown(person), 201, location=f"/subscribers/{person.id}")


def _ask(call: Call, request: SubscriptionRequest) -> None:
    store, now = call.context.store, call.context.clock()
    limits = RequestLimits.of(call.context.settings.subscribing)
    if not store.rate_limits.allow(request.email, limits, now=now):
        raise HTTPException(
            429, "too many mails were asked for; see [subscribing]", {"Retry-After": "3600"}
        )
    store.outgoing_queue.put(MailKind.CONFIRM, request.email, request.to_json(), now=now)
    store.audit_log.note(call.by, "subscriber asked", "", now=now)


def _one(call: Call) -> Reply:
    return Reply(shown(_person(call)))


def _change(call: Call) -> Reply:
    asked: model.Change = call.body
    _check_topics([] if asked.topics is UNSET else asked.topics)
    person, people = _person(call), call.context.store.subscribers
    before = person.preferences
    preferences = Preferences(
        before.language if asked.language is UNSET else asked.language,
        before.length if asked.length is UNSET else asked.length,
        before.frequency if asked.frequency is UNSET else asked.frequency,
    )
    try:
        if preferences != before:
            person = people.set_preferences(person.id, preferences)
        if asked.topics is not UNSET:
            person = people.set_topics(person.id, asked.topics)
    except SubscriberError as error:  # erased meanwhile
        raise HTTPException(404) from error
    _note(call, "subscriber changed")
    return Reply(shown(person))


def _unsubscribe(call: Call) -> Reply:
    person, now = _person(call), call.context.clock()
    people = call.context.store.subscribers
    if people.unsubscribe(person.id, now=now, detail=f"by {call.by}"):
        _note(call, "subscriber removed")
    return Reply(shown(_person(call)))


def _erase(call: Call) -> Reply:
    person, now = _person(call), call.context.clock()
    call.context.store.subscribers.erase(person.email, now=now, detail=f"by {call.by}")
    _note(call, "subscriber erased")
    return Reply(status=204)


def _check_topics(topics: list[str]) -> None:
    """Raise `HTTPException` for a line end, which a pattern's "$" lets pass."""
    if any("\n" in slug for slug in topics):
        raise HTTPException(422, "topics: a line end")


def _person(call: Call) -> Subscriber:
    found = call.context.store.subscribers.get(call.parameters.id)
    if found is None:
        raise HTTPException(404)
    return found


def _note(call: Call, action: str) -> None:
    about = f"subscriber {call.parameters.id}"
    call.context.store.audit_log.note(call.by, action, about, now=call.context.clock())


OPERATIONS = (
    Operation(
        "listSubscribers",
        "GET",
        "/subscribers",
        "People on the list, newest first.",
        Scope.SUBSCRIBERS_READ,
        _list,
        {200: ("A page of people.", model.Page[model.Subscriber])},
        model.Search,
    ),
    Operation(
        "addSubscriber",
        "POST",
        "/subscribers",
        "Ask somebody by mail to confirm, or add who has agreed already.",
        Scope.SUBSCRIBERS_WRITE,
        _add,
        {
            201: ("They are on the list.", model.Subscriber),
            202: ("A mail asks them to confirm.", model.Asked),
        },
        body=model.NewSubscriber,
        problems={409: "The address is on the list already, or gets no mail."},
    ),
    Operation(
        "getSubscriber",
        "GET",
        "/subscribers/{id}",
        "One person.",
        Scope.SUBSCRIBERS_READ,
        _one,
        {200: ("The person.", model.Subscriber)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
    Operation(
        "changeSubscriber",
        "PATCH",
        "/subscribers/{id}",
        "Change what a person gets.",
        Scope.SUBSCRIBERS_WRITE,
        _change,
        {200: ("The person as they are now.", model.Subscriber)},
        model.OfSubscriber,
        model.Change,
        problems=_UNKNOWN,
    ),
    Operation(
        "unsubscribe",
        "POST",
        "/subscribers/{id}/unsubscribe",
        "Take a person off the list; only they themselves come back.",
        Scope.SUBSCRIBERS_WRITE,
        _unsubscribe,
        {200: ("The person as they are now.", model.Subscriber)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
    Operation(
        "eraseSubscriber",
        "DELETE",
        "/subscribers/{id}",
        "Forget all about a person but a keyed hash, which keeps the address from coming back.",
        Scope.SUBSCRIBERS_WRITE,
        _erase,
        {204: ("They are forgotten.", None)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
)
