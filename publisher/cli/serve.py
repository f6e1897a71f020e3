"""`publisher serve`: the web app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show
from publisher.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where to listen.  [default: web.host]")
@click.option("--port", type=click.IntRange(1, 65535), help="[default: web.port]")
@options.config
@options.verbose
def serve(*, host: str | None, port: int | None, config: Path | None, verbose: bool) -> None:
    """Serve feeds, pages and forms until SIGTERM or Ctrl-C; needs the extra `web`."""
    import msgspec

    from publisher import pipeline

    try:
        from publisher.web.context import Context
        from publisher.web.server import serve as run
    except ImportError as error:
        raise SettingsError(
            f"{error.name} is missing: pip install 'digest-publisher[web]'"
        ) from error

    settings = options.settings_of(config)
    web = settings.web
    web = msgspec.structs.replace(web, host=host or web.host, port=port or web.port)
    settings = msgspec.structs.replace(settings, web=web)
    with pipeline.open_store(settings) as store:
        show.note(f"{web.root or 'this'} listens on {web.host}:{web.port}")
        run(Context(settings, store, sending.now))
