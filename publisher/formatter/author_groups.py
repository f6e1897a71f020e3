"""The authors of all papers: spellings together, each with a name, an address and their papers."""

from __future__ import annotations

from collections import Counter
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
    places: dict[str, list[int]] = {}
    for place, (_, keys) in enumerate(papers):
        for key in keys:
            if key:
                places.setdefault(key, []).append(place)
    spellings: dict[str, list[str]] = {}
    for key in places:
        spellings.setdefault(key[: key.rindex("|") + 1], []).append(key)
    groups = [
        (slug, keys, tuple(sorted({place for key in keys for place in places[key]})))
        for base, of_base in spellings.items()
        if len(of_base) > 1 or len(places[of_base[0]]) >= LEAST_PAPERS
        for slug, keys in _groups(base, of_base, places)
    ]
    authors = sorted(
        (
            (
                Author(slug, _name(keys, of_group, papers), _sorted_as(keys[0]), of_group),
                keys,
            )
            for slug, keys, of_group in groups
            if len(of_group) >= LEAST_PAPERS
        ),
        key=lambda author: (author[0].sorted_as, author[0].slug),
    )
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


def _name(
    keys: Sequence[str],
    places: Sequence[int],
    papers: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> str:
    """Return the most frequent spelling, of those equally frequent the oldest."""
    spellings = Counter(
        given_first(name)
        for place in places
        for name, key in zip(*papers[place], strict=True)
        if key in keys
    )
    return spellings.most_common(1)[0][0]


def _sorted_as(key: str) -> str:
    family, given, middle = key.split("|")
    return f"{family} {given.replace('.', '')} {middle}".strip()
