"""`publisher ping`: tell the WebSub hub after the files of a build were uploaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.errors import SettingsError, SourceError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument(
    "file",
    type=options.PATH,
    default="-",
    metavar="[FILE]",
    help="Output of `publisher build --no-ping`; - for standard input.  [default: -]",
)
@options.config
@options.verbose
def ping(*, file: Path, config: Path | None, verbose: bool) -> None:
    """Tell the WebSub hub which feeds changed, after they were uploaded."""
    from publisher.services import websub

    settings = options.settings_of(config)
    if not settings.feeds.hub:
        raise SettingsError("feeds.hub: is not set, so there is no hub to tell")
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: can't be read: {error}") from error
    feeds = websub.current_feeds(filter(None, text.splitlines()), settings.site.root)
    warnings = websub.ping(settings.feeds.hub, feeds)
    show.warnings(warnings)
    show.note(f"{show.count(len(feeds), 'changed feed')}")
    if warnings:
        raise SystemExit(1)
