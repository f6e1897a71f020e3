"""`publisher serve`: run the web app."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show
from publisher.errors import SettingsError
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

# The command that starts this program again, for the child that publishes.
PROGRAM = (sys.executable, "-m", "publisher")


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on.  [default: web.host]")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: web.port]"
)
@click.option("--web-only", is_flag=True, help="Serve only; do not run `publisher run` beside it.")
@options.config
@options.verbose
def serve(
    *, host: str | None, port: int | None, web_only: bool, config: Path | None, verbose: bool
) -> None:
    """Serve feeds, pages and forms, and publish automatically like `publisher run`.

    Ends at SIGTERM or Ctrl-C. Needs the extra `web`: pip install 'digest-publisher[web]'.
    """
    import msgspec

    try:
        from publisher.services.private_files import refuse_to_publish
        from publisher.web.context import Context
        from publisher.web.server import serve as run
    except ImportError as error:
        raise SettingsError(
            _("{package} is missing: pip install 'digest-publisher[web]'").format(
                package=error.name
            )
        ) from error

    settings = options.settings_of(config)
    web = settings.web
    web = msgspec.structs.replace(web, host=host or web.host, port=port or web.port)
    settings = msgspec.structs.replace(settings, web=web)
    with open_store(settings) as store:
        refuse_to_publish(settings)
        _check_port(web.host, web.port)
        if web.root:
            text = _("{url} is served from {address}")
            show.note(text.format(url=web.root, address=f"{web.host}:{web.port}"))
        run(Context(settings, store, sending.now, automation=() if web_only else _child(config)))


def _check_port(host: str, port: int) -> None:
    """Raise `SettingsError` where another program listens already, or the port is not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        text = _(
            "web.port: {address} can't be used: {reason}; name another port with --port, or end "
            "the program that has it"
        )
        reason = error.strerror or error
        raise SettingsError(text.format(address=f"{host}:{port}", reason=reason)) from error


def _child(config: Path | None) -> tuple[str, ...]:
    """Return the command of the child that publishes."""
    named = () if config is None else ("--config", str(config))
    return (*PROGRAM, "run", "--with-parent", *named)
