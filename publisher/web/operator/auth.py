"""Authentication by a session cookie, and protection of actions against forged requests (CSRF).

The cookie is SameSite=Strict, as no other site needs to link into the pages. Each form carries a
token of its session, and the headers Sec-Fetch-Site and Origin are checked too, so that either
check is enough.
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
from publisher.translation import using
from publisher.web.context import context_of
from publisher.web.pages import operator_language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date, datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.models import Issue
    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.web.context import Context
    from publisher.web.operator.dashboard_cache import Dashboard, DashboardCache

HOME = "/operator/"
LOGIN = "/operator/login"
_MOST_FIELDS = 2_000  # more than the rows that can be marked on one page
_DIGITS = 18  # of a number below 2 to the 63rd


@dataclass(frozen=True, slots=True)
class OperatorRequest:
    """A request of an operator who is logged in; `form` has the fields of a POST in their order.

    `upload` is the name and content of the file of a form that has one.
    """

    request: Request
    context: Context
    operator: str
    session: str
    form: tuple[tuple[str, str], ...] = ()
    upload: tuple[str, bytes] | None = None

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.context.settings

    @property
    def store(self) -> Store:
        """The open store."""
        return self.context.store

    @property
    def cache(self) -> DashboardCache:
        """Values that are kept between requests."""
        return self.context.dashboard_cache

    def dashboard(self) -> Dashboard | None:
        """Return the digests as read lately; None while the first reading takes long.

        Where an issue was frozen since they were read, they are read again: they would still name
        it as the next one.
        """
        look = self.cache.dashboard(self.settings, self.store, self.context.clock)
        if look is not None and any(self._is_frozen_since(look, row[1]) for row in look.upcoming):
            self.cache.forget_dashboard()
            look = self.cache.dashboard(self.settings, self.store, self.context.clock)
        return look

    def _is_frozen_since(self, look: Dashboard, issue: Issue | None) -> bool:
        info = self.store.issues.get(issue.id) if issue else None
        return info is not None and info.frozen_at > look.at

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
        """The token that a form of this session must contain."""
        return csrf_token(self.session)

    def query(self, name: str, most: int = 200) -> str:
        """Return a query parameter, cut to `most` characters; "" where it is missing."""
        text = self.request.query_params.get(name, "")[:most]
        return "".join(letter for letter in text if letter.isprintable()).strip()

    def number(self, name: str) -> int:
        """Return a query parameter that is an id of the store, 0 where it is missing."""
        return id_of(self.query(name)) or 0

    def part(self, name: str) -> str:
        """Return a parameter of the path."""
        return str(self.request.path_params[name])

    def field(self, name: str) -> str:
        """Return a field of the form, "" where it is missing."""
        return next((value for key, value in self.form if key == name), "").strip()

    def fields(self, name: str) -> list[str]:
        """Return all fields of that name."""
        return [value for key, value in self.form if key == name]

    def note(self, action: str, about: str) -> None:
        """Write an action of the operator to the audit log; `about` names things by their ids."""
        self.store.audit_log.note(self.operator, action, about, now=self.now)

    @property
    def by(self) -> str:
        """The actor, for logs that others write to as well."""
        return f"by operator {self.operator}"


def guarded(
    handler: Callable[[OperatorRequest], Response], *, with_file: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that runs `handler` in a thread, for operators only.

    It runs in the operator's language. Others are redirected to the login. A POST that does not
    prove to be from one of our forms is refused before the store is read; one `with_file` is read
    only for an operator, as files are large.
    """

    async def endpoint(request: Request) -> Response:
        context = context_of(request)
        session = request.cookies.get(cookie_name(context.settings), "")
        sent = _SentForm()
        if request.method == "POST":
            if not session or not from_here(request.headers, context.settings.web.root):
                raise HTTPException(403)
            if with_file and await to_thread.run_sync(_operator_of, context, session) is None:
                raise HTTPException(403)
            sent = await _read_sent(request, files=1 if with_file else 0)
            if not _is_proved(session, sent.fields):
                raise HTTPException(403)
        return await to_thread.run_sync(partial(_run, handler, request, session, sent))

    return endpoint


@dataclass(frozen=True, slots=True)
class _SentForm:
    """The fields of a form, and its file."""

    fields: tuple[tuple[str, str], ...] = ()
    upload: tuple[str, bytes] | None = None


def id_of(text: str) -> int | None:
    """Return `text` as an id, None where the store can't have such an id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


async def read_form(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the fields of a form without files. Raises `HTTPException`."""
    return (await _read_sent(request, files=0)).fields


async def _read_sent(request: Request, *, files: int) -> _SentForm:
    async with request.form(max_files=files, max_fields=_MOST_FIELDS) as sent:
        items = sent.multi_items()
        fields = tuple((key, value) for key, value in items if isinstance(value, str))
        for _key, value in items:
            if not isinstance(value, str):
                return _SentForm(fields, (value.filename or "", await value.read()))
    return _SentForm(fields)


def _run(
    handler: Callable[[OperatorRequest], Response],
    request: Request,
    session: str,
    sent: _SentForm,
) -> Response:
    context = context_of(request)
    operator = _operator_of(context, session) if session else None
    if operator is None:
        if request.method == "POST":
            raise HTTPException(403)
        return RedirectResponse(LOGIN, status_code=303)
    # This thread has a context of its own: requests do not mix.
    with using(operator_language(request)):
        return handler(
            OperatorRequest(request, context, operator, session, sent.fields, sent.upload)
        )


def _operator_of(context: Context, session: str) -> str | None:
    """Return the operator of a session, None for any other text."""
    return context.store.operators.session(token_hash(session), now=context.clock())


def _is_proved(session: str, form: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a form carries the token of the session."""
    token = next((value for key, value in form if key == "csrf"), "")
    return hmac.compare_digest(token.encode(), csrf_token(session).encode())


def from_here(headers: Mapping[str, str], root: str) -> bool:
    """Return whether a POST may come from one of our pages at `root`, an URL.

    Browsers send Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/), Origin or both; Origin is
    "null" from pages that send no referrer, like ours. A client that sends neither is not a
    browser, and the form's token alone decides.
    """
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin", "null")
    return site == "same-origin" and origin in ("null", root.rstrip("/"))


def csrf_token(session: str) -> str:
    """Return the token of a session's forms, which can't be made without the session."""
    return hmac.new(session.encode(), b"form", sha256).hexdigest()


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; over https one that no sibling host can set (RFC 6265bis)."""
    return "__Host-operator" if is_https(settings) else "operator"


def is_https(settings: Settings) -> bool:
    """Return whether readers reach the app by https."""
    return settings.web.root.startswith("https:")
