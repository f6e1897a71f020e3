"""The server: uvicorn with our settings, in one process that finishes its requests at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from publisher.sender.delivery.signals import graceful_stop
from publisher.web import checks
from publisher.web.access_log import AccessLog, Logged
from publisher.web.app import create_app
from publisher.web.dispatcher import RequestDispatcher, app_addresses
from publisher.web.files.answers import SiteFiles
from publisher.web.files.library import Library
from publisher.web.files.protocol import Wiring, protocol_for
from publisher.web.headers import SecurityHeaders
from publisher.web.request_timeout import RequestTimeout

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from starlette.types import ASGIApp

    from publisher.settings import Settings
    from publisher.web.context import Context

_GRACE_SECONDS = 10  # for requests in progress at the end
_IDLE_SECONDS = 15  # for a connection without a request


class WebServer(uvicorn.Server):
    """A server that tells its app at once that it is to stop."""

    def __init__(
        self,
        context: Context,
        log: AccessLog | None = None,
        stop_requested: Callable[[], bool] = bool,
    ) -> None:
        """Make the server of `context` without starting it; tests hand in a `log`.

        `stop_requested` tells of a signal that came before the server listened to signals itself.
        """
        web = context.settings.web
        self._context = context
        self._stop_requested = stop_requested
        self._log = log or AccessLog()
        note = self._log.note if web.access_log else _note_nothing
        library = library_of(context.settings)
        app = create_app(context)
        is_app = app_addresses(app.routes)
        files = SiteFiles(library, context.polls.count)
        both: ASGIApp = RequestDispatcher(guarded(app, context.settings), files, is_app)
        both = RequestTimeout(both, seconds=web.body_seconds)
        super().__init__(
            uvicorn.Config(
                Logged(both, note) if web.access_log else both,
                host=web.host,
                port=web.port,
                http=protocol_for(Wiring(library, context.polls.count, note)),
                lifespan="on",
                ws="none",
                access_log=False,
                log_config=None,
                log_level="error",
                server_header=False,
                proxy_headers=False,  # `guarded` handles them
                limit_concurrency=web.connections,
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal to stop."""
        with self._log.flushing():
            super().run(sockets)

    async def main_loop(self) -> None:
        """Handle requests until a signal to stop, also one that came while the server started."""
        if self._stop_requested():
            self._context.stopping.set()
            self.should_exit = True
        await super().main_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop gracefully at the first signal, at once at the second."""
        self._context.stopping.set()
        super().handle_exit(sig, frame)


def guarded(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Return `app` with the middleware of all its requests."""
    web = settings.web
    app = SecurityHeaders(app, https=web.root.startswith("https:"))
    return ProxyHeadersMiddleware(  # type: ignore[return-value]
        app,  # type: ignore[arg-type]
        trusted_hosts=list(web.trusted_proxies),
    )


def library_of(settings: Settings) -> Library:
    """Return the files of the output folder, below the path of the site's URL."""
    root = settings.site.root
    return Library(
        settings.path(settings.output.folder),
        root=root,
        hub=settings.feeds.hub,
        prefix=urlsplit(root).path or "/",
    )


def serve(context: Context, sockets: list[socket.socket] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C, on `sockets` or else at the address of the settings.

    Raises `SettingsError` where the app must not run.
    """
    checks.check(context.settings, context.store.keys)
    # uvicorn raises the signal again at its end; without this the exit code would be an error.
    with graceful_stop() as stop_requested:
        WebServer(context, stop_requested=stop_requested).run(sockets)


def _note_nothing(*_request: object) -> None:
    return
