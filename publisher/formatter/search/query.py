"""Queries: words and "quoted phrases" that a paper has to have, and filters.

What stands between two spaces, such as text-to-image, is a phrase too. A word that ends in "*"
stands for all that begin with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from publisher.formatter.search.terms import bigrams, is_unspaced, pair, tokens
from publisher.formatter.search.writer import CODE, topic_term, venue_term
from publisher.paper_id import arxiv_id_of_field

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS = 300  # of a query
MOST_TERMS = 24
# A prefix looks through one shard, which is chosen by so many characters.
SHORTEST_PREFIX = 3
_QUOTES = str.maketrans(dict.fromkeys("“”„«»「」『』＂", '"'))
_PART = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term to look up; `begins`: any that begins so. Those of one `part` count together."""

    term: str
    part: int
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """The text, and filters by topic (slug), year ("2024") and venue; `code`: only with code."""

    text: str = ""
    topic: str = ""
    year: str = ""
    venue: str = ""
    code: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.text.strip() or self.topic or self.year or self.venue or self.code)


def wanted_terms(text: str) -> list[QueryTerm]:
    """Return the terms that a paper must have all of, without those that occur twice."""
    terms: dict[tuple[str, bool], QueryTerm] = {}
    for number, (phrase, begins) in enumerate(_parts(text[:MOST_CHARACTERS])):
        for term, is_prefix in _terms_of(phrase, begins=begins):
            terms.setdefault((term, is_prefix), QueryTerm(term, number, is_prefix))
    return list(terms.values())[:MOST_TERMS]


def filter_terms(query: Query) -> list[str]:
    """Return the terms of the filters of `query`; the year is that of segments."""
    terms = [topic_term(query.topic)] if query.topic else []
    terms += [venue_term(query.venue)] if query.venue.strip() else []
    return terms + ([CODE] if query.code else [])


def arxiv_number(text: str) -> str:
    """Return the number of the arXiv paper that `text` names, by id or address, else ""."""
    arxiv = arxiv_id_of_field(text[:MOST_CHARACTERS])
    return arxiv.number if arxiv else ""


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    for quoted, word in _PART.findall(text.translate(_QUOTES)):
        yield quoted or word, (quoted or word).endswith("*")


def _terms_of(phrase: str, *, begins: bool) -> Iterator[tuple[str, bool]]:
    """Yield the terms of `phrase`, each with whether it is a beginning; pairs first."""
    words = tokens(phrase)
    last = len(words) - 1
    for at, (first, second) in enumerate(pairwise(words)):
        unfinished = begins and at + 1 == last
        if not (is_unspaced(first) or is_unspaced(second) or unfinished):
            yield pair(first, second), False
    for at, word in enumerate(words):
        if not is_unspaced(word):
            is_prefix = begins and at == last and len(word) >= SHORTEST_PREFIX
            yield word, is_prefix
        elif len(word) == 1:
            yield word, True
        else:
            yield from ((term, False) for term in bigrams(word))
