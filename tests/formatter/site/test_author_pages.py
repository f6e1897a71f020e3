"""The lists of authors by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.formatter.author_identity import author_key
from publisher.formatter.paths import AUTHORS_ON_A_PAGE, author_names_path
from publisher.formatter.site.author_pages import MOST_PAPERS_FIRST, AuthorPages

if TYPE_CHECKING:
    from collections.abc import Iterable


def pages_of(names: Iterable[str]) -> AuthorPages:
    paper = tuple(names)
    keys = tuple(map(author_key, paper))
    return AuthorPages([(paper, keys), (paper, keys)])


def named(family: str, count: int) -> list[str]:
    return [f"Ada{'abcdefghij'[n // 26 % 10]}{chr(97 + n % 26)} {family}" for n in range(count)]


def test_few_authors_are_on_one_page() -> None:
    assert pages_of(named("Bay", MOST_PAPERS_FIRST)).name_pages() == []


def test_some_letters_share_a_list() -> None:
    pages = pages_of([*named("Bay", 150), *named("Cole", 100), *named("Zhu", 60), "王 伟"])
    lists = pages.name_pages()
    assert [(page.prefix, page.total, page.is_first) for page in lists] == [
        ("", 1, True),
        ("a–c", 250, True),
        ("w–z", 60, True),
    ]
    assert [author_names_path(page.prefix) for page in lists] == [
        "authors/names/other.html",
        "authors/names/a-to-c.html",
        "authors/names/w-to-z.html",
    ]


def test_many_names_have_lists_of_longer_beginnings() -> None:
    names = [*named("Bay", 250), *named("Cole", 250), *named("Cu", 5), *named("Ash", 3)]
    pages = pages_of(names)
    lists = pages.name_pages()
    assert [(page.prefix, len(page.authors), page.longer) for page in lists] == [
        ("a–c", 3, (("b", 250), ("c", 255))),
        ("b", 250, ()),
        ("c", 255, ()),
    ]
    assert [page.is_first for page in lists] == [True, False, False]
    assert sorted(number for page in lists for number in page.authors) == list(range(len(names)))


@pytest.mark.parametrize("count", [1, 300, AUTHORS_ON_A_PAGE + 1])
def test_each_author_is_in_one_list(count: int) -> None:
    pages = pages_of(
        [*named("Lee", 260), *(f"{chr(0x4E00 + n)}{chr(0x5E00 + n)}" for n in range(count))]
    )
    lists = pages.name_pages()
    numbers = [number for page in lists for number in page.authors]
    assert sorted(numbers) == list(range(260 + count))
    assert len({author_names_path(page.prefix) for page in lists}) == len(lists)


def of_papers(*papers: str) -> AuthorPages:
    """Return the pages of the authors of `papers`, the oldest first: "Ada Author, Bo Writer"."""
    names = [tuple(paper.split(", ")) for paper in papers]
    return AuthorPages([(of_paper, tuple(map(author_key, of_paper))) for of_paper in names])


def test_authors_of_the_same_papers_share_a_page() -> None:
    pages = of_papers(
        "Zoe Last, Ada Author, Bo Writer", "Ada Author, Cy Other", "Bo Writer, Zoe Last", "Cy Other"
    )
    assert [(page.slug, pages.names(page), page.places) for page in pages.pages] == [
        ("ada-author", [("Ada Author", "ada-author")], (0, 1)),
        ("zoe-last", [("Zoe Last", "zoe-last"), ("Bo Writer", "bo-writer")], (0, 2)),
        ("cy-other", [("Cy Other", "cy-other")], (1, 3)),
    ]
    assert pages.links(0) == {
        "Zoe Last": "authors/zoe-last.html",
        "Ada Author": "authors/ada-author.html",
        "Bo Writer": "authors/zoe-last.html#bo-writer",
    }
    of_zoe = pages.pages[1]
    assert pages.coauthors(of_zoe) == [("Ada Author", "authors/ada-author.html", 1)]


def test_an_address_stays_where_one_of_a_page_writes_another_paper() -> None:
    together = ("Ada Author, Bo Writer", "Bo Writer, Ada Author")
    assert [page.slug for page in of_papers(*together).pages] == ["ada-author"]
    apart = of_papers(*together, "Ada Author")
    assert {page.slug: page.places for page in apart.pages} == {
        "ada-author": (0, 1, 2),
        "bo-writer": (0, 1),
    }
    assert apart.fingerprint(0) != of_papers(*together).fingerprint(0)
