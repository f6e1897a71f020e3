"""`publisher tokens`: the access tokens of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, sending, show
from publisher.errors import SettingsError
from publisher.services.store import open_store
from publisher.translation import _
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from publisher.store.operations.access_tokens import AccessToken

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
@options.as_json
@options.config
@options.verbose
def add(
    *,
    name: str,
    scopes: tuple[Scope, ...],
    days: int | None,
    as_json: bool,
    config: Path | None,
    verbose: bool,
) -> None:
    """Create a token and print it, once: only its hash is stored."""
    from publisher.sender.one_time_tokens import token_hash
    from publisher.web.api.scopes import new_token

    if not name.isprintable() or not name.strip() or len(name) > _LONGEST_NAME:
        raise SettingsError(
            _("NAME: must be one line of 1 to {count} characters").format(count=_LONGEST_NAME)
        )
    token, now = new_token(), sending.now()
    expires = None if days is None else now + timedelta(days=days)
    with open_store(options.settings_of(config)) as store:
        store.access_tokens.add(
            name, token_hash(token), scopes, by=options.user(), now=now, expires=expires
        )
    if as_json:
        show.json_line({"name": name, "scopes": list(scopes), "token": token})
    else:
        show.line(token)
    show.note(
        _("{name}: {scopes}; copy it now, it can't be shown again").format(
            name=name, scopes=", ".join(scopes)
        )
    )


@tokens.command("list")
@options.as_json_lines
@options.config
@options.verbose
def list_(*, as_json: bool, config: Path | None, verbose: bool) -> None:
    """List all tokens, revoked ones too: name, scopes, creation, last use and end."""
    now = sending.now()
    with open_store(options.settings_of(config)) as store:
        rows = store.access_tokens.all()
    if as_json:
        for token in rows:
            show.json_line(_values(token))
        return
    heads = (_("name"), _("scopes"), _("created"), _("last use"), _("end"))
    show.rows([_cells(token, now) for token in rows], heads)


def _cells(token: AccessToken, now: datetime) -> tuple[str, ...]:
    """Return the row of a token in the list."""
    used = _("never used")
    if token.used_at:
        used = _("used {day}").format(day=_day(token.used_at))
    if token.revoked_at is not None:
        end = _("revoked {day}").format(day=_day(token.revoked_at))
    elif token.expires_at is not None:
        text = _("expires {day}") if token.is_valid(now) else _("expired {day}")
        end = text.format(day=_day(token.expires_at))
    else:
        end = _("never expires")
    created = _("created {day}").format(day=_day(token.created_at))
    return (token.name, ", ".join(sorted(token.scopes)), created, used, end)


def _values(token: AccessToken) -> dict[str, object]:
    def moment(time: datetime | None) -> str | None:
        return None if time is None else time.isoformat(timespec="seconds")

    return {
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created_at": moment(token.created_at),
        "used_at": moment(token.used_at),
        "expires_at": moment(token.expires_at),
        "revoked_at": moment(token.revoked_at),
    }


@tokens.command("revoke")
@click.argument("name", metavar="NAME", help="Name in the list.")
@options.config
@options.verbose
def revoke(*, name: str, config: Path | None, verbose: bool) -> None:
    """Revoke a token; it is refused from now on."""
    with open_store(options.settings_of(config)) as store:
        if not store.access_tokens.revoke(name, by=options.user(), now=sending.now()):
            raise SettingsError(
                _("{name}: no such token, or already revoked; see `publisher tokens list`").format(
                    name=name
                )
            )
    show.line(_("{name}: revoked").format(name=name))


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
