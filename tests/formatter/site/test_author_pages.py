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
