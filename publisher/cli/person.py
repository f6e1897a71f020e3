"""`publisher subscribers show | invite | pause | resume | suppress`: commands for one person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from publisher.cli import letters, options, sending
from publisher.cli import show as out
from publisher.cli.words import word
from publisher.errors import SubscriberError
from publisher.models import SubscriberStatus
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Subscriber
    from publisher.store.database import Store

_address = click.argument("address", metavar="ADDRESS", help="Email address.")


@click.command("show")
@_address
@options.config
@options.verbose
def show(*, address: str, config: Path | None, verbose: bool) -> None:
    """Print all data stored about a person as JSON, for them."""
    from publisher.addresses import normalise_email

    with open_store(options.settings_of(config)) as store:
        data = store.subscribers.export_person(normalise_email(address))
    out.line(json.dumps(data, ensure_ascii=False, indent=2))


@click.command("invite")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...", help="Email addresses.")
@options.as_json
@options.config
@options.verbose
def invite(
    *, addresses: tuple[str, ...], as_json: bool, config: Path | None, verbose: bool
) -> None:
    """Mail people a request to confirm; without addresses, send the mails in the queue."""
    from publisher.addresses import normalise_email
    from publisher.store.people.confirmations import SubscriptionRequest

    settings = options.settings_of(config)
    letters.check(settings)
    with open_store(settings) as store:
        for email in [normalise_email(address) for address in addresses]:
            person = store.subscribers.find(email)
            if person is not None and person.status is SubscriberStatus.ACTIVE:
                raise SubscriberError(_("{email}: has already confirmed").format(email=email))
            if person is None or person.status is SubscriberStatus.UNSUBSCRIBED:
                raise SubscriberError(
                    _(
                        "{email}: is not pending; add it with `publisher subscribers add` first"
                    ).format(email=email)
                )
            if person.suppression is not None:
                raise SubscriberError(f"{email}: {_standing(person)}")
            request = SubscriptionRequest(email, person.topics, person.preferences, person.name)
            store.outgoing_queue.put("confirm", email, request.to_json(), now=sending.now())
        is_sent = letters.send(settings, store)
        waiting = store.outgoing_queue.waiting()
    if as_json:
        out.json_line({"invited": list(map(normalise_email, addresses)), "waiting": waiting})
    if not is_sent:
        raise SystemExit(1)


@click.command("pause")
@_address
@click.option(
    "--until",
    default="",
    metavar="DAY",
    help="Day such as 2025-03-01.  [default: until they resume]",
)
@options.as_json
@options.config
@options.verbose
def pause(*, address: str, until: str, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Pause the mail to a person, who stays on the list."""
    settings = options.settings_of(config)
    try:
        day = datetime.fromisoformat(until) if until else None
    except ValueError as error:
        raise SubscriberError(
            _("--until {day}: not a day such as 2025-03-01").format(day=until)
        ) from error
    if day is not None:
        day = day.astimezone(UTC) if day.tzinfo else day.replace(tzinfo=settings.site.zone)
    with open_store(settings) as store:
        person = _person(store, address)
        if not store.subscribers.pause(person.id, until=day, now=sending.now()):
            raise SubscriberError(
                _("{email}: can't be paused, is {status}").format(
                    email=person.email, status=word(person.status)
                )
            )
        person = _person(store, address)
    if as_json:
        out.json_line(values(person))
        return
    text = _("{email} paused until {day}") if day else _("{email} paused")
    out.line(text.format(email=person.email, day=f"{day:%Y-%m-%d}" if day else ""))


@click.command("resume")
@_address
@options.as_json
@options.config
@options.verbose
def resume(*, address: str, as_json: bool, config: Path | None, verbose: bool) -> None:
    """End a person's pause."""
    with open_store(options.settings_of(config)) as store:
        person = _person(store, address)
        if not store.subscribers.resume(person.id, now=sending.now()):
            raise SubscriberError(
                _("{email}: is not paused but {status}").format(
                    email=person.email, status=_standing(person)
                )
            )
        person = _person(store, address)
    if as_json:
        out.json_line(values(person))
        return
    out.line(f"{person.email} {_standing(person)}")


@click.command("suppress")
@_address
@click.option("--note", "reason", default="", help="Reason, for the consent log.")
@click.option("--lift", is_flag=True, help="Allow mail to the address again.")
@options.as_json
@options.config
@options.verbose
def suppress(
    *, address: str, reason: str, lift: bool, as_json: bool, config: Path | None, verbose: bool
) -> None:
    """Block all mail to an address, on the list or not."""
    from publisher.addresses import normalise_email
    from publisher.store.people.suppressions import LIFTED

    email = normalise_email(address)
    with open_store(options.settings_of(config)) as store:
        person = store.subscribers.find(email)
        if lift:
            changed = store.suppressions.lift(email, now=sending.now(), detail=reason)
            about = f"subscriber {person.id}" if person else "an address that is not on the list"
            if changed:
                store.audit_log.note("command line", LIFTED, about, now=sending.now())
        else:
            changed = store.suppressions.add(email, reason or "by hand", now=sending.now())
        person = store.subscribers.find(email)
    status = person.status if person else None
    if as_json:
        out.json_line(
            {"email": email, "status": status, "suppressed": not lift, "changed": changed}
        )
    else:
        out.line(_change_of_suppression(email, status, lift=lift, changed=changed))


def _change_of_suppression(
    email: str, status: SubscriberStatus | None, *, lift: bool, changed: bool
) -> str:
    if not lift:
        text = _("{email} suppressed") if changed else _("{email} was already suppressed")
    elif not changed:
        text = _("{email} was not suppressed")
    elif status in (None, SubscriberStatus.ACTIVE):
        text = _("{email} gets mail again")
    else:
        text = _("{email} is no longer suppressed, but {status}")
    return text.format(email=email, status=word(status) if status else "")


def values(person: Subscriber) -> dict[str, object]:
    """Return a person's entry in the list, for JSON."""
    preferences, until = person.preferences, person.paused_until
    return {
        "email": person.email,
        "name": person.name,
        "status": person.status,
        "topics": list(person.topics),
        "language": preferences.language,
        "length": preferences.length,
        "frequency": preferences.frequency,
        "paused_until": until and until.isoformat(timespec="seconds"),
        "suppressed": person.suppression.reason if person.suppression else None,
    }


def not_on_the_list(email: str) -> str:
    """Return what to say of an address that nobody on the list has."""
    return _("{email}: is not on the list; `publisher subscribers list` shows who is").format(
        email=email
    )


def _standing(person: Subscriber) -> str:
    """Return the status of a person, of a suppressed one with the reason and the way out."""
    if person.suppression is None:
        return word(person.status)
    return _("{status}: {reason}; `{command}` lets mail go there again").format(
        status=word(person.status),
        reason=person.suppression.reason,
        command=f"publisher subscribers suppress --lift {person.email}",
    )


def _person(store: Store, address: str) -> Subscriber:
    from publisher.addresses import normalise_email

    email = normalise_email(address)
    person = store.subscribers.find(email)
    if person is None:
        raise SubscriberError(not_on_the_list(email))
    return person
