"""`publisher ping`: tell the WebSub hub after the files of a build were uploaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.errors import SettingsError, SourceError
from publisher.translation import _

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
@options.as_json
@options.config
@options.verbose
def ping(*, file: Path, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Tell the WebSub hub which feeds changed, after they were uploaded."""
    from publisher.services import websub

    settings = options.settings_of(config)
    if not settings.feeds.hub:
        raise SettingsError(_("feeds.hub: is not set, so there is no hub to tell"))
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            _("{path}: can't be read: {reason}").format(path=file, reason=error)
        ) from error
    feeds = websub.current_feeds(filter(None, text.splitlines()), settings.site.root)
    warnings = websub.ping(settings.feeds.hub, feeds)
    show.warnings(warnings)
    if as_json:
        show.json_line({"feeds": list(feeds), "warnings": list(warnings)})
    show.note(show.number_of(len(feeds), "1 changed feed", "{count} changed feeds"))
    if warnings:
        raise SystemExit(1)
