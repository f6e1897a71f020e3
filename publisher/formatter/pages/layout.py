"""The layout that all pages share: their addresses, titles and languages, and their rendering.

Links between pages are relative, so that the output folder can be opened from disk. The addresses
that people copy, and those for search engines, are absolute.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from publisher.formatter.i18n.text_width import shortened
from publisher.formatter.i18n.words import PageWords, language_for, languages, words_in
from publisher.formatter.pages.mail_subscription import mail_subscription
from publisher.formatter.paths import cover_path
from publisher.formatter.templating.templates import lang_attributes, render_bytes
from publisher.language_detection import language
from publisher.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.settings.sections import Site

STYLE_PATH, ICON_PATH, SCRIPT_PATH = "style.css", "favicon.svg", "site.js"
# As much as search engines and browser tabs show; the number is that of html-validate's long-title.
TITLE_COLUMNS = 70
DESCRIPTION_COLUMNS = 160
SAMPLE = 80  # characters tell a text's language; reading all of them costs as much as its page


def render_page(
    template: str,
    path: str,
    settings: Settings,
    *,
    title: str,
    description: str,
    up: str | None = None,
    picture: str = "",
    **context: object,
) -> bytes:
    """Return the page that belongs at `path` ("papers/2411.19525.html").

    `up` leads from the page to the output folder; None derives it from `path`. `picture` is the
    absolute address of the one that is shown where somebody shares the page, "" for the site's.

    Raises `TemplateError`.
    """
    return render_bytes(
        template,
        settings,
        **_common(settings.site),
        up=way_up(path) if up is None else up,
        page_title=page_title(title, settings.site.title),
        description=shortened(description, DESCRIPTION_COLUMNS),
        canonical=address(path, settings),
        picture=picture or settings.site.root + cover_path(),
        subscribe_url=subscribe_url(settings),
        mail=mail_subscription(settings),
        **context,
    )


def subscribe_url(settings: Settings) -> str:
    """Return the address of the web app's form, "" where there is no app."""
    return f"{settings.web.root}subscribe" if settings.web.root else ""


@lru_cache(maxsize=8)
def _common(site: Site) -> dict[str, object]:
    """Return the values that every template gets; callers must not change them."""
    settings = Settings(site=site)
    return {
        "texts": words(settings),
        "labels": Labels(settings),
        "page_languages": page_languages(settings),
        "site_title": site.title,
        "site_title_lang": part_language(site.title, settings),
        "author": site.author,
    }


def words(settings: Settings) -> PageWords:
    """Return the words in the site's language."""
    return words_in(PageWords, settings.site.language)


class Labels:
    """The words of pages as mark-up, each in all of the page's languages (`in_languages`).

    They are for the text of elements; attributes take those of `words`, in the site's language.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the languages of `settings`."""
        self._settings = settings

    def __getattr__(self, name: str) -> Markup:
        """Return the word of this name, which is kept for the next time."""
        label = in_languages(self._settings, lambda texts: getattr(texts, name))
        setattr(self, name, label)
        return label


def in_languages(settings: Settings, text: Callable[[PageWords], str]) -> Markup:
    """Return `text` in each language of the pages, of which the style shows one at a time."""
    own, offered = text(words(settings)), page_languages(settings)
    if not (own and offered):
        return escape(own)
    return Markup().join(
        Markup('<span class="l" {}>{}</span>').format(
            lang_attributes(tag), text(words_in(PageWords, tag))
        )
        for tag, _ in offered
    )


@lru_cache(maxsize=8)
def _page_languages(own: str, others: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    codes = dict.fromkeys((language_for(own), *others))
    names = languages()
    # The site's own tag may say more than its code: "zh-TW".
    tags = ((own if code == language_for(own) else code, names[code]) for code in codes)
    return tuple(tags) if len(codes) > 1 else ()


def page_languages(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return the languages that a page holds, the site's first: BCP 47 tags and names.

    They are () where there is one alone.
    """
    return _page_languages(settings.site.language, settings.site.languages)


def way_up(path: str) -> str:
    """Return the relative way from the page at `path` to the output folder: "", "../", ..."""
    return "../" * path.count("/")


def address(path: str, settings: Settings) -> str:
    """Return the absolute address of the page at `path`, without "index.html"."""
    folder, _, name = path.rpartition("/")
    if name == "index.html":
        path = f"{folder}/" if folder else ""
    return settings.site.root + path


def page_title(title: str, site_title: str) -> str:
    """Return `title` with the site's name where there is room for both."""
    whole = title if title == site_title else f"{title} – {site_title}"
    return whole if len(whole) <= TITLE_COLUMNS else shortened(title, TITLE_COLUMNS)


def part_language(text: str, settings: Settings) -> str:
    """Return the BCP 47 tag for `text`, the site's own ("zh-TW") where it is the same language."""
    tag = _sampled_language(text[:SAMPLE])
    own_tag, own = _own_language(settings.site.language)
    return own if own_tag == tag else tag


@lru_cache(maxsize=1024)
def _sampled_language(text: str) -> str:
    return language(text)


@lru_cache(maxsize=8)
def _own_language(site_language: str) -> tuple[str, str]:
    return site_language.partition("-")[0].lower(), site_language
