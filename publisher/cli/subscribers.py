"""`publisher subscribers`: manage the list."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, import_subscribers, options, person, sending, show
from publisher.cli.known_topics import KnownTopics
from publisher.errors import SubscriberError
from publisher.models import Preferences, SubscriberStatus
from publisher.services.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.models import Frequency, Language, Length, Subscriber
    from publisher.settings import Settings

_address = click.argument("address", metavar="ADDRESS")
_note = click.option(
    "--note", "reason", default="", help="Text for the consent log, such as how the person agreed."
)


@click.group(cls=InOrder)
def subscribers() -> None:
    """Add, confirm, list, import and remove subscribers."""


@subscribers.command("add")
@_address
@click.option(
    "--topic", "topics", multiple=True, help="Name or slug; may be repeated.  [default: all topics]"
)
@options.language
@options.length
@options.frequency
@click.option("--name", default="", help="Name of the person.")
@click.option("--confirmed", is_flag=True, help="The person has already agreed; say how in --note.")
@_note
@options.config
@options.verbose
def add(
    *,
    address: str,
    topics: tuple[str, ...],
    language: Language | None,
    length: Length | None,
    frequency: Frequency | None,
    name: str,
    confirmed: bool,
    reason: str,
    config: Path | None,
    verbose: bool,
) -> None:
    """Add a person as pending; mail starts once they are confirmed."""
    from publisher.addresses import clean_name, normalise_email

    settings = options.settings_of(config)
    email = normalise_email(address)
    slugs = _slugs(topics, settings) if topics else ()
    preferences = Preferences(language, length, frequency)
    _warn_if_not_offered(preferences, settings)
    now = sending.now()
    with open_store(settings) as store:
        subscriber = store.subscribers.add(
            email, clean_name(name), slugs, preferences, now=now, detail=reason
        )
        if confirmed:
            subscriber = store.subscribers.confirm(email, now=now, detail=reason)
    show.line(_line(subscriber))
    if subscriber.suppression is not None:
        show.note(f"to let mail go there again: publisher subscribers suppress --lift {email}")
    elif not confirmed:
        show.note(f"to ask them by mail: publisher subscribers invite {email}")
        show.note(f"if they have agreed: publisher subscribers confirm {email}")


@subscribers.command("confirm")
@_address
@_note
@options.config
@options.verbose
def confirm(*, address: str, reason: str, config: Path | None, verbose: bool) -> None:
    """Confirm a person; from now on they get the issues on their topics."""
    from publisher.addresses import normalise_email

    with open_store(options.settings_of(config)) as store:
        email = normalise_email(address)
        show.line(_line(store.subscribers.confirm(email, now=sending.now(), detail=reason)))


@subscribers.command("set")
@_address
@click.option(
    "--topic", "topics", multiple=True, help="New topics by name or slug; may be repeated."
)
@click.option("--all-topics", is_flag=True, help="Send all topics.")
@options.language
@options.length
@options.frequency
@options.config
@options.verbose
def set_(
    *,
    address: str,
    topics: tuple[str, ...],
    all_topics: bool,
    language: Language | None,
    length: Length | None,
    frequency: Frequency | None,
    config: Path | None,
    verbose: bool,
) -> None:
    """Change what a person gets; options that are not given stay as they are."""
    from publisher.addresses import normalise_email

    settings = options.settings_of(config)
    slugs = _slugs(topics, settings) if topics else ()
    with open_store(settings) as store:
        email = normalise_email(address)
        person = store.subscribers.find(email)
        if person is None:
            raise SubscriberError(f"{email}: is not on the list")
        before = person.preferences
        preferences = Preferences(
            language or before.language, length or before.length, frequency or before.frequency
        )
        _warn_if_not_offered(preferences, settings)
        person = store.subscribers.set_preferences(person.id, preferences)
        if slugs or all_topics:
            person = store.subscribers.set_topics(person.id, () if all_topics else slugs)
    show.line(_line(person))


@subscribers.command("list")
@click.option(
    "--status",
    "wanted",
    type=click.Choice([status.value for status in SubscriberStatus]),
    help="Only people with this status.",
)
@options.config
@options.verbose
def list_(*, wanted: str | None, config: Path | None, verbose: bool) -> None:
    """List subscribers: address, status, topics and preferences; for suppressed ones the reason."""
    with open_store(options.settings_of(config)) as store:
        for subscriber in store.subscribers.iterate(SubscriberStatus(wanted) if wanted else None):
            show.line(_line(subscriber))


@subscribers.command("remove")
@_address
@_note
@options.config
@options.verbose
def remove(*, address: str, reason: str, config: Path | None, verbose: bool) -> None:
    """Unsubscribe a person; no import reactivates them."""
    from publisher.addresses import normalise_email

    email = normalise_email(address)
    with open_store(options.settings_of(config)) as store:
        if store.subscribers.find(email) is None:
            raise SubscriberError(f"{email}: is not on the list")
        changed = store.subscribers.remove(email, now=sending.now(), detail=reason)
    show.line(f"{email} {'unsubscribed' if changed else 'had already unsubscribed'}")


@subscribers.command("erase")
@_address
@_note
@options.config
@options.verbose
def erase(*, address: str, reason: str, config: Path | None, verbose: bool) -> None:
    """Erase all data about a person but a keyed hash that keeps the address suppressed."""
    from publisher.addresses import normalise_email

    email = normalise_email(address)
    with open_store(options.settings_of(config)) as store:
        existed = store.subscribers.erase(email, now=sending.now(), detail=reason)
    show.line("erased" if existed else "was not on the list; the address is suppressed now")


subscribers.add_command(import_subscribers.import_)


@subscribers.command("export")
@click.argument(
    "file",
    type=options.PATH,
    default="-",
    metavar="[FILE]",
    help="CSV file; - for standard output.  [default: -]",
)
@options.config
@options.verbose
def export(*, file: Path, config: Path | None, verbose: bool) -> None:
    """Write all subscribers to a CSV file that `import` reads, safe for spreadsheets."""
    from publisher.errors import OutputError
    from publisher.newsletter.subscriber_csv import write_csv

    with open_store(options.settings_of(config)) as store:
        people = store.subscribers.iterate()
        if str(file) == "-":
            sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
            write_csv(people, sys.stdout)
            return
        try:
            with file.open("w", encoding="utf-8", newline="") as stream:
                count = write_csv(people, stream)
        except OSError as error:
            raise OutputError(f"{file}: can't be written: {error.strerror}") from error
    show.note(f"{show.count(count, 'subscriber')} written to {file}")


def _slugs(names: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Return the slugs of topics given by name or slug; warn of those that no digest has."""
    topics = KnownTopics(settings)
    slugs = {topics.slug(name) for name in names}
    topics.warn()
    return tuple(sorted(slugs))


def _line(subscriber: Subscriber) -> str:
    topics = ", ".join(subscriber.topics) or "all topics"
    preferences = subscriber.preferences
    values = (preferences.language, preferences.length, preferences.frequency)
    chosen = ", ".join(filter(None, values))
    reason = subscriber.suppression.reason if subscriber.suppression else ""
    return "\t".join(filter(None, (subscriber.email, subscriber.status, topics, chosen, reason)))


def _warn_if_not_offered(preferences: Preferences, settings: Settings) -> None:
    offered = settings.newsletter.frequencies
    if preferences.frequency is not None and preferences.frequency not in offered:
        show.note(
            f"warning: newsletter.frequencies does not offer {preferences.frequency}; "
            f"until it does, they get {offered[0]} issues"
        )


for _command in (person.show, person.invite, person.pause, person.resume, person.suppress):
    subscribers.add_command(_command)
