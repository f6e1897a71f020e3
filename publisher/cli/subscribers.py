"""`publisher subscribers`: manage the list."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, import_subscribers, options, person, sending, show, terminal
from publisher.cli.words import word
from publisher.errors import SubscriberError
from publisher.models import Preferences, SubscriberStatus
from publisher.services.known_topics import KnownTopics
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.models import Frequency, Language, Length, Subscriber
    from publisher.settings import Settings

_address = click.argument("address", metavar="ADDRESS", help="Email address.")
_note = click.option(
    "--note", "reason", default="", help="Text for the consent log, such as how the person agreed."
)


@click.group(cls=InOrder)
def subscribers() -> None:
    """Add, confirm, list, import and remove subscribers."""


@subscribers.command("add")
@_address
@click.option(
    "--topic",
    "topics",
    multiple=True,
    shell_complete=options.built("topics"),
    help="Name or slug; may be repeated.  [default: all topics]",
)
@options.language
@options.length
@options.frequency
@click.option("--name", default="", help="Name of the person.")
@click.option("--confirmed", is_flag=True, help="The person has already agreed; say how in --note.")
@_note
@options.as_json
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
    as_json: bool,
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
    _show(subscriber, as_json=as_json)
    if subscriber.suppression is not None:
        text = _("to let mail go there again: {command}")
        show.note(text.format(command=f"publisher subscribers suppress --lift {email}"))
    elif not confirmed:
        for text, command in (
            (_("to ask them by mail: {command}"), f"publisher subscribers invite {email}"),
            (_("if they have agreed: {command}"), f"publisher subscribers confirm {email}"),
        ):
            show.note(text.format(command=command))


@subscribers.command("confirm")
@_address
@_note
@options.as_json
@options.config
@options.verbose
def confirm(
    *, address: str, reason: str, as_json: bool, config: Path | None, verbose: bool
) -> None:
    """Confirm a person; from now on they get the issues on their topics."""
    from publisher.addresses import normalise_email

    with open_store(options.settings_of(config)) as store:
        email = normalise_email(address)
        subscriber = store.subscribers.confirm(email, now=sending.now(), detail=reason)
    _show(subscriber, as_json=as_json)


@subscribers.command("set")
@_address
@click.option(
    "--topic",
    "topics",
    multiple=True,
    shell_complete=options.built("topics"),
    help="New topics by name or slug; may be repeated.",
)
@click.option("--all-topics", is_flag=True, help="Send all topics.")
@options.language
@options.length
@options.frequency
@options.as_json
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
    as_json: bool,
    config: Path | None,
    verbose: bool,
) -> None:
    """Change what a person gets; options that are not given stay as they are."""
    from publisher.addresses import normalise_email

    settings = options.settings_of(config)
    slugs = _slugs(topics, settings) if topics else ()
    with open_store(settings) as store:
        email = normalise_email(address)
        subscriber = store.subscribers.find(email)
        if subscriber is None:
            raise SubscriberError(person.not_on_the_list(email))
        before = subscriber.preferences
        preferences = Preferences(
            language or before.language, length or before.length, frequency or before.frequency
        )
        _warn_if_not_offered(preferences, settings)
        subscriber = store.subscribers.set_preferences(subscriber.id, preferences)
        if slugs or all_topics:
            topics = () if all_topics else slugs
            subscriber = store.subscribers.set_topics(subscriber.id, topics)
    _show(subscriber, as_json=as_json)


@subscribers.command("list")
@click.option(
    "--status",
    "wanted",
    type=click.Choice([status.value for status in SubscriberStatus]),
    help="Only people with this status.",
)
@options.as_json_lines
@options.config
@options.verbose
def list_(*, wanted: str | None, as_json: bool, config: Path | None, verbose: bool) -> None:
    """List subscribers: address, status, topics and preferences; for suppressed ones the reason."""
    with open_store(options.settings_of(config)) as store:
        people = store.subscribers.iterate(SubscriberStatus(wanted) if wanted else None)
        if as_json:
            for subscriber in people:
                show.json_line(person.values(subscriber))
            return
        rows = [_cells(subscriber) for subscriber in people]
    if terminal.is_interactive(sys.stdout):
        heads = (_("address"), _("status"), _("topics"), _("preferences"), _("reason"))
        show.rows(rows, heads)
    else:
        for cells in rows:
            show.line("\t".join(filter(None, cells)))
    if not rows:
        show.note(_("nobody: `publisher subscribers add ADDRESS` adds a person"))


@subscribers.command("remove")
@_address
@_note
@options.as_json
@options.config
@options.verbose
def remove(*, address: str, reason: str, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Unsubscribe a person; no import reactivates them."""
    from publisher.addresses import normalise_email

    email = normalise_email(address)
    with open_store(options.settings_of(config)) as store:
        subscriber = store.subscribers.find(email)
        if subscriber is None:
            raise SubscriberError(person.not_on_the_list(email))
        changed = store.subscribers.remove(email, now=sending.now(), detail=reason)
        removed = store.subscribers.find(email)
    if as_json:
        show.json_line({**person.values(removed or subscriber), "changed": changed})
        return
    text = _("{email} unsubscribed") if changed else _("{email} had already unsubscribed")
    show.line(text.format(email=email))


@subscribers.command("erase")
@_address
@_note
@options.as_json
@options.config
@options.verbose
def erase(*, address: str, reason: str, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Erase all data about a person but a keyed hash that keeps the address suppressed."""
    from publisher.addresses import normalise_email

    email = normalise_email(address)
    with open_store(options.settings_of(config)) as store:
        existed = store.subscribers.erase(email, now=sending.now(), detail=reason)
    if as_json:
        show.json_line({"erased": existed, "suppressed": True})
        return
    show.line(_("erased") if existed else _("was not on the list; the address is suppressed now"))


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
            raise OutputError(
                _("{path}: can't be written: {reason}").format(path=file, reason=error.strerror)
            ) from error
    written = show.number_of(count, "1 subscriber", "{count} subscribers")
    show.note(_("{subscribers} written to {path}").format(subscribers=written, path=file))


def _slugs(names: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Return the slugs of topics given by name or slug; warn of those that no digest has."""
    topics = KnownTopics(settings)
    slugs = {topics.slug(name) for name in names}
    show.unknown_topics(topics.unknown)
    return tuple(sorted(slugs))


def _show(subscriber: Subscriber, *, as_json: bool) -> None:
    if as_json:
        show.json_line(person.values(subscriber))
    else:
        show.line("\t".join(filter(None, _cells(subscriber))))


def _cells(subscriber: Subscriber) -> tuple[str, ...]:
    topics = ", ".join(subscriber.topics) or _("all topics")
    preferences = subscriber.preferences
    values = (preferences.language, preferences.length, preferences.frequency)
    chosen = ", ".join(filter(None, values))
    reason = subscriber.suppression.reason if subscriber.suppression else ""
    return (subscriber.email, word(subscriber.status), topics, chosen, reason)


def _warn_if_not_offered(preferences: Preferences, settings: Settings) -> None:
    offered = settings.newsletter.frequencies
    if preferences.frequency is not None and preferences.frequency not in offered:
        text = _(
            "newsletter.frequencies does not offer {chosen}; until it does, they get {given} issues"
        )
        show.warnings([text.format(chosen=preferences.frequency, given=offered[0])])


for _command in (person.show, person.invite, person.pause, person.resume, person.suppress):
    subscribers.add_command(_command)
