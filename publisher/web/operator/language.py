"""The switch of the language, which every page has, also those outside.

The choice is kept in a cookie of the operator's pages. It is SameSite=Lax, so that the page of a
link in a mail is in that language too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher import translation
from publisher.web.context import context_of
from publisher.web.operator import auth
from publisher.web.pages import LANGUAGE_COOKIE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_YEAR_SECONDS = 31_536_000
_OUR_PAGE = re.compile(r"/operator/[!-~]{0,2000}")


async def switch(request: Request) -> Response:
    """Keep the chosen language, and return to the page where it was chosen."""
    settings = context_of(request).settings
    if not auth.from_here(request.headers, settings.web.root):
        raise HTTPException(403)
    fields = dict(await auth.read_form(request))
    language, page = fields.get("language", ""), fields.get("page", "")
    if language not in translation.languages():
        raise HTTPException(400)
    response = RedirectResponse(page if _OUR_PAGE.fullmatch(page) else auth.HOME, status_code=303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=_YEAR_SECONDS,
        path=auth.HOME,
        secure=auth.is_https(settings),
        httponly=True,
        samesite="lax",
    )
    return response


ROUTES = (Route("/operator/language", switch, methods=["POST"]),)
