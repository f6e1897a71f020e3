"""The papers that are most like each paper, of its own digest or older: later ones change nothing.

A paper's vector has the weights of its rarest terms by what was known when it came: how often each
term is in it, and how many papers had the term until then. Results are kept by month, each with
the chain of all that it depends on, so that a new digest is the only one to be looked at.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter, defaultdict
from itertools import chain, groupby
from math import log, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from zlib import crc32

import msgspec

from publisher.formatter.related.terms import unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_RELATED = 5
LEAST_SIMILARITY = 0.085  # cosine; below, a few hundred papers of one field share little else
_VECTOR_TERMS = 32
# Candidates share one of so many terms of a paper, and are among the newest of those with the term.
_QUERY_TERMS, _NEWEST_WITH_TERM, _CANDIDATES = 12, 64, 24
_63_BITS = (1 << 63) - 1
_COUNTS = "counts of terms"


class DatedTerms(NamedTuple):
    """A paper's place in time, and its packed terms: those of one `moment` came at once."""

    month: str
    moment: int
    digest: str
    terms: bytes


_Month = tuple[str, list[list[DatedTerms]]]  # with its moments


class ResultStore(Protocol):
    """The place where results are kept from build to build."""

    def kept(self, name: str, stamp: str) -> bytes | None:
        """Return what was kept under `name` with the same `stamp`."""
        ...

    def keep(self, name: str, stamp: str, content: bytes) -> None:
        """Keep `content` under `name` instead of what was."""
        ...


class _NoStore:
    """Keeps nothing."""

    def kept(self, name: str, stamp: str) -> bytes | None:
        """Return None."""

    def keep(self, name: str, stamp: str, content: bytes) -> None:
        """Forget `content`."""


NO_STORE: ResultStore = _NoStore()


