"""`publisher store`: the encrypted copy of the store in a git repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, show
from publisher.services.store import store_path
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.services.remote_store import RemoteStore


def _copy(config: Path | None) -> RemoteStore:
    from publisher.services.remote_store import RemoteStore

    settings = options.settings_of(config)
    return RemoteStore.of(settings, store_path(settings))


@click.group(cls=InOrder)
def store() -> None:
    """Keep the store, encrypted, in a git repository (`store.remote`)."""


@store.command("pull")
@click.option("--force", is_flag=True, help="Throw away what this machine has not saved.")
@options.config
@options.verbose
def pull(*, force: bool, config: Path | None, verbose: bool) -> None:
    """Take over the copy that was saved last."""
    copy = _copy(config)
    text = (
        _("store: as in {place}")
        if copy.pull(force=force)
        else _("store: nothing is saved yet in {place}")
    )
    show.line(text.format(place=copy.place))


@store.command("push")
@click.option("--force", is_flag=True, help="Replace what others have saved.")
@options.config
@options.verbose
def push(*, force: bool, config: Path | None, verbose: bool) -> None:
    """Save a copy; refused where somebody else has saved since the last pull."""
    copy = _copy(config)
    text = (
        _("store: saved in {place}")
        if copy.push(force=force)
        else _("store: has not changed since it was saved in {place}")
    )
    show.line(text.format(place=copy.place))
