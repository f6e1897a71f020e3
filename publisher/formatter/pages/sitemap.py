"""Sitemaps (https://www.sitemaps.org/protocol.html): one for each quarter, and an index of them.

A sitemap speaks for its own folder and those below it, so all of them are at the top.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from publisher.formatter.pages.layout import address
from publisher.formatter.paths import paper_stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from publisher.settings import Settings

SITEMAP_PATH, ROBOTS_PATH = "sitemap.xml", "robots.txt"
LISTS_PATH, AUTHORS_SITEMAP_PATH = "sitemap-lists.xml", "sitemap-authors.xml"
MOST_ADDRESSES = 50_000  # in a sitemap, and sitemaps in an index
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap_paths(quarter: str, papers: int) -> list[str]:
    """Return the paths of the sitemaps of so many papers of a quarter ("2024-q4")."""
    numbers = range(2, -(-papers // MOST_ADDRESSES) + 1)
    return [f"sitemap-{quarter}.xml", *(f"sitemap-{quarter}-{number}.xml" for number in numbers)]


def render_sitemap_papers(
    quarter: str, papers: Sequence[tuple[str, datetime]], settings: Settings
) -> dict[str, bytes]:
    """Return the sitemaps of the pages of `papers`: their ids, and when they last changed."""
    return {
        path: _document(
            "urlset",
            "url",
            (
                (f"{settings.site.root}{paper_stem(paper_id)}.html", updated)
                for paper_id, updated in papers[start : start + MOST_ADDRESSES]
            ),
        )
        for path, start in zip(
            sitemap_paths(quarter, len(papers)), range(0, len(papers), MOST_ADDRESSES), strict=True
        )
    }


def render_sitemap_lists(
    paths: Iterable[str], settings: Settings, sitemap: str = LISTS_PATH
) -> dict[str, bytes]:
    """Return `sitemap-lists.xml` with all pages but those of papers: of topics, months, issues.

    Those of authors are in a `sitemap` of their own. There are no dates: these pages change when
    papers do, and theirs are in their own sitemaps.
    """
    pages = sorted(path for path in paths if path.endswith(".html") and path != "404.html")
    addresses = ((address(path, settings), None) for path in pages[:MOST_ADDRESSES])
    return {sitemap: _document("urlset", "url", addresses)}


def render_sitemap(
    sitemaps: Iterable[tuple[str, datetime | None]], settings: Settings
) -> dict[str, bytes]:
    """Return `sitemap.xml`, the index of `sitemaps`: paths with the last change of their papers."""
    addresses = ((settings.site.root + path, updated) for path, updated in sitemaps)
    return {SITEMAP_PATH: _document("sitemapindex", "sitemap", addresses)}


def render_robots(settings: Settings) -> dict[str, bytes]:
    """Return `robots.txt`, which welcomes all and names the sitemap (RFC 9309).

    Robots ask for it only at the root of a host: a site in a folder has none, and its owner may
    name the sitemap in that of the host.
    """
    if settings.site.root.count("/") > "https://host/".count("/"):
        return {}
    text = f"User-agent: *\nAllow: /\n\nSitemap: {settings.site.root}{SITEMAP_PATH}\n"
    return {ROBOTS_PATH: text.encode()}


def _document(root: str, element: str, addresses: Iterable[tuple[str, datetime | None]]) -> bytes:
    lines = [f"{_HEAD}<{root} {_NAMESPACE}>\n"]
    for url, updated in addresses:
        changed = f"<lastmod>{updated.isoformat(timespec='seconds')}</lastmod>" if updated else ""
        lines.append(f"<{element}><loc>{escape(url, quote=False)}</loc>{changed}</{element}>\n")
    lines.append(f"</{root}>\n")
    return "".join(lines).encode(errors="replace")
