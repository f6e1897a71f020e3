"""Dispatch requests to the app or to the site's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send


class RequestDispatcher:
    """Hands requests for which `is_app` is true to `app`, all others to `files`."""

    def __init__(self, app: ASGIApp, files: ASGIApp, is_app: Callable[[bytes], bool]) -> None:
        """Dispatch between both; `is_app` takes the raw path."""
        self._app = app
        self._files = files
        self._is_app = is_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        of_files = scope["type"] == "http" and not self._is_app(scope["raw_path"])
        await (self._files if of_files else self._app)(scope, receive, send)


# The app answers at /search itself; what is below it are files of the site.
_WITH_FILES = frozenset({b"search"})


def app_addresses(routes: Iterable[BaseRoute]) -> Callable[[bytes], bool]:
    """Return a function that tells whether a raw path is the app's, by its first part."""
    names = frozenset(getattr(route, "path", "/").split("/")[1].encode("ascii") for route in routes)

    def is_app(raw: bytes) -> bool:
        name, slash, _ = raw[1:].partition(b"/")
        return name in names and not (slash and name in _WITH_FILES)

    return is_app
