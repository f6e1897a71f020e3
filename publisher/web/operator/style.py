"""The operator's style sheet, and the script that updates progress.

Without scripts the page reloads itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.routing import Route

from publisher.formatter.templating.templates import render_bytes
from publisher.web.assets import kept_by_browsers
from publisher.web.context import context_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_FILES = {
    "/operator/style.css": ("web/operator/style.css.j2", "text/css"),
    "/operator/live.js": ("web/operator/live.js.j2", "text/javascript"),
}


async def file(request: Request) -> Response:
    """Answer with the file, or 304 if the browser has it."""
    template, media_type = _FILES[request.url.path]
    content = await to_thread.run_sync(render_bytes, template, context_of(request).settings)
    return kept_by_browsers(request, content, media_type)


ROUTES = tuple(Route(path, file) for path in _FILES)
