"""The pages of authors with two papers or more, and the lists of them by papers and by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.pages import (
    AUTHORS_PATH,
    AUTHORS_SITEMAP_PATH,
    render_author,
    render_authors,
    render_names,
    render_sitemap_lists,
)
from publisher.formatter.paths import (
    author_names_path,
    author_path,
    pages_of,
)
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.site.author_pages import AuthorPage, AuthorPages, NamePage
    from publisher.formatter.site.paper_index import PaperIndex


def author_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets: a page for each author, and one for each list by name."""
    pages = index.authors
    fingerprints = pages.page_fingerprints(
        [item.summary.fingerprint for item in index.oldest_first]
    )
    for page, fingerprint in zip(pages.pages, fingerprints, strict=True):
        yield BuildTarget(
            name=f"author {page.slug}",
            fingerprint=fingerprint,
            paths=partial(_author_paths, page),
            render=partial(_render_author, index, page),
            batch=f"authors {page.slug[:2]}",
            stage=stage,
        )
    for names in pages.name_pages():
        longer = stable_hash(*(f"{prefix} {count}" for prefix, count in names.longer))
        yield BuildTarget(
            name=f"authors by name {names.prefix}",
            fingerprint=mixed((longer, *map(pages.row_fingerprint, names.authors))),
            paths=partial(_names_paths, names),
            render=partial(_render_names, index, names),
            batch=f"authors by name {names.prefix[:1]}",
            stage=stage,
        )


def author_list_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the target: the authors with most papers, and the way to all of them."""
    pages = index.authors
    letters = _letters(pages)
    yield BuildTarget(
        name="authors",
        fingerprint=mixed(
            (
                len(pages.authors),
                bool(index.venues),
                stable_hash(*(f"{prefix} {count}" for prefix, count in letters)),
                *map(pages.row_fingerprint, pages.by_papers()),
            )
        ),
        paths=lambda: (AUTHORS_PATH,),
        render=partial(_render_authors, index, letters),
        stage=stage,
    )
    if pages.authors:
        paths = [author_path(page.slug) for page in pages.pages]
        yield BuildTarget(
            name="sitemap of authors",
            fingerprint=stable_hash(*paths),
            paths=lambda: (AUTHORS_SITEMAP_PATH,),
            render=partial(render_sitemap_lists, paths, index.settings, AUTHORS_SITEMAP_PATH),
            stage=stage,
        )


def _letters(pages: AuthorPages) -> list[tuple[str, int]]:
    """Return the first letters of names, each with their number of authors."""
    return [(page.prefix, page.total) for page in pages.name_pages() if page.is_first]


def _author_paths(page: AuthorPage) -> list[str]:
    return [author_path(page.slug, number) for number in range(1, pages_of(len(page.places)) + 1)]


def _render_author(index: PaperIndex, page: AuthorPage) -> dict[str, bytes]:
    pages = index.authors
    papers = [index.listed(index.oldest_first[place]) for place in reversed(page.places)]
    return render_author(pages.names(page), papers, pages.coauthors(page), index.settings)


def _names_paths(page: NamePage) -> tuple[str, ...]:
    return (author_names_path(page.prefix),)


def _render_names(index: PaperIndex, page: NamePage) -> dict[str, bytes]:
    authors = [index.authors.link(number) for number in page.authors]
    return render_names(page.prefix, authors, page.longer, index.settings)


def _render_authors(index: PaperIndex, letters: Sequence[tuple[str, int]]) -> dict[str, bytes]:
    pages = index.authors
    authors = [pages.link(number) for number in pages.by_papers()]
    return render_authors(
        authors, len(pages.authors), letters, index.settings, has_venues=bool(index.venues)
    )
