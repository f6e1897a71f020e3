"""The files that all pages share: style sheet, script, icon in the site's colour, the 404 page.

The style sheet is one file that browsers keep. Its name has no hash of its content: so a new colour
rewrites one file instead of every page, and a page that a browser or a cache has from an hour ago
still finds its style.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from publisher.formatter.colour import schemes
from publisher.formatter.pages.layout import (
    ICON_PATH,
    SCRIPT_PATH,
    STYLE_PATH,
    page_languages,
    render_page,
    words,
)
from publisher.formatter.templating.templates import render_bytes

if TYPE_CHECKING:
    from publisher.settings import Settings

NOT_FOUND_PATH = "404.html"


def render_shared_files(settings: Settings) -> dict[str, bytes]:
    """Return `style.css`, `favicon.svg`, `site.js` and `404.html`; they depend on settings alone.

    Raises `TemplateError`.
    """
    light, dark = schemes(settings.site.colour)
    texts = words(settings)
    files = {
        path: render_bytes(
            f"pages/{path}.j2",
            settings,
            light=light,
            dark=dark,
            texts=texts,
            page_languages=page_languages(settings),
        )
        for path in (STYLE_PATH, ICON_PATH, SCRIPT_PATH)
    }
    files[NOT_FOUND_PATH] = render_page(
        "pages/404.html.j2",
        NOT_FOUND_PATH,
        settings,
        title=texts.not_found,
        description=texts.not_found_help,
        # It is shown at any wrong address, so its links can't be relative.
        up=settings.site.root,
        style_sheet=Markup(files[STYLE_PATH].decode()),  # noqa: S704 - ours, or the user's own
    )
    return files
