"""The authors of all papers: spellings together, each with a name, an address and their papers."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from publisher.formatter.author_identity import author_slug, given_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEAST_PAPERS = 2  # of an author who has a page


class Author(NamedTuple):
    """An author who has a page: the most frequent spelling, and the places of their papers.

    `sorted_as` begins with the family name, without case and marks.
    """

    slug: str
    name: str
    sorted_as: str
    places: tuple[int, ...]


def find_authors(
    papers: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> tuple[list[Author], dict[str, int]]:
    """Return the authors of `LEAST_PAPERS` or more, sorted by name, and their places by key.

    `papers` are the names and `author_key`s of each paper's authors, the oldest first.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for place, (of_paper, keys) in enumerate(papers):
        for name, key in zip(of_paper, keys, strict=True):
            if key:
                places[key].append(place)
                names[key].append(name)
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for key in places:
        spellings[key[: key.rindex("|") + 1]].append(key)
    authors: list[tuple[Author, Sequence[str]]] = []
    for base, of_base in spellings.items():
        if len(of_base) == 1 and len(places[of_base[0]]) < LEAST_PAPERS:
            continue
        for slug, keys in _groups(base, of_base, places):
            of_author = tuple(sorted({place for key in keys for place in places[key]}))
            if len(of_author) >= LEAST_PAPERS:
                name = _most_frequent([name for key in keys for name in names[key]])
                authors.append((Author(slug, name, _sorted_as(keys[0]), of_author), keys))
    authors.sort(key=lambda author: (author[0].sorted_as, author[0].slug))
    by_key = {key: number for number, (_, keys) in enumerate(authors) for key in keys}
    return [author for author, _ in authors], by_key


def _groups(
    base: str, keys: Sequence[str], places: Mapping[str, Sequence[int]]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the address of each author among `keys`, which differ in middle initials alone.

    They are one where no two initials contradict. The one whose first paper is the oldest has the
    address without initials, and keeps it.
    """
    by_length = sorted(keys, key=lambda key: (len(key), key))
    if all(long.startswith(short) for short, long in pairwise(by_length)):
        yield author_slug(base), by_length
        return
    by_age = sorted(keys, key=lambda key: (places[key][0], key))
    for key in by_age:
        slug = author_slug(base if key == by_age[0] else key)
        # The one without initials is not the oldest, whose address this would be.
        yield (f"{slug}-x" if key == base != by_age[0] else slug), (key,)


def _most_frequent(names: Sequence[str]) -> str:
    """Return the most frequent spelling, of those equally frequent the first."""
    first = names[0]
    if names.count(first) == len(names):
        return given_first(first)
    return Counter(map(given_first, names)).most_common(1)[0][0]


def _sorted_as(key: str) -> str:
    family, given, middle = key.split("|")
    return f"{family} {given.replace('.', '')} {middle}".strip()
