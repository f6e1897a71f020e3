"""The spellings that are one author's, and the addresses of authors."""

from __future__ import annotations

import re

import pytest

from publisher.formatter.author_groups import find_authors
from publisher.formatter.author_identity import author_key, author_slug

TOGETHER = [
    ("Weishi Zheng", "Wei-Shi Zheng", "Wei Shi Zheng", "ZHENG, Wei Shi", "weishi zheng"),
    ("José Ángel López", "Jose Angel Lopez", "José-Ángel López"),
    ("Łukasz Kaiser", "Lukasz Kaiser"),
    ("Matthias Nießner", "Matthias Niessner"),
    ("J. P. Smith", "J.P. Smith", "J.-P. Smith", "JP Smith", "Smith, J. P."),
    ("Laurens van der Maaten", "Laurens Van Der Maaten"),
    ("Conan O'Brien", "Conan O’Brien"),
    ("John Smith", "John A. Smith", "John A Smith", "Smith, John"),
    ("Philip Torr", "Philip H. Torr", "Philip H. S. Torr"),
    ("张三", "张 三"),
    ("The ATLAS Collaboration", "ATLAS Collaboration"),
]
APART = [
    ("J. Smith", "John Smith"),
    ("John A. Smith", "John B. Smith"),
    ("John A. Smith", "John Smith", "John B. Smith"),
    ("John Smith", "John Smith Jr."),
    ("Li Wei", "Wei Li"),
    ("张三", "张三丰"),
    ("Al Smith", "A. L. Smith"),
    ("OpenAI", "Open AI Team"),
]
NO_NAMES = [
    "et al.", "Et al", "Anonymous", "Anonymous Authors", "Unknown", "N/A", "TBD", "various authors",
    "匿名", "作者未知", "等", "-", "", "…", "X", ("The authors of this paper decided to remain "
    "unnamed until the review of the conference has come to its end"),
]  # fmt: skip


def papers_of(*names: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [((name,), (author_key(name),)) for name in names]


@pytest.mark.parametrize("names", TOGETHER)
def test_spellings_of_one_author(names: tuple[str, ...]) -> None:
    authors, _ = find_authors(papers_of(*names, names[0]))
    assert [(author.name, len(author.places)) for author in authors] == [(names[0], len(names) + 1)]


@pytest.mark.parametrize("names", APART)
def test_names_of_several_authors(names: tuple[str, ...]) -> None:
    authors, _ = find_authors(papers_of(*names, *names))
    assert {author.name for author in authors} == set(names)
    assert len({author.slug for author in authors}) == len(names)
    assert [len(author.places) for author in authors] == [2] * len(names)


@pytest.mark.parametrize("name", NO_NAMES)
def test_words_that_are_no_names(name: str) -> None:
    assert author_key(name) == ""
    assert find_authors(papers_of(name, name)) == ([], {})


def test_an_address_is_readable_and_kept() -> None:
    names = ["John A. Smith", "John Smith"]
    before, _ = find_authors(papers_of(*names))
    after, _ = find_authors(papers_of(*names, "John B. Smith", "John B. Smith", names[0], names[1]))
    assert [author.slug for author in before] == ["john-smith"]
    # The oldest keeps it where another one of the name appears.
    assert {author.name: author.slug for author in after} == {
        "John A. Smith": "john-smith",
        "John B. Smith": "john-b-smith",
        "John Smith": "john-smith-x",
    }


@pytest.mark.parametrize("name", ["Index", "Names", "张三", "𝕏 𝕐", "x" * 70 + " y", "С. Иванов"])
def test_no_address_is_that_of_another_page(name: str) -> None:
    slug = author_slug(author_key(name))
    assert re.fullmatch(r"[a-z][a-z-]{0,60}-[0-9a-f]{10}|[a-z]+(?:-[a-z]+)+", slug)


def test_one_paper_is_no_page_and_counts_once() -> None:
    twice = ("Ada Author", "Ada  Author")
    papers = [(twice, tuple(map(author_key, twice))), *papers_of("Bo Writer")]
    assert find_authors(papers)[0] == []
