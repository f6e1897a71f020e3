"""What every answer of the app tells browsers, caches and search engines.

An endpoint that needs something else sets the header itself; what it sets stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(*, script: bool = False) -> str:
    """Return a Content-Security-Policy: nothing but our own styles, images and forms.

    `script`: our own script files too, and what they ask of this host.
    """
    parts = ["default-src 'none'", "style-src 'self'", "img-src 'self'", "form-action 'self'"]
    if script:
        parts += ["script-src 'self'", "connect-src 'self'"]
    return "; ".join([*parts, "base-uri 'none'", "frame-ancestors 'none'"])


# Addresses hold tokens and pages what somebody chose: nothing is kept and nothing is found.
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
# One year, without subdomains: those may be somebody else's.
HSTS = "max-age=31536000"


class SecurityHeaders:
    """Adds to every answer of `app` the headers of `ALWAYS` that it does not have."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Wrap `app`; `https`: readers reach it so, and are to go on doing that."""
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
