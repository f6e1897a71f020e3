"""`publisher secret`: keep a password beside the settings, where only their owner reads it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.errors import SettingsError
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("name", required=False, metavar="[NAME]", help=_("Setting, such as mail.password."))
@click.option("--remove", is_flag=True, help=_("Forget it."))
@options.config
@options.verbose
def secret(*, name: str | None, remove: bool, config: Path | None, verbose: bool) -> None:
    """Keep a password or key beside the settings, or list those that are kept.

    It is asked for, or read from standard input. The environment takes precedence.
    """
    from pathlib import Path

    from publisher.settings import CONFIG_NAME
    from publisher.settings.secret_files import (
        is_secret_name,
        kept_target_secrets,
        secret_file,
        secret_names,
        write_secret,
    )

    base = (config or Path(CONFIG_NAME)).absolute().parent
    names = secret_names()
    if name is None:
        for known in (*names, *kept_target_secrets(base)):
            kept = secret_file(base, known).is_file()
            show.line(f"{known}: {_('kept') if kept else _('not kept')}")
        return
    if not is_secret_name(name):
        known_names = ", ".join((*names, "announce.NAME.url"))
        raise SettingsError(
            _("{name}: is no secret; there are {names}").format(name=name, names=known_names)
        )
    path = secret_file(base, name)
    if remove:
        if not path.is_file():
            raise SettingsError(_("{name}: is not kept in {path}").format(name=name, path=path))
        path.unlink()
        show.line(_("{path} removed").format(path=path))
        return
    text = _asked(name)
    if not text:
        raise SettingsError(_("{name}: nothing was given; it was not changed").format(name=name))
    path = write_secret(base, name, text)
    show.line(_("{name} is kept in {path}, which only you can read").format(name=name, path=path))


def _asked(name: str) -> str:
    """Return the secret that somebody types unseen, or that comes from a pipe."""
    if sys.stdin.isatty():
        prompt = _("{name} (what you type is not shown)").format(name=name)
        return str(click.prompt(prompt, hide_input=True, default="", show_default=False)).strip()
    try:
        return sys.stdin.buffer.readline().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise SettingsError(_("{name}: is not UTF-8").format(name=name)) from error
