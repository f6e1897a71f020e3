"""Subscribers: search, single pages, and actions."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from publisher.addresses import address_key
from publisher.models import SubscriberStatus
from publisher.newsletter.subscriber_csv import csv_lines
from publisher.store.people.search import MOST_COUNTED, SubscriberQuery
from publisher.translation import _
from publisher.web.operator.auth import guarded, id_of
from publisher.web.operator.frame import operator_page
from publisher.web.operator.stored_texts import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Subscriber
    from publisher.web.operator.auth import OperatorRequest

PART = "/operator/people"
_PAGE = 50
_LINES = 500
_MAILS, _ALL_MAILS = 20, 5000


def people(request: OperatorRequest) -> Response:
    """Show a page of the search results, newest first."""
    status_name = request.query("status")
    status = SubscriberStatus(status_name) if status_name in set(SubscriberStatus) else None
    search = SubscriberQuery(request.query("q"), request.query("topic", 64), status)
    page = request.store.subscribers.search(search, before=request.number("before"), size=_PAGE)
    look = request.dashboard()
    fields = {"q": search.text, "topic": search.topic, "status": status or ""}
    return operator_page(
        request,
        "web/operator/people.html.j2",
        title=_("People"),
        part=PART,
        search=search,
        page=page,
        most=MOST_COUNTED,
        statuses=list(SubscriberStatus),
        topics=look.topics if look else (),
        names={topic.slug: topic.name for topic in look.topics} if look else {},
        query=urlencode({name: value for name, value in fields.items() if value}),
    )


def person(request: OperatorRequest) -> Response:
    """Show the data about a person."""
    subscriber = person_of(request)
    look, preferences = request.dashboard(), subscriber.preferences
    chosen = (preferences.language, preferences.length, preferences.frequency)
    most = _ALL_MAILS if request.query("mails") == "all" else _MAILS
    deliveries = request.store.deliveries.of_subscriber(subscriber.id, most=most + 1)
    return operator_page(
        request,
        "web/operator/person.html.j2",
        title=subscriber.email,
        part=PART,
        person=subscriber,
        preferences=_(", ").join(name_of(choice) for choice in chosen if choice),
        names={topic.slug: topic.name for topic in look.topics} if look else {},
        consent=request.store.consent_log.history(subscriber.email)[::-1],
        deliveries=deliveries[:most],
        more=len(deliveries) > most,
        tomorrow=(request.today + timedelta(days=1)).isoformat(),
    )


def data(request: OperatorRequest) -> Response:
    """Return all data stored about a person as a JSON file."""
    subscriber = person_of(request)
    request.note("data exported", f"subscriber {subscriber.id}")
    content = json.dumps(
        request.store.subscribers.export_person(subscriber.email), ensure_ascii=False, indent=2
    )
    name = f'attachment; filename="subscriber-{subscriber.id}.json"'
    return Response(content, media_type="application/json", headers={"Content-Disposition": name})


def pause(request: OperatorRequest) -> Response:
    """Pause the mail to a person until a day, or until it is resumed."""
    subscriber = person_of(request)
    until = None
    if day := request.field("until"):
        try:
            chosen = date.fromisoformat(day)
        except ValueError:
            raise HTTPException(400, _("That is not a date.")) from None
        if chosen <= request.today:
            raise HTTPException(400, _("That date is in the past."))
        until = datetime.combine(chosen, time(), request.settings.site.zone)
    done = request.store.subscribers.pause(
        subscriber.id, until=until, now=request.now, detail=request.by
    )
    return finished(request, subscriber, "paused", done=done)


def resume(request: OperatorRequest) -> Response:
    """End a pause."""
    subscriber = person_of(request)
    done = request.store.subscribers.resume(subscriber.id, now=request.now, detail=request.by)
    return finished(request, subscriber, "resumed", done=done)


def unsubscribe(request: OperatorRequest) -> Response:
    """Unsubscribe a person."""
    subscriber = person_of(request)
    done = request.store.subscribers.unsubscribe(subscriber.id, now=request.now, detail=request.by)
    return finished(request, subscriber, "unsubscribed", done=done)


def erase(request: OperatorRequest) -> Response:
    """Show what erasing does; POST with the address typed in erases."""
    subscriber = person_of(request)
    wrong = False
    if request.request.method == "POST":
        if address_key(request.field("email")) == address_key(subscriber.email):
            request.store.subscribers.erase(subscriber.email, now=request.now, detail=request.by)
            request.note("erased", f"subscriber {subscriber.id}")
            return RedirectResponse(f"{PART}?told=erased", status_code=303)
        wrong = True
    return operator_page(
        request,
        "web/operator/erase.html.j2",
        title=_("Erase {email}").format(email=subscriber.email),
        part=PART,
        status=400 if wrong else 200,
        person=subscriber,
        wrong=wrong,
    )


def person_of(request: OperatorRequest) -> Subscriber:
    """Return the person whose id is in the path. Raises `HTTPException` 404."""
    number = id_of(request.part("id"))
    subscriber = None if number is None else request.store.subscribers.get(number)
    if subscriber is None:
        raise HTTPException(404)
    return subscriber


def finished(request: OperatorRequest, person: Subscriber, action: str, *, done: bool) -> Response:
    """Note an action that was `done`; return to the page of the person, which tells the result."""
    if done:
        request.note(action, f"subscriber {person.id}")
    result = action if done else "nothing changed"
    where = f"{PART}/{person.id}?{urlencode({'told': result})}"
    return RedirectResponse(where, status_code=303)


def export(request: OperatorRequest) -> Response:
    """Return the list, or those with a status, as CSV; people are read as the file is sent."""
    status_name = request.query("status")
    status = SubscriberStatus(status_name) if status_name in set(SubscriberStatus) else None
    request.note("list exported", status or "")
    return StreamingResponse(
        _blocks(csv_lines(request.store.subscribers.iterate(status))),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="subscribers.csv"'},
    )


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    """Yield many lines at a time: each piece costs a change of threads."""
    while block := "".join(islice(lines, _LINES)):
        yield block


ROUTES = (
    Route(PART, guarded(people)),
    Route(PART + "/export.csv", guarded(export)),
    Route(PART + "/{id}", guarded(person)),
    Route(PART + "/{id}/data.json", guarded(data)),
    Route(PART + "/{id}/pause", guarded(pause), methods=["POST"]),
    Route(PART + "/{id}/resume", guarded(resume), methods=["POST"]),
    Route(PART + "/{id}/unsubscribe", guarded(unsubscribe), methods=["POST"]),
    Route(PART + "/{id}/erase", guarded(erase), methods=["GET", "POST"]),
)
