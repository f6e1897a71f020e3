"""Forms about one person: add, change what they get, ask, confirm, and lift a suppression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.addresses import clean_name, normalise_email
from publisher.errors import SubscriberError
from publisher.models import (
    NO_PREFERENCES,
    Frequency,
    Language,
    Length,
    Preferences,
    SubscriberStatus,
)
from publisher.newsletter.subscriber_csv import SLUG
from publisher.printable import printable
from publisher.sender.transactional_message import MailKind
from publisher.store.people.confirmations import SubscriptionRequest
from publisher.store.people.suppressions import LIFTED
from publisher.translation import _
from publisher.web.operator.auth import guarded
from publisher.web.operator.frame import operator_page
from publisher.web.operator.people import PART, finished, person_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.models import Subscriber
    from publisher.web.operator.auth import OperatorRequest

Choice = TypeVar("Choice", Language, Length, Frequency)
_AGREED = (SubscriberStatus.ACTIVE, SubscriberStatus.PAUSED)
_LONGEST_NOTE = 1000
_MOST_TOPICS = 500


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A form about a person as it was sent; `wrong` has an error by field.

    `known` is the id of somebody on the list who has the address already.
    """

    email: str = ""
    name: str = ""
    topics: tuple[str, ...] = ()
    preferences: Preferences = NO_PREFERENCES
    agreed: bool = False
    note: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    known: int = 0


def add(request: OperatorRequest) -> Response:
    """Show the form that adds a person; POST adds them, confirmed or asked by mail."""
    draft = PersonDraft()
    if request.request.method == "POST":
        draft = _draft(request)
        if not draft.wrong:
            return _add(request, draft)
    return operator_page(
        request,
        "web/operator/person_add.html.j2",
        title=_("Add a person"),
        part=PART,
        status=400 if draft.wrong else 200,
        draft=draft,
        offers=_offers(request, draft.topics),
    )


def _draft(request: OperatorRequest) -> PersonDraft:
    wrong: dict[str, str] = {}
    email, name = request.field("email"), request.field("name")
    known = 0
    try:
        email = normalise_email(email)
        person = request.store.subscribers.find(email)
        if person is not None and person.status in (*_AGREED, SubscriberStatus.SUPPRESSED):
            known = person.id
            wrong["email"] = _("This person is on the list already.")
    except SubscriberError as error:
        wrong["email"] = str(error)
    try:
        name = clean_name(name)
    except SubscriberError as error:
        wrong["name"] = str(error)
    agreed, note = request.field("consent") == "agreed", note_of(request)
    if agreed and not note:
        wrong["note"] = _("Write down how the person agreed: the consent log is your proof.")
    topics = _topics(request)
    return PersonDraft(email, name, topics, _preferences(request), agreed, note, wrong, known)


def _add(request: OperatorRequest, draft: PersonDraft) -> Response:
    store, now = request.store, request.now
    detail = f"{request.by}: {draft.note}" if draft.note else request.by
    person = store.subscribers.add(
        draft.email, draft.name, draft.topics, draft.preferences, now=now, detail=detail
    )
    request.note("subscriber added", f"subscriber {person.id}")
    if person.suppression is not None:
        return _to(person, "added, suppressed")
    if draft.agreed:
        store.subscribers.confirm(draft.email, now=now, detail=detail)
        return _to(person, "subscriber added")
    return _ask(request, person)


def invite(request: OperatorRequest) -> Response:
    """Ask a pending person by mail to confirm."""
    person = person_of(request)
    if person.status is not SubscriberStatus.PENDING:
        return _to(person, "nothing changed")
    return _ask(request, person)


def _ask(request: OperatorRequest, person: Subscriber) -> Response:
    asked = SubscriptionRequest(person.email, person.topics, person.preferences, person.name)
    queue = request.store.outgoing_queue
    if not queue.put(MailKind.CONFIRM, person.email, asked.to_json(), now=request.now):
        return _to(person, "asked already")
    request.note("subscriber asked", f"subscriber {person.id}")
    return _to(person, "subscriber asked")


