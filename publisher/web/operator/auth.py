"""Who gets in: a session's cookie for every page, and for every action proof of our own form.

The cookie is SameSite=Strict: no other site has a reason to lead an operator here logged in. Each
form carries a token that only pages of the session have, and the browser's own word for where a
request comes from is heard too (Sec-Fetch-Site, Origin), so that one of them is enough.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from publisher.sender.one_time_tokens import token_hash
from publisher.web.context import context_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date, datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.web.context import Context
    from publisher.web.operator.dashboard_cache import DashboardCache

HOME = "/operator/"
LOGIN = "/operator/login"
_MOST_FIELDS = 2_000  # rows that are marked on one page, and more
_DIGITS = 18  # of what is surely below 2 to the 63rd


@dataclass(frozen=True, slots=True)
class OperatorRequest:
    """A request of somebody who is logged in; `form` has what a POST brought, in its order."""

    request: Request
    context: Context
    operator: str
    session: str
    form: tuple[tuple[str, str], ...] = ()

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.context.settings

    @property
    def store(self) -> Store:
        """The open store."""
        return self.context.store

    @property
    def lookout(self) -> DashboardCache:
        """What is kept between requests."""
        return self.context.lookout

    @property
    def now(self) -> datetime:
        """The time."""
        return self.context.clock()

    @property
    def today(self) -> date:
        """The day in the site's time zone."""
        return self.now.astimezone(self.settings.site.zone).date()

    @property
    def csrf(self) -> str:
        """What a form of this session has to bring."""
        return csrf_token(self.session)

    def asked(self, name: str, most: int = 200) -> str:
        """Return a parameter of the address, cut to `most` characters; "" where there is none."""
        text = self.request.query_params.get(name, "")[:most]
        return "".join(letter for letter in text if letter.isprintable()).strip()

    def number(self, name: str) -> int:
        """Return a parameter that is an id of the store, 0 where there is none."""
        return id_of(self.asked(name)) or 0

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def field(self, name: str) -> str:
        """Return a field of the form, "" where there is none."""
        return next((value for key, value in self.form if key == name), "").strip()

    def fields(self, name: str) -> list[str]:
        """Return all fields of that name."""
        return [value for key, value in self.form if key == name]

    def note(self, action: str, about: str) -> None:
        """Write down what the operator did; `about` names things by their ids."""
        self.store.audit_log.note(self.operator, action, about, now=self.now)

    @property
    def by(self) -> str:
        """Who did it, for logs that others write into too."""
        return f"by operator {self.operator}"


def guarded(
    handler: Callable[[OperatorRequest], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that lets operators in and runs `handler` for them in a thread.

    Others are led to the login; a POST that is not proved to be from one of our forms is refused
    before anything is read from the store.
    """

    async def endpoint(request: Request) -> Response:
        session = request.cookies.get(cookie_name(context_of(request).settings), "")
        form: tuple[tuple[str, str], ...] = ()
        if request.method == "POST":
            form = await read_form(request)
            if not session or not _is_ours(request, session, form):
                raise HTTPException(403)
        return await to_thread.run_sync(partial(_run, handler, request, session, form))

    return endpoint


def id_of(text: str) -> int | None:
    """Return the id that `text` is, None where the store can't have it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


async def read_form(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the fields of a form without files. Raises `HTTPException`."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as sent:
        return tuple((key, value) for key, value in sent.multi_items() if isinstance(value, str))


def _run(
    handler: Callable[[OperatorRequest], Response],
    request: Request,
    session: str,
    form: tuple[tuple[str, str], ...],
) -> Response:
    context = context_of(request)
    operator = None
    if session:
        operator = context.store.operators.session(token_hash(session), now=context.clock())
    if operator is None:
        if request.method == "POST":
            raise HTTPException(403)
        return RedirectResponse(LOGIN, status_code=303)
    return handler(OperatorRequest(request, context, operator, session, form))


def _is_ours(request: Request, session: str, form: tuple[tuple[str, str], ...]) -> bool:
    given = next((value for key, value in form if key == "csrf"), "")
    proved = hmac.compare_digest(given.encode(), csrf_token(session).encode())
    return proved and from_here(request.headers, context_of(request).settings.web.root)


def from_here(headers: Mapping[str, str], root: str) -> bool:
    """Return whether a POST may come from a page of ours at `root` ("https://papers.example.org/").

    Browsers send Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) or Origin or both; that is
    "null" from pages that send no referrer, as ours. What neither is in is no browser: then the
    form's token decides alone.
    """
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin", "null")
    return site == "same-origin" and origin in ("null", root.rstrip("/"))


def csrf_token(session: str) -> str:
    """Return what forms of a session carry: nobody has it who does not have the session."""
    return hmac.new(session.encode(), b"form", sha256).hexdigest()


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name: over https one that no neighbouring host can set (RFC 6265bis)."""
    return "__Host-operator" if is_https(settings) else "operator"


def is_https(settings: Settings) -> bool:
    """Return whether readers reach the app by https."""
    return settings.web.root.startswith("https:")
