"""The operator's style sheet, beside that of the site, and the one script: it refreshes progress.

Without scripts the page refreshes itself.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.responses import Response
from starlette.routing import Route

from publisher.formatter.templating import render_bytes
from publisher.web.context import context_of

if TYPE_CHECKING:
    from starlette.requests import Request

_FILES = {
    "/operator/style.css": ("web/operator/style.css.j2", "text/css"),
    "/operator/live.js": ("web/operator/live.js.j2", "text/javascript"),
}


async def file(request: Request) -> Response:
    """Answer with the file, or with 304 to who has it."""
    template, media_type = _FILES[request.url.path]
    content = await to_thread.run_sync(render_bytes, template, context_of(request).settings)
    etag = f'"{sha256(content).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


ROUTES = tuple(Route(path, file) for path in _FILES)