def confirm(request: OperatorRequest) -> Response:
    """Confirm a pending person, with a note on how they agreed."""
    person, note = person_of(request), note_of(request)
    if person.status is not SubscriberStatus.PENDING:
        return _to(person, "nothing changed")
    if not note:
        return _to(person, "note missing")
    request.store.subscribers.confirm(person.email, now=request.now, detail=f"{request.by}: {note}")
    request.note("confirmed", f"subscriber {person.id}")
    return _to(person, "confirmed")


def choices(request: OperatorRequest) -> Response:
    """Show what a person has chosen; POST changes it."""
    person = person_of(request)
    if request.request.method == "POST":
        return _change(request, person)
    return operator_page(
        request,
        "web/operator/person_choices.html.j2",
        title=_("Choices of {email}").format(email=person.email),
        part=PART,
        person=person,
        draft=PersonDraft(topics=person.topics, preferences=person.preferences),
        offers=_offers(request, person.topics),
    )


def _change(request: OperatorRequest, person: Subscriber) -> Response:
    topics, preferences = _topics(request), _preferences(request, person.preferences)
    if (topics, preferences) == (person.topics, person.preferences):
        return _to(person, "nothing changed")
    request.store.subscribers.set_preferences(person.id, preferences)
    request.store.subscribers.set_topics(person.id, topics)
    request.note("subscriber changed", f"subscriber {person.id}")
    return _to(person, "subscriber changed")


def lift(request: OperatorRequest) -> Response:
    """Show why a person is suppressed, and when that may be lifted; POST lifts it."""
    person = person_of(request)
    wrong = False
    if request.request.method == "POST":
        note = note_of(request)
        suppression = person.suppression
        wrong = suppression is not None and not suppression.is_bounce and not note
        if not wrong:
            detail = f"{request.by}: {note}" if note else request.by
            done = request.store.suppressions.lift(person.email, now=request.now, detail=detail)
            return finished(request, person, LIFTED, done=done)
    return operator_page(
        request,
        "web/operator/person_lift.html.j2",
        title=_("Lift the suppression of {email}").format(email=person.email),
        part=PART,
        status=400 if wrong else 200,
        person=person,
        wrong=wrong,
    )


def note_of(request: OperatorRequest) -> str:
    """Return the form's note in one printable line."""
    return printable(" ".join(request.field("note").split()), _LONGEST_NOTE)


def _to(person: Subscriber, told: str) -> Response:
    return RedirectResponse(f"{PART}/{person.id}?{urlencode({'told': told})}", status_code=303)


def _topics(request: OperatorRequest) -> tuple[str, ...]:
    """Return the slugs of the marked topics; none where all are to come."""
    if request.field("which") != "some":
        return ()
    slugs = request.fields("topic")[:_MOST_TOPICS]
    return tuple(sorted({slug for slug in slugs if SLUG.fullmatch(slug)}))


def _preferences(request: OperatorRequest, before: Preferences = NO_PREFERENCES) -> Preferences:
    """Return the chosen preferences; a frequency that the form did not ask for stays."""
    asked = bool(request.fields("frequency"))
    return Preferences(
        _choice(Language, request.field("language")),
        _choice(Length, request.field("length")),
        _choice(Frequency, request.field("frequency")) if asked else before.frequency,
    )


def _choice(kind: type[Choice], text: str) -> Choice | None:
    return kind(text) if text in set(kind) else None


def _offers(request: OperatorRequest, chosen: tuple[str, ...]) -> dict[str, object]:
    """Return what a form offers; topics that nobody writes about any more stay where chosen."""
    look = request.dashboard()
    topics = [(topic.slug, topic.name) for topic in (look.topics if look else ())]
    known = {slug for slug, _name in topics}
    frequencies = tuple(dict.fromkeys(request.settings.newsletter.frequencies))
    return {
        "topics": [*topics, *((slug, slug) for slug in chosen if slug not in known)],
        "languages": list(Language),
        "lengths": list(Length),
        "frequencies": frequencies if len(frequencies) > 1 else (),
    }


ROUTES = (
    Route(PART + "/add", guarded(add), methods=["GET", "POST"]),
    Route(PART + "/{id}/invite", guarded(invite), methods=["POST"]),
    Route(PART + "/{id}/confirm", guarded(confirm), methods=["POST"]),
    Route(PART + "/{id}/choices", guarded(choices), methods=["GET", "POST"]),
    Route(PART + "/{id}/lift", guarded(lift), methods=["GET", "POST"]),
)
