"""The app's pages, rendered from templates/web/ in the visitor's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from publisher import translation
from publisher.formatter.i18n.words import PageWords, WebWords, language_for, languages, words_in
from publisher.formatter.pages.layout import (
    page_title,
    part_language,
    subscribe_url,
)
from publisher.formatter.pages.mail_subscription import mail_subscription
from publisher.formatter.templating.templates import render_bytes
from publisher.web.context import context_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.settings import Settings

_RANGE = re.compile(r"\s*([A-Za-z*]+)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([0-9.]{1,5}))?\s*")
_MOST_RANGES = 10
OPERATOR = "/operator/"
LANGUAGE_COOKIE = "operator-language"


def language_of(request: Request) -> str:
    """Return a language that has words: `?lang=`, else the browser's choice, else the site's.

    The operator's pages are in that of `operator_language`.
    """
    if request.url.path.startswith(OPERATOR):
        return language_for(operator_language(request))
    chosen = request.query_params.get("lang")
    if chosen in languages():
        return chosen
    preferred = preferred_language(request.headers.get("accept-language", ""), languages())
    return preferred or language_for(context_of(request).settings.site.language)


def operator_language(request: Request) -> str:
    """Return the language for operators: the one chosen on a page, else that of the settings.

    By default that is the browser's choice, else that of the environment.
    """
    known = translation.languages()
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in known:
        return chosen
    if (fixed := context_of(request).settings.operator.language) != "auto":
        return fixed
    preferred = preferred_language(request.headers.get("accept-language", ""), known)
    return preferred or translation.language()


def preferred_language(header: str, known: Collection[str]) -> str:
    """Return the one of `known` that an Accept-Language (RFC 9110, 12.5.4) prefers, or ""."""
    best, weight = "", 0.0
    for part in header.split(",")[:_MOST_RANGES]:
        match = _RANGE.fullmatch(part)
        if match is None or match[1].lower() not in known:
            continue
        try:
            quality = float(match[2] or 1)
        except ValueError:
            continue
        if quality > weight:
            best, weight = match[1].lower(), quality
    return best


def words_for(request: Request) -> WebWords:
    """Return the app's words in the visitor's language."""
    return words_in(WebWords, language_of(request))


def page(
    request: Request,
    template: str,
    *,
    title: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **content: object,
) -> Response:
    """Return a page made of `template` (web/...), which knows `words` and `content`.

    Raises `TemplateError`.
    """
    settings = context_of(request).settings
    language = language_of(request)
    html = rendered(
        template,
        settings,
        title=title,
        texts=words_in(PageWords, language),
        labels=words_in(PageWords, language),
        words=words_for(request),
        language=language,
        languages=languages(),
        web=settings.web.root,
        subscribe_url=subscribe_url(settings),
        **content,
    )
    chosen = {"Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(html, status_code=status, headers={**chosen, **(headers or {})})


def rendered(template: str, settings: Settings, *, title: str, **content: object) -> bytes:
    """Return a page of the app, which knows of the site what its frame shows, and `content`.

    Raises `TemplateError`.
    """
    return render_bytes(
        template,
        settings,
        site_title=settings.site.title,
        site_title_lang=part_language(settings.site.title, settings),
        author=settings.site.author,
        page_title=page_title(title, settings.site.title),
        title=title,
        description=title,
        up=settings.site.root,
        mail=mail_subscription(settings),
        **content,
    )
