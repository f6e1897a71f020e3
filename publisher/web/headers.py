"""Security headers of the app's answers, for browsers, caches and search engines.

A header that an endpoint sets itself is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(*, script: bool = False) -> str:
    """Return a Content-Security-Policy that allows our own styles, images and forms only.

    `script` allows our own script files too, and their requests to this host.
    """
    parts = ["default-src 'none'", "style-src 'self'", "img-src 'self'", "form-action 'self'"]
    if script:
        parts += ["script-src 'self'", "connect-src 'self'"]
    return "; ".join([*parts, "base-uri 'none'", "frame-ancestors 'none'"])


# URLs contain tokens and pages personal choices, so nothing is cached or indexed.
ALWAYS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
# One year, without subdomains, which may belong to somebody else.
HSTS = "max-age=31536000"


class SecurityHeaders:
    """Middleware that adds the headers of `ALWAYS` to every answer that lacks them."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Wrap `app`; `https` tells browsers to use nothing but https."""
        self._app = app
        self._headers = {**ALWAYS, **({"Strict-Transport-Security": HSTS} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