class _Vector(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Terms, the heaviest first, with their weights: arrays of "I" and "f" as bytes."""

    terms: bytes
    weights: bytes


class _Moment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The results of the papers of a moment; `chain` stands for all that they depend on."""

    chain: int
    vectors: tuple[_Vector, ...]
    related: tuple[tuple[int, ...], ...]


_decode_month = msgspec.msgpack.Decoder(tuple[_Moment, ...]).decode
_decode_counts = msgspec.msgpack.Decoder(dict[int, int]).decode


def find_related(papers: Sequence[DatedTerms], store: ResultStore) -> list[tuple[int, ...]]:
    """Return the places in `papers` of those most like each, the most similar first.

    `papers` are all of a site, the oldest first.
    """
    months = [
        (month, [list(at_once) for _, at_once in groupby(of_month, lambda paper: paper.moment)])
        for month, of_month in groupby(papers, lambda paper: paper.month)
    ]
    known: list[_Moment] = []
    so_far, is_known = 0, True
    starts: list[int] = []  # the chain before each month
    for month, moments in months:
        starts.append(so_far)
        kept = store.kept(f"related {month}", str(so_far)) if is_known else None
        results = _decode_month(kept) if kept else ()
        for place, moment in enumerate(moments):
            so_far = _next(so_far, moment)
            is_known = is_known and place < len(results) and results[place].chain == so_far
            if is_known:
                known.append(results[place])
    if not is_known:
        known += _find_new(papers, months, known, starts, store)
        _keep(months, known, starts, store)
    return [related for moment in known for related in moment.related]


def _next(before: int, moment: Iterable[DatedTerms]) -> int:
    """Return the chain with `moment` after `before`; Python hashes numbers alike everywhere."""
    texts = ((crc32(paper.terms), crc32(paper.digest.encode())) for paper in moment)
    return hash((before, *texts)) & _63_BITS


def _keep(
    months: Sequence[_Month], results: Sequence[_Moment], starts: Sequence[int], store: ResultStore
) -> None:
    place = 0
    for (month, moments), start in zip(months, starts, strict=True):
        content = msgspec.msgpack.encode(results[place : place + len(moments)])
        place += len(moments)
        if store.kept(f"related {month}", str(start)) != content:
            store.keep(f"related {month}", str(start), content)


class _TermCounts:
    """The numbers of papers that have each term, among the first ones of `papers`."""

    def __init__(self, papers: Sequence[DatedTerms]) -> None:
        """Count none yet."""
        self._papers = papers
        self.size = 0
        self.counts: Counter[int] = Counter()

    def advance(self, size: int) -> None:
        """Count the first `size` papers, of which some were counted before."""
        terms = (unpack(paper.terms)[0] for paper in self._papers[self.size : size])
        self.counts.update(chain.from_iterable(terms))
        self.size = size

    def vector(self, paper: DatedTerms) -> _Vector:
        """Return the vector of `paper`, by what is counted."""
        terms, counts = unpack(paper.terms)
        weights = [
            (1 + log(count)) * log(1 + self.size / self.counts[term])
            for term, count in zip(terms, counts, strict=True)
        ]
        length = sqrt(sum(weight * weight for weight in weights)) or 1.0
        heaviest = heapq.nlargest(_VECTOR_TERMS, zip(weights, terms, strict=True))
        return _Vector(
            array("I", (term for _, term in heaviest)).tobytes(),
            array("f", (weight / length for weight, _ in heaviest)).tobytes(),
        )


class _Postings:
    """The papers with each term, the oldest first."""

    def __init__(self, wanted: frozenset[int]) -> None:
        """Have none yet; of their terms, only the `wanted` ones count."""
        self._wanted = wanted
        self._places: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, place: int, vector: _Vector) -> None:
        """Add the paper at `place`."""
        for term in self._wanted.intersection(_array("I", vector.terms)):
            self._places[term].append(place)

    def candidates(self, terms: Sequence[int], weights: Sequence[float]) -> list[int]:
        """Return the places of the papers that share most of `terms`."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in zip(terms[:_QUERY_TERMS], weights, strict=False):
            for place in self._places.get(term, ())[-_NEWEST_WITH_TERM:]:
                scores[place] += weight
        return heapq.nlargest(_CANDIDATES, scores, key=lambda place: (scores[place], place))


def _find_new(
    papers: Sequence[DatedTerms],
    months: Sequence[_Month],
    known: Sequence[_Moment],
    starts: Sequence[int],
    store: ResultStore,
) -> list[_Moment]:
    """Return the results of all moments but the `known` ones, which are the oldest."""
    moments = [moment for _, of_month in months for moment in of_month][len(known) :]
    vectors = [vector for moment in known for vector in moment.vectors]
    old = len(vectors)
    counts = _counts(papers, old, months, starts[-1], store)
    for moment in moments:
        counts.advance(counts.size + len(moment))
        vectors += [counts.vector(paper) for paper in moment]
    wanted = frozenset(
        term for vector in vectors[old:] for term in _array("I", vector.terms)[:_QUERY_TERMS]
    )
    older = _Postings(wanted)
    for place in range(old):
        older.add(place, vectors[place])
    results: list[_Moment] = []
    so_far, start = known[-1].chain if known else 0, old
    for moment in moments:
        places = range(start, start + len(moment))
        of_digest: defaultdict[str, _Postings] = defaultdict(lambda: _Postings(wanted))
        for place, paper in zip(places, moment, strict=True):
            of_digest[paper.digest].add(place, vectors[place])
        so_far, start = _next(so_far, moment), places.stop
        results.append(
            _Moment(
                so_far,
                tuple(vectors[place] for place in places),
                tuple(
                    _most_similar(place, vectors, (older, of_digest[paper.digest]))
                    for place, paper in zip(places, moment, strict=True)
                ),
            )
        )
        for place in places:
            older.add(place, vectors[place])
    return results


def _counts(
    papers: Sequence[DatedTerms],
    size: int,
    months: Sequence[_Month],
    chain_before_last: int,
    store: ResultStore,
) -> _TermCounts:
    """Return the counts of the first `size` papers; those before the last month are kept."""
    counts = _TermCounts(papers)
    before_last = len(papers) - sum(len(moment) for moment in months[-1][1])
    if size >= before_last:
        kept = store.kept(_COUNTS, str(chain_before_last))
        if kept:
            counts.counts.update(_decode_counts(kept))
            counts.size = before_last
        else:
            counts.advance(before_last)
            store.keep(_COUNTS, str(chain_before_last), msgspec.msgpack.encode(counts.counts))
    counts.advance(size)
    return counts


def _most_similar(
    place: int, vectors: Sequence[_Vector], indexes: Iterable[_Postings]
) -> tuple[int, ...]:
    """Return the places of the papers in `indexes` that are most like the one at `place`."""
    terms = _array("I", vectors[place].terms)
    weights = _array("f", vectors[place].weights)
    mine = dict(zip(terms, weights, strict=True))
    similar: list[tuple[float, int]] = []
    for other in {other for index in indexes for other in index.candidates(terms, weights)}:
        theirs = zip(
            _array("I", vectors[other].terms), _array("f", vectors[other].weights), strict=True
        )
        similarity = sum(weight * mine[term] for term, weight in theirs if term in mine)
        if similarity >= LEAST_SIMILARITY and other != place:
            similar.append((similarity, other))
    return tuple(other for _, other in heapq.nlargest(MOST_RELATED, similar))


def _array(kind: str, data: bytes) -> array[Any]:
    values = array(kind)
    values.frombytes(data)
    return values
