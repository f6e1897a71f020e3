"""The people on the list: to be searched, and one by one."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publisher.models import SubscriberStatus
from publisher.store.people.search import MOST_COUNTED, SubscriberQuery
from publisher.web.operator.auth import guarded, id_of
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from publisher.models import Subscriber
    from publisher.web.operator.auth import OperatorRequest

PART = "/operator/people"
_PAGE = 50


def people(visit: OperatorRequest) -> Response:
    """Show a page of those who were looked for, newest first."""
    asked = visit.asked("status")
    status = SubscriberStatus(asked) if asked in set(SubscriberStatus) else None
    wanted = SubscriberQuery(visit.asked("q"), visit.asked("topic", 64), status)
    page = visit.store.subscribers.search(wanted, before=visit.number("before"), size=_PAGE)
    look = visit.lookout.look(visit.context)
    query = {"q": wanted.text, "topic": wanted.topic, "status": status or ""}
    return operator_page(
        visit,
        "web/operator/people.html.j2",
        title="People",
        part=PART,
        wanted=wanted,
        page=page,
        most=MOST_COUNTED,
        statuses=list(SubscriberStatus),
        topics=look.topics if look else (),
        names={topic.slug: topic.name for topic in look.topics} if look else {},
        query=urlencode({name: value for name, value in query.items() if value}),
    )


def person(visit: OperatorRequest) -> Response:
    """Show what the store has of somebody."""
    found = _person(visit)
    look = visit.lookout.look(visit.context)
    return operator_page(
        visit,
        "web/operator/person.html.j2",
        title=found.email,
        part=PART,
        person=found,
        names={topic.slug: topic.name for topic in look.topics} if look else {},
        consent=visit.store.consent_log.history(found.email)[::-1],
        suppression=visit.store.suppressions.find(found.email),
        deliveries=visit.store.deliveries.of_subscriber(found.id, most=20),
        tomorrow=(visit.today + timedelta(days=1)).isoformat(),
    )


def data(visit: OperatorRequest) -> Response:
    """Return all that is kept of somebody as a JSON file, for them to have."""
    found = _person(visit)
    visit.note("data exported", f"subscriber {found.id}")
    content = json.dumps(
        visit.store.subscribers.export_person(found.email), ensure_ascii=False, indent=2
    )
    name = f'attachment; filename="subscriber-{found.id}.json"'
    return Response(content, media_type="application/json", headers={"Content-Disposition": name})


def pause(visit: OperatorRequest) -> Response:
    """Send somebody nothing until a day, or until they or we say so."""
    found = _person(visit)
    until = None
    if day := visit.field("until"):
        try:
            chosen = date.fromisoformat(day)
        except ValueError:
            raise HTTPException(400, "That is not a date.") from None
        if chosen <= visit.today:
            raise HTTPException(400, "That date is in the past.")
        until = datetime.combine(chosen, time(), visit.settings.site.zone)
    done = visit.store.subscribers.pause(found.id, until=until, now=visit.now, detail=visit.by)
    return _done(visit, found, "paused", done=done)


def resume(visit: OperatorRequest) -> Response:
    """End a pause."""
    found = _person(visit)
    done = visit.store.subscribers.resume(found.id, now=visit.now, detail=visit.by)
    return _done(visit, found, "resumed", done=done)


def unsubscribe(visit: OperatorRequest) -> Response:
    """Take somebody off the list."""
    found = _person(visit)
    done = visit.store.subscribers.unsubscribe(found.id, now=visit.now, detail=visit.by)
    return _done(visit, found, "unsubscribed", done=done)


def erase(visit: OperatorRequest) -> Response:
    """Show what erasing does; a POST with the address typed in does it."""
    found = _person(visit)
    wrong = False
    if visit.request.method == "POST":
        if visit.field("email").lower() == found.email.lower():
            visit.store.subscribers.erase(found.email, now=visit.now, detail=visit.by)
            visit.note("erased", f"subscriber {found.id}")
            return RedirectResponse(f"{PART}?told=erased", status_code=303)
        wrong = True
    return operator_page(
        visit,
        "web/operator/erase.html.j2",
        title=f"Erase {found.email}",
        part=PART,
        status=400 if wrong else 200,
        person=found,
        wrong=wrong,
    )


def _person(visit: OperatorRequest) -> Subscriber:
    number = id_of(visit.part("id"))
    found = None if number is None else visit.store.subscribers.get(number)
    if found is None:
        raise HTTPException(404)
    return found


def _done(visit: OperatorRequest, found: Subscriber, action: str, *, done: bool) -> Response:
    if done:
        visit.note(action, f"subscriber {found.id}")
    told = action if done else "nothing changed"
    where = f"{PART}/{found.id}?{urlencode({'told': told})}"
    return RedirectResponse(where, status_code=303)


ROUTES = (
    Route(PART, guarded(people)),
    Route(PART + "/{id}", guarded(person)),
    Route(PART + "/{id}/data.json", guarded(data)),
    Route(PART + "/{id}/pause", guarded(pause), methods=["POST"]),
    Route(PART + "/{id}/resume", guarded(resume), methods=["POST"]),
    Route(PART + "/{id}/unsubscribe", guarded(unsubscribe), methods=["POST"]),
    Route(PART + "/{id}/erase", guarded(erase), methods=["GET", "POST"]),
)
