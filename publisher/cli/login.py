"""`publisher login`: make a link that logs in to the operator's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import letters, options, sending, show
from publisher.errors import SettingsError
from publisher.services.store import open_store
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.option(
    "--name", metavar="NAME", help="Name of the operator in the logs.  [default: your user name]"
)
@click.option(
    "--email", metavar="ADDRESS", help="Mail the link to one of operator.addresses instead."
)
@options.as_json
@options.config
@options.verbose
def login(
    *, name: str | None, email: str | None, as_json: bool, config: Path | None, verbose: bool
) -> None:
    """Print a link that logs in to the operator's pages, once and within some minutes."""
    settings = options.settings_of(config)
    if not settings.web.root:
        raise SettingsError(_("web.url: is not set; the operator's pages are part of the web app"))
    with open_store(settings) as store:
        if email is None:
            name = name or options.user()
            link = _link(name, settings, store)
            minutes = settings.operator.link_minutes
            if as_json:
                show.json_line({"name": name, "link": link, "minutes": minutes})
            else:
                show.line(link)
            return
        address = _operator(email, settings)
        store.outgoing_queue.put("login", address, "{}", now=sending.now())
        is_sent = letters.send(settings, store)
    if as_json:
        show.json_line({"email": address, "sent": is_sent})
    if not is_sent:
        raise SystemExit(1)


def _link(name: str, settings: Settings, store: Store) -> str:
    from datetime import timedelta

    from publisher.sender.one_time_tokens import new_token

    token, now = new_token(), sending.now()
    minutes = timedelta(minutes=settings.operator.link_minutes)
    store.operators.open_link(token.token_hash, name, now=now, expires=now + minutes)
    show.note(
        ngettext(
            "for {name}, works once within 1 minute:",
            "for {name}, works once within {count} minutes:",
            settings.operator.link_minutes,
        ).format(name=name, count=settings.operator.link_minutes)
    )
    return f"{settings.web.root}operator/login/{token.token}"


def _operator(address: str, settings: Settings) -> str:
    from publisher.addresses import find_same, normalise_email

    email = find_same(address, settings.operator.addresses)
    if email is None:
        raise SettingsError(
            _("operator.addresses: {email} is not one of them").format(
                email=normalise_email(address)
            )
        )
    return normalise_email(email)
