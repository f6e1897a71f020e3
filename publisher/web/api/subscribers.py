"""API operations for subscribers."""

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
from publisher.store.people.suppressions import LIFTED
from publisher.web.api import model
from publisher.web.api.operation import Operation, Reply
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from publisher.models import Subscriber
    from publisher.web.api.operation import Call

_UNKNOWN = {404: "There is no such subscriber."}


def shown(person: Subscriber) -> model.Subscriber:
    """Return a person in the form of the API."""
    stopped = person.suppression
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
        suppression=None
        if stopped is None
        else model.Suppression(reason=stopped.reason, since=stopped.created_at),
    )


def _list(call: Call) -> Reply:
    search: model.Search = call.parameters
    query = SubscriberQuery(
        search.q,
        "" if search.topic is UNSET else search.topic,
        None if search.status is UNSET else search.status,
    )
    before = 0 if search.cursor is UNSET else int(search.cursor)
    page = call.context.store.subscribers.search(query, before=before, size=search.limit)
    items = [shown(person) for person in page.people]
    return Reply(model.Page(items=items, next=str(page.older) if page.older else None))


def _add(call: Call) -> Reply:
    """Ask a person by mail to confirm, or add one who has agreed already."""
    new: model.NewSubscriber = call.body
    try:
        email, name = normalise_email(new.email), clean_name(new.name)
    except SubscriberError as error:
        raise HTTPException(422, str(error)) from error
    _check_topics(new.topics)
    if new.confirmed and not new.note.strip():
        raise HTTPException(422, "note: say how the person agreed")
    preferences = Preferences(new.language, new.length, new.frequency)
    store, now = call.context.store, call.context.clock()
    existing = store.subscribers.find(email)
    if existing is not None and existing.status in (
        SubscriberStatus.ACTIVE,
        SubscriberStatus.PAUSED,
    ):
        raise HTTPException(409, "this address is already on the list")
    if not new.confirmed:
        if store.suppressions.find(email) is not None and existing is not None:
            raise HTTPException(
                409, "this address is suppressed; the person can subscribe again, or lift it"
            )
        _ask(call, SubscriptionRequest(email, tuple(sorted(set(new.topics))), preferences, name))
        return Reply(model.Asked(email=email), 202)
    detail = f"by {call.by}: {printable(' '.join(new.note.split()), 1000)}"
    try:
        store.subscribers.add(email, name, new.topics, preferences, now=now, detail=detail)
        person = store.subscribers.confirm(email, now=now, detail=detail)
    except SubscriberError as error:  # added meanwhile
        raise HTTPException(409, "this address is already on the list") from error
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
    change: model.Change = call.body
    _check_topics([] if change.topics is UNSET else change.topics)
    person, people = _person(call), call.context.store.subscribers
    before = person.preferences
    preferences = Preferences(
        before.language if change.language is UNSET else change.language,
        before.length if change.length is UNSET else change.length,
        before.frequency if change.frequency is UNSET else change.frequency,
    )
    try:
        if preferences != before:
            person = people.set_preferences(person.id, preferences)
        if change.topics is not UNSET:
            person = people.set_topics(person.id, change.topics)
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


def _lift(call: Call) -> Reply:
    person, now = _person(call), call.context.clock()
    if call.context.store.suppressions.lift(person.email, now=now, detail=f"by {call.by}"):
        _note(call, LIFTED)
    return Reply(shown(_person(call)))


def _erase(call: Call) -> Reply:
    person, now = _person(call), call.context.clock()
    call.context.store.subscribers.erase(person.email, now=now, detail=f"by {call.by}")
    _note(call, "subscriber erased")
    return Reply(status=204)


def _check_topics(topics: list[str]) -> None:
    """Raise `HTTPException` for a line end, as a pattern's "$" matches before one."""
    if any("\n" in slug for slug in topics):
        raise HTTPException(422, "topics: a line end")


def _person(call: Call) -> Subscriber:
    person = call.context.store.subscribers.get(call.parameters.id)
    if person is None:
        raise HTTPException(404)
    return person


def _note(call: Call, action: str) -> None:
    about = f"subscriber {call.parameters.id}"
    call.context.store.audit_log.note(call.by, action, about, now=call.context.clock())


OPERATIONS = (
    Operation(
        "listSubscribers",
        "GET",
        "/subscribers",
        "List subscribers, newest first.",
        Scope.SUBSCRIBERS_READ,
        _list,
        {200: ("A page of subscribers.", model.Page[model.Subscriber])},
        model.Search,
    ),
    Operation(
        "addSubscriber",
        "POST",
        "/subscribers",
        "Ask a person by mail to confirm, or add one who has agreed already.",
        Scope.SUBSCRIBERS_WRITE,
        _add,
        {
            201: ("The person is on the list.", model.Subscriber),
            202: ("A mail asks the person to confirm.", model.Asked),
        },
        body=model.NewSubscriber,
        problems={409: "The address is already on the list, or suppressed."},
    ),
    Operation(
        "getSubscriber",
        "GET",
        "/subscribers/{id}",
        "Get a subscriber.",
        Scope.SUBSCRIBERS_READ,
        _one,
        {200: ("The subscriber.", model.Subscriber)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
    Operation(
        "changeSubscriber",
        "PATCH",
        "/subscribers/{id}",
        "Change the preferences of a subscriber.",
        Scope.SUBSCRIBERS_WRITE,
        _change,
        {200: ("The subscriber after the change.", model.Subscriber)},
        model.OfSubscriber,
        model.Change,
        problems=_UNKNOWN,
    ),
    Operation(
        "unsubscribe",
        "POST",
        "/subscribers/{id}/unsubscribe",
        "Unsubscribe a person; only they themselves can subscribe again.",
        Scope.SUBSCRIBERS_WRITE,
        _unsubscribe,
        {200: ("The subscriber after the change.", model.Subscriber)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
    Operation(
        "liftSuppression",
        "POST",
        "/subscribers/{id}/lift",
        "Allow mail to a suppressed person again.",
        Scope.SUBSCRIBERS_WRITE,
        _lift,
        {200: ("The subscriber after the change.", model.Subscriber)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
    Operation(
        "eraseSubscriber",
        "DELETE",
        "/subscribers/{id}",
        "Erase all data about a person but a keyed hash that keeps the address suppressed.",
        Scope.SUBSCRIBERS_WRITE,
        _erase,
        {204: ("The data is erased.", None)},
        model.OfSubscriber,
        problems=_UNKNOWN,
    ),
)
