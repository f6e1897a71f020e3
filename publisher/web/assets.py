"""The app's own style sheet, icon and scripts, as the site may be on another host."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from publisher.formatter.pages.layout import ICON_PATH, STYLE_PATH
from publisher.formatter.pages.shared_files import render_shared_files
from publisher.formatter.templating.templates import render_bytes
from publisher.web.context import context_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from publisher.settings import Settings

_TYPES = {STYLE_PATH: "text/css", ICON_PATH: "image/svg+xml", "work.js": "text/javascript"}


async def asset(request: Request) -> Response:
    """Answer with the file, or 304 if the browser has it."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(404)
    settings = context_of(request).settings
    content = await to_thread.run_sync(_content, name, settings)
    return kept_by_browsers(request, content, _TYPES[name])


def kept_by_browsers(request: Request, content: bytes, media_type: str) -> Response:
    """Answer with `content`, or 304 if the browser has it."""
    etag = f'"{sha256(content).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _content(name: str, settings: Settings) -> bytes:
    if name.endswith(".js"):
        return render_bytes(f"web/{name}.j2", settings)
    return render_shared_files(settings)[name]


ROUTES = (Route("/assets/{name}", asset),)
