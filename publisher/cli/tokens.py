"""`publisher tokens`: who may use the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, sending, show
from publisher.errors import SettingsError
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_LONGEST_NAME = 64


@click.group(cls=InOrder)
def tokens() -> None:
    """Make, list and revoke the tokens by which programs use the API."""


@tokens.command("add")
@click.argument("name", metavar="NAME", help="By which you know it again.")
@click.option(
    "--scope",
    "scopes",
    type=options.OneOf(Scope),
    multiple=True,
    required=True,
    help="What it is for; may be repeated.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it holds.  [default: always]")
@options.config
@options.verbose
def add(
    *, name: str, scopes: tuple[Scope, ...], days: int | None, config: Path | None, verbose: bool
) -> None:
    """Make a token and print it: this once, as only its hash is kept."""
    from publisher.sender.one_time_tokens import token_hash
    from publisher.services import build
    from publisher.web.api.scopes import new_token

    if not name.isprintable() or not name.strip() or len(name) > _LONGEST_NAME:
        raise SettingsError(f"NAME: has to be a line of 1 to {_LONGEST_NAME} characters")
    token, now = new_token(), sending.now()
    expires = None if days is None else now + timedelta(days=days)
    with build.open_store(options.settings_of(config)) as store:
        store.access_tokens.add(
            name, token_hash(token), scopes, by=options.user(), now=now, expires=expires
        )
    show.line(token)
    show.note(f"{name}: {', '.join(scopes)}; keep it now, it can't be shown again")


@tokens.command("list")
@options.config
@options.verbose
def list_(*, config: Path | None, verbose: bool) -> None:
    """List every token there ever was: name, scopes, when it was made and used, and its end."""
    from publisher.services import build

    now = sending.now()
    with build.open_store(options.settings_of(config)) as store:
        for token in store.access_tokens.all():
            used = f"used {_day(token.used_at)}" if token.used_at else "never used"
            if token.revoked_at is not None:
                end = f"revoked {_day(token.revoked_at)}"
            elif token.expires_at is not None:
                word = "holds until" if token.is_valid(now) else "over since"
                end = f"{word} {_day(token.expires_at)}"
            else:
                end = "holds"
            scopes = ", ".join(sorted(token.scopes))
            made = f"made {_day(token.created_at)}"
            show.line(f"{token.name}\t{scopes}\t{made}\t{used}\t{end}")


@tokens.command("revoke")
@click.argument("name", metavar="NAME")
@options.config
@options.verbose
def revoke(*, name: str, config: Path | None, verbose: bool) -> None:
    """End a token: from now on it opens nothing."""
    from publisher.services import build

    with build.open_store(options.settings_of(config)) as store:
        if not store.access_tokens.revoke(name, by=options.user(), now=sending.now()):
            raise SettingsError(f"{name}: there is no such token, or it was revoked already")
    show.line(f"{name}: revoked")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
