"""`publisher ping`: tell the WebSub hub, where a build's files are uploaded after it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli import show
from publisher.cli.options import Config, Verbose, settings_of
from publisher.errors import SettingsError, SourceError


def ping(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What `build --no-ping` printed; - for stdin.")
    ] = Path("-"),
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Tell the hub of feeds.hub which feeds changed, once they are where readers find them."""
    from publisher import websub

    settings = settings_of(config)
    if not settings.feeds.hub:
        raise SettingsError("feeds.hub: no hub is set")
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: can't be read: {error}") from error
    feeds = websub.current_feeds(filter(None, text.splitlines()), settings.site.root)
    warnings = websub.ping(settings.feeds.hub, feeds)
    show.warnings(warnings)
    show.note(f"{show.count(len(feeds), 'changed feed')}")
    if warnings:
        raise typer.Exit(1)
