"""The authors who have pages, as papers and lists link to them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from publisher.formatter.author_groups import find_authors
from publisher.formatter.pages import AuthorLink
from publisher.formatter.paths import AUTHORS_ON_A_PAGE, author_path
from publisher.formatter.site.build_target import mixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_PAPERS_FIRST = 200  # authors on the first list
# Of a letter with too many names for a page, the next letters with so many have pages of their own.
_WORTH_A_PAGE = 12
_FEW_COAUTHORS = 30
# As on the keys of a telephone.
_LETTERS = ("a–c", "d–f", "g–i", "j–l", "m–o", "p–s", "t–v", "w–z")


class AuthorPage(NamedTuple):
    """The page of an author, and of those who wrote the same papers, first authors first."""

    slug: str
    authors: tuple[int, ...]
    places: tuple[int, ...]  # of their papers


class NamePage(NamedTuple):
    """The authors whose names begin with `prefix`, but for those on pages of longer prefixes.

    The prefix of a first page is a range of letters, or "" for names with no Latin letter.
    """

    prefix: str
    authors: tuple[int, ...]
    longer: tuple[tuple[str, int], ...]  # prefixes with their numbers of authors

    @property
    def is_first(self) -> bool:
        """Whether no other page of names leads to it."""
        return not self.prefix or self.prefix in _LETTERS

    @property
    def total(self) -> int:
        """The number of authors on this page, and on those that it leads to."""
        return len(self.authors) + sum(count for _, count in self.longer)


class AuthorPages:
    """The authors who have pages, and the papers' links to them."""

    def __init__(self, papers: Sequence[tuple[Sequence[str], Sequence[str]]]) -> None:
        """Find the authors of `papers`: names and keys of each one's authors, the oldest first."""
        self._papers = papers
        self.authors, self._by_key = find_authors(papers)
        by_key = self._by_key
        self.of_paper = [
            tuple(dict.fromkeys(by_key[key] for key in keys if key in by_key)) for _, keys in papers
        ]
        self.pages = self._shared_pages()
        slugs = {number: page.slug for page in self.pages for number in page.authors}
        self._paths = [
            author_path(slugs[number]) + (f"#{author.slug}" if author.slug != slugs[number] else "")
            for number, author in enumerate(self.authors)
        ]
        self._addresses = [crc32(path.encode()) for path in self._paths]
        self._names = [crc32(author.name.encode(errors="replace")) for author in self.authors]

        self._shown = list(map(mixed, zip(self._addresses, self._names, strict=True)))

    def links(self, place: int) -> Mapping[str, str]:
        """Return the pages of the authors of the paper at `place`, by their names there."""
        by_key = self._by_key
        return {
            name: self._paths[by_key[key]]
            for name, key in zip(*self._papers[place], strict=True)
            if key in by_key
        }

    def fingerprint(self, place: int) -> int:
        """Return 63 bits that stand for `links`."""
        return mixed(self._addresses[number] for number in self.of_paper[place])

    def link(self, number: int) -> AuthorLink:
        """Return the author as pages name them."""
        author = self.authors[number]
        return AuthorLink(author.name, self._paths[number], len(author.places))

    def row_fingerprint(self, number: int) -> int:
        """Return 63 bits that stand for `link`."""
        size = len(self.authors[number].places)
        return mixed((self._shown[number], size))

    def names(self, page: AuthorPage) -> list[tuple[str, str]]:
        """Return the names of the authors of `page`, each with what addresses it there."""
        authors = (self.authors[number] for number in page.authors)
        return [(author.name, author.slug) for author in authors]

    def coauthors(self, page: AuthorPage) -> list[AuthorLink]:
        """Return those with other pages who share most papers, with how many they share."""
        shared: dict[int, int] = {}
        for place in page.places:
            for other in self.of_paper[place]:
                shared[other] = shared.get(other, 0) + 1
        for number in page.authors:
            del shared[number]
        first = sorted(shared, key=lambda other: (-shared[other], other))[:_FEW_COAUTHORS]
        return [self.link(other)._replace(papers=shared[other]) for other in first]

    def page_fingerprints(self, papers: Sequence[int]) -> list[int]:
        """Return 63 bits for each of `pages`; `papers` are the fingerprints of all papers."""
        shown = [
            mixed((paper, *(self._shown[number] for number in of_paper)))
            for paper, of_paper in zip(papers, self.of_paper, strict=True)
        ]
        return [
            mixed(
                (
                    *(self._shown[number] for number in page.authors),
                    *(shown[place] for place in page.places),
                )
            )
            for page in self.pages
        ]

    def _shared_pages(self) -> list[AuthorPage]:
        """Return the pages: those who wrote the same papers have one.

        Of the authors of two papers a third and more wrote the same two. Where one of them writes
        another, the page at the same address is of that author alone or stays with the others.
        """
        by_places: dict[tuple[int, ...], list[int]] = {}
        for number, author in enumerate(self.authors):
            by_places.setdefault(author.places, []).append(number)
        pages: list[AuthorPage] = []
        for places, numbers in by_places.items():
            group = set(numbers)
            ordered = tuple(number for number in self.of_paper[places[0]] if number in group)
            pages.append(AuthorPage(self.authors[ordered[0]].slug, ordered, places))
        return pages

    def by_papers(self) -> list[int]:
        """Return the authors with most papers."""
        authors = self.authors
        return sorted(range(len(authors)), key=lambda n: (-len(authors[n].places), n))[
            :MOST_PAPERS_FIRST
        ]

    def name_pages(self) -> list[NamePage]:
        """Return the lists by name: one for some first letters each, more where names are many.

        A new author changes the list with their name, and seldom another.
        """
        if len(self.authors) <= MOST_PAPERS_FIRST:
            return []
        first: dict[str, list[int]] = {}
        for number, author in enumerate(self.authors):
            first.setdefault(_letters_of(author.sorted_as[:1]), []).append(number)
        return [page for letters in sorted(first) for page in self._pages(first[letters], letters)]

    def _pages(self, numbers: Sequence[int], prefix: str) -> Iterator[NamePage]:
        """Yield the list of `numbers`, or what it leads to and that."""
        if len(numbers) <= AUTHORS_ON_A_PAGE:
            yield NamePage(prefix, tuple(numbers), ())
            return
        shared = 0 if prefix in _LETTERS else len(prefix)
        groups = [
            (longer, tuple(of_prefix))
            for longer, of_prefix in groupby(
                numbers, lambda number: self.authors[number].sorted_as[: shared + 1]
            )
        ]
        few = [len(group) for _, group in groups if len(group) < _WORTH_A_PAGE]
        least = _WORTH_A_PAGE if sum(few) <= AUTHORS_ON_A_PAGE else 1
        here: list[int] = []
        apart: list[tuple[str, tuple[int, ...]]] = []
        for longer, group in groups:
            if len(group) < least or longer == prefix:
                here += group
            else:
                apart.append((longer, group))
        yield NamePage(prefix, tuple(here), tuple((longer, len(group)) for longer, group in apart))
        for longer, group in apart:
            yield from self._pages(group, longer)


def _letters_of(letter: str) -> str:
    """Return the range of `_LETTERS` that has `letter`, or ""."""
    return next((letters for letters in _LETTERS if letters[0] <= letter <= letters[-1]), "")
