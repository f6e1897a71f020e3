"""Search in the files of an index: the papers that have all terms of a query, the best first.

Papers with the words in title or authors come first, then those that have them several times; among
equals the newest.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.paths import paper_stem
from publisher.formatter.search.query import (
    Query,
    QueryTerm,
    arxiv_number,
    filter_terms,
    wanted_terms,
)
from publisher.formatter.search.segments import (
    INDEX_FILE,
    PAPERS_PER_DOCUMENT,
    Segment,
    document_path,
    shard_path,
)
from publisher.formatter.search.shards import HEADER, find_term, shard_of
from publisher.formatter.search.writer import ResultDocument, ResultEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class SearchIndex(msgspec.Struct, frozen=True):
    """The list of segments, newest first, names of topics by their slugs, and names of venues."""

    segments: list[tuple[str, int]]
    topics: dict[str, str]
    venues: list[str]


class IndexChangedError(Exception):
    """Files of the index that do not belong together: it was rebuilt while it was read."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that was hit, by its place in a segment."""

    segment: Segment
    number: int


@dataclass(frozen=True, slots=True)
class Hits:
    """All papers that a query hits, the best first.

    `by_prefix`: no paper has the last word, these have one that begins so. `stem` is the page of
    the paper whose id the query is.
    """

    hits: Sequence[Hit]
    by_prefix: bool = False
    stem: str = ""


@dataclass(frozen=True, slots=True)
class IndexReader:
    """An index whose files `read` returns by their path; it raises `OSError` where one is missing.

    Every method raises that, and `IndexChangedError` where the index changes meanwhile.
    """

    read: Callable[[str], bytes]
    stamps: dict[str, int] = field(default_factory=dict)  # of the segments that were read

    def index(self) -> SearchIndex:
        """Return the list of segments."""
        try:
            return msgspec.json.decode(self.read(INDEX_FILE), type=SearchIndex)
        except msgspec.DecodeError as error:
            raise IndexChangedError(f"{INDEX_FILE}: {error}") from error

    def search(self, query: Query) -> Hits:
        """Return the papers that `query` hits."""
        if query.is_empty:
            return Hits(())
        segments = [
            Segment(name, papers)
            for name, papers in self.index().segments
            if name.startswith(query.year)
        ]
        number = arxiv_number(query.text)
        terms = wanted_terms(number or query.text)
        filters = filter_terms(query)
        if query.text.strip() and not terms:
            return Hits(())
        hits = self._hits(segments, terms, filters)
        if number:
            stem = paper_stem(f"arxiv:{number}")
            return Hits(hits, stem=stem if self._is_among(stem, hits) else "")
        longer = wanted_terms(f"{query.text.rstrip()}*")
        if not hits and terms != longer:
            hits = self._hits(segments, longer, filters)
            return Hits(hits, by_prefix=bool(hits))
        return Hits(hits)

    def entries(self, hits: Sequence[Hit]) -> list[ResultEntry]:
        """Return what results show of `hits`."""
        documents: dict[str, ResultDocument] = {}
        entries = []
        for hit in hits:
            place, at = divmod(hit.number, PAPERS_PER_DOCUMENT)
            path = document_path(hit.segment.name, place)
            if path not in documents:
                documents[path] = self._document(path)
                self._expect(hit.segment, documents[path].stamp, path)
            try:
                entries.append(documents[path].papers[at])
            except IndexError as error:
                raise IndexChangedError(path) from error
        return entries

    def _hits(
        self, segments: Sequence[Segment], terms: Sequence[QueryTerm], filters: Sequence[str]
    ) -> list[Hit]:
        scored: list[tuple[int, int, int]] = []
        for place, segment in enumerate(segments):
            for number, score in self._scores(segment, terms, filters).items():
                scored.append((-score, place, number))
        return [Hit(segments[place], number) for _, place, number in sorted(scored)]

    def _scores(
        self, segment: Segment, terms: Sequence[QueryTerm], filters: Sequence[str]
    ) -> dict[int, int]:
        """Return the papers of `segment` with all `terms`, and the score of each."""
        allowed: set[int] | None = None
        parts: dict[int, dict[int, int]] = {}
        for wanted in (*(QueryTerm(term, -1) for term in filters), *terms):
            weights = self._weights(segment, wanted)
            allowed = weights.keys() & allowed if allowed is not None else set(weights)
            if not allowed:
                return {}
            if wanted.part < 0:
                continue
            part = parts.setdefault(wanted.part, {})
            for number, weight in weights.items():
                part[number] = min(weight, part.get(number, weight))
        if allowed is None:
            allowed = set(range(segment.papers))
        return {number: sum(part[number] for part in parts.values()) for number in sorted(allowed)}

    def _weights(self, segment: Segment, wanted: QueryTerm) -> dict[int, int]:
        path = shard_path(segment.name, shard_of(wanted.term, segment.shards))
        content = self.read(path)
        try:
            stamp, papers = HEADER.unpack_from(content)
            if papers != segment.papers:
                raise IndexChangedError(path)
            self._expect(segment, stamp, path)
            body = zlib.decompress(content[HEADER.size :])
            return find_term(body, wanted.term, begins=wanted.begins)
        except (ValueError, IndexError, struct.error, zlib.error) as error:
            raise IndexChangedError(path) from error

    def _expect(self, segment: Segment, stamp: int, path: str) -> None:
        if self.stamps.setdefault(segment.name, stamp) != stamp:
            raise IndexChangedError(path)

    def _document(self, path: str) -> ResultDocument:
        try:
            return msgspec.json.decode(self.read(path), type=ResultDocument)
        except msgspec.DecodeError as error:
            raise IndexChangedError(path) from error

    def _is_among(self, stem: str, hits: Sequence[Hit]) -> bool:
        return any(entry.stem == stem for entry in self.entries(hits[:PAPERS_PER_DOCUMENT]))
