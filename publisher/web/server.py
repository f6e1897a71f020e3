"""uvicorn with our settings: one process that lets every request end before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from publisher.sender.stopping import graceful_stop
from publisher.web import checks
from publisher.web.app import create_app
from publisher.web.deadline import Deadline
from publisher.web.headers import SecurityHeaders

if TYPE_CHECKING:
    import socket
    from types import FrameType

    from starlette.types import ASGIApp

    from publisher.web.context import Context

_GRACE_SECONDS = 10  # for requests that are under way
_IDLE_SECONDS = 15  # a connection without a request is kept


class Server(uvicorn.Server):
    """A server that tells its app at once when it is asked to stop."""

    def __init__(self, context: Context) -> None:
        """Make the server of `context`, not started yet."""
        web = context.settings.web
        super().__init__(
            uvicorn.Config(
                wrapped(context),
                host=web.host,
                port=web.port,
                lifespan="on",
                ws="none",
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                proxy_headers=False,  # `wrapped` has it
                limit_concurrency=web.connections,
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._context = context

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal, or at once at the second."""
        self._context.stopping.set()
        super().handle_exit(sig, frame)


def wrapped(context: Context) -> ASGIApp:
    """Return the app of `context` with what every request passes through."""
    settings = context.settings
    app: ASGIApp = create_app(context)
    app = Deadline(app, seconds=settings.web.body_seconds)
    app = SecurityHeaders(app, https=settings.web.root.startswith("https:"))
    return ProxyHeadersMiddleware(  # type: ignore[return-value]
        app,  # type: ignore[arg-type]
        trusted_hosts=list(settings.web.trusted_proxies),
    )


def serve(context: Context, sockets: list[socket.socket] | None = None) -> None:
    """Run until SIGTERM or Ctrl-C; `sockets` are listened on instead of the settings' address.

    Raises `SettingsError` where the app must not run.
    """
    checks.check(context.settings, context.store.keys)
    # uvicorn raises the signal anew when it is done, which is no reason to end with an error.
    with graceful_stop():
        Server(context).run(sockets)
