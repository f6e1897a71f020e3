"""`publisher preview --serve`: the site and the next mail in a browser, anew after each change."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from publisher.cli import options, sending, show
from publisher.errors import OutputError
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.live_preview.board import Board
    from publisher.live_preview.server import PreviewServer

PORT = 4242
_PORTS = 20  # that are tried, one after the other


@dataclass(frozen=True, slots=True)
class StartAddress:
    """The port (None: the first that is free), the edition to begin with, and a browser or not."""

    port: int | None
    query: Mapping[str, str | None]
    open_it: bool


def serve(
    config: Path | None, source: Sequence[Path], start: StartAddress, *, verbose: bool
) -> None:
    """Serve and build until SIGTERM or Ctrl-C; the exit code is 0 then.

    Raises `OutputError` where the port is taken.
    """
    from publisher.live_preview import PREFIX
    from publisher.live_preview.board import Board
    from publisher.live_preview.session import PreviewSession
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.settings import CONFIG_NAME

    def line(text: str) -> None:
        show.line(text)
        sys.stdout.flush()

    board = Board()
    server = listening(board, start.port)
    query = urlencode({name: value for name, value in start.query.items() if value})
    page = f"{server.root}{PREFIX.lstrip('/')}{'?' if query else ''}{query}"
    line(_("Preview: {address}").format(address=page))
    line(_("Site alone: {address}").format(address=server.root))
    line(_("Nothing is published or sent. Ctrl-C ends the preview."))
    with graceful_stop() as stopping, server.answering():
        if start.open_it:
            _open(page)
        PreviewSession(
            load=lambda: options.settings_of(config, source),
            config=config or Path(CONFIG_NAME),
            root=server.root,
            board=board,
            say=line,
            stopping=stopping,
            clock=sending.now,
            verbose=verbose,
        ).run()


def listening(board: Board, port: int | None) -> PreviewServer:
    """Return a server that listens on `port`, or on the first that is free of some.

    Raises `OutputError` where it is taken.
    """
    from publisher.live_preview.server import PreviewServer

    for candidate in range(PORT, PORT + _PORTS) if port is None else (port,):
        try:
            return PreviewServer(board, candidate)
        except OSError as error:
            reason = error.strerror or str(error)
    if port is None:
        text = _("no port from {first} to {last} is free; name another with --port")
        raise OutputError(text.format(first=PORT, last=PORT + _PORTS - 1))
    text = _("port {port} can't be used: {reason}; name another with --port, or leave it out")
    raise OutputError(text.format(port=port, reason=reason))


def _open(page: str) -> None:
    import webbrowser

    if not webbrowser.open(page):
        show.note(_("no browser could be started; open the address above"))
