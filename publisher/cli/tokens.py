"""`publisher tokens`: the access tokens of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, sending, show
from publisher.errors import SettingsError
from publisher.services.store import open_store
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_LONGEST_NAME = 64


@click.group(cls=InOrder)
def tokens() -> None:
    """Create, list and revoke access tokens for the API."""


@tokens.command("add")
@click.argument("name", metavar="NAME", help="A name of your choice, for the list.")
@click.option(
    "--scope",
    "scopes",
    type=options.OneOf(Scope),
    multiple=True,
    required=True,
    help="What the token allows; may be repeated.",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Days until it expires.  [default: never]"
)
@options.config
@options.verbose
def add(
    *, name: str, scopes: tuple[Scope, ...], days: int | None, config: Path | None, verbose: bool
) -> None:
    """Create a token and print it, once: only its hash is stored."""
    from publisher.sender.one_time_tokens import token_hash
    from publisher.web.api.scopes import new_token

    if not name.isprintable() or not name.strip() or len(name) > _LONGEST_NAME:
        raise SettingsError(f"NAME: must be one line of 1 to {_LONGEST_NAME} characters")
    token, now = new_token(), sending.now()
    expires = None if days is None else now + timedelta(days=days)
    with open_store(options.settings_of(config)) as store:
        store.access_tokens.add(
            name, token_hash(token), scopes, by=options.user(), now=now, expires=expires
        )
    show.line(token)
    show.note(f"{name}: {', '.join(scopes)}; copy it now, it can't be shown again")


@tokens.command("list")
@options.config
@options.verbose
def list_(*, config: Path | None, verbose: bool) -> None:
    """List all tokens, revoked ones too: name, scopes, creation, last use and end."""
    now = sending.now()
    with open_store(options.settings_of(config)) as store:
        for token in store.access_tokens.all():
            used = f"used {_day(token.used_at)}" if token.used_at else "never used"
            if token.revoked_at is not None:
                end = f"revoked {_day(token.revoked_at)}"
            elif token.expires_at is not None:
                word = "expires" if token.is_valid(now) else "expired"
                end = f"{word} {_day(token.expires_at)}"
            else:
                end = "never expires"
            scopes = ", ".join(sorted(token.scopes))
            created = f"created {_day(token.created_at)}"
            show.line(f"{token.name}\t{scopes}\t{created}\t{used}\t{end}")


@tokens.command("revoke")
@click.argument("name", metavar="NAME")
@options.config
@options.verbose
def revoke(*, name: str, config: Path | None, verbose: bool) -> None:
    """Revoke a token; it is refused from now on."""
    with open_store(options.settings_of(config)) as store:
        if not store.access_tokens.revoke(name, by=options.user(), now=sending.now()):
            raise SettingsError(
                f"{name}: no such token, or already revoked; see `publisher tokens list`"
            )
    show.line(f"{name}: revoked")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
