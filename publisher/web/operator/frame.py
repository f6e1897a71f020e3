"""What the operator's pages have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from publisher.formatter.pages.frame import page_title, part_language
from publisher.formatter.pages.texts import ENGLISH_PAGES
from publisher.formatter.templating import render_bytes
from publisher.web.context import context_of
from publisher.web.headers import policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.web.operator.gate import Visit

# Their names and where they are, in the order of the bar.
PARTS = (
    ("Overview", "/operator/"),
    ("Issues", "/operator/issues"),
    ("Preview", "/operator/preview"),
    ("People", "/operator/people"),
    ("Bounces", "/operator/bounces"),
    ("Feeds", "/operator/feeds"),
    ("Log", "/operator/log"),
)


def operator_page(
    visit: Visit,
    template: str,
    *,
    title: str,
    part: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **content: object,
) -> Response:
    """Return a page of somebody who is logged in; `part` is the address of the part it is in.

    Raises `TemplateError`.
    """
    content |= {
        "operator": visit.operator,
        "csrf": visit.csrf,
        "parts": PARTS,
        "part": part,
        "zone": visit.settings.site.zone,
        "now": visit.now,
        "told": visit.asked("told"),
    }
    return _page(visit.request, template, title, status, headers, content)


def outside_page(
    request: Request, template: str, *, title: str, status: int = 200, **content: object
) -> Response:
    """Return a page for who is not logged in. Raises `TemplateError`."""
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
    html = render_bytes(
        template,
        settings,
        texts=ENGLISH_PAGES,
        site_title=settings.site.title,
        site_title_lang=part_language(settings.site.title, settings),
        author=settings.site.author,
        page_title=page_title(title, settings.site.title),
        title=title,
        description=title,
        up=settings.site.root,
        **content,
    )
    chosen = {"Content-Language": "en", "Content-Security-Policy": policy(script=True)}
    return HTMLResponse(html, status_code=status, headers={**chosen, **(headers or {})})
