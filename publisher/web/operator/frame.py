"""The frame of the operator's pages: navigation and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from publisher.formatter.i18n.words import PageWords, words_in
from publisher.web.context import context_of
from publisher.web.headers import policy
from publisher.web.pages import rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.web.operator.auth import OperatorRequest

# The parts of the navigation: names and paths.
PARTS = (
    ("Overview", "/operator/"),
    ("Issues", "/operator/issues"),
    ("Preview", "/operator/preview"),
    ("People", "/operator/people"),
    ("Bounces", "/operator/bounces"),
    ("Feeds", "/operator/feeds"),
    ("Gathering", "/operator/gathering"),
    ("Log", "/operator/log"),
)


def operator_page(
    request: OperatorRequest,
    template: str,
    *,
    title: str,
    part: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **content: object,
) -> Response:
    """Return a page for an operator who is logged in; `part` is the path of its part.

    Raises `TemplateError`.
    """
    content |= {
        "operator": request.operator,
        "csrf": request.csrf,
        "parts": PARTS,
        "part": part,
        "zone": request.settings.site.zone,
        "now": request.now,
        "told": request.query("told"),
    }
    return _page(request.request, template, title, status, headers, content)


def outside_page(
    request: Request, template: str, *, title: str, status: int = 200, **content: object
) -> Response:
    """Return a page for visitors who are not logged in. Raises `TemplateError`."""
    return _page(request, template, title, status, None, {"operator": "", **content})


def _page(
    request: Request,
    template: str,
    title: str,
    status: int,
    headers: Mapping[str, str] | None,
    content: Mapping[str, object],
) -> Response:
    settings = context_of(request).settings
    html = rendered(template, settings, title=title, texts=words_in(PageWords, "en"), **content)
    chosen = {"Content-Language": "en", "Content-Security-Policy": policy(script=True)}
    return HTMLResponse(html, status_code=status, headers={**chosen, **(headers or {})})
