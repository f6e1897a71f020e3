"""The files of a segment: papers in, shards and documents of results out."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import deflate
import msgspec

from publisher.formatter.search.segments import (
    PAPERS_PER_DOCUMENT,
    Segment,
    document_path,
    shard_path,
)
from publisher.formatter.search.shards import HEADER, encode_shards
from publisher.formatter.search.terms import MOST_CHARACTERS, fold, index_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.models import Paper

_LEVEL = 6  # of 12: the last takes six times as long for 3 % fewer bytes
_SEVERAL_TIMES, _IN_TITLE = 1, 2
CODE = "code:"


class ResultEntry(msgspec.Struct, array_like=True, frozen=True):
    """A paper as results show it; `stem` is the path of its page without ending."""

    title: str
    stem: str
    authors: str
    date: str
    venue: str
    has_code: bool
    topics: tuple[str, ...]  # slugs
    line: str


class ResultDocument(msgspec.Struct, frozen=True):
    """Some results of a segment with its stamp."""

    stamp: int
    papers: list[ResultEntry]


@dataclass(frozen=True, slots=True)
class IndexedPaper:
    """A paper, and its entry in results."""

    paper: Paper
    entry: ResultEntry


def topic_term(slug: str) -> str:
    """Return the term of the papers of a topic."""
    return f"topic:{slug}"[:MOST_CHARACTERS]


def venue_term(name: str) -> str:
    """Return the term of the papers of a conference or journal, in any year."""
    return f"venue:{fold(name).strip()}"[:MOST_CHARACTERS]


def segment_files(segment: Segment, papers: Sequence[IndexedPaper]) -> dict[str, bytes]:
    """Return the files of `segment`; `papers` are in the order of results, the newest first."""
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for number, indexed in enumerate(papers):
        for term, weight in _weights(indexed.paper).items():
            postings[term].append(number << 2 | weight)
    bodies = encode_shards(postings, segment.shards)
    entries = [indexed.entry for indexed in papers]
    stamp = zlib.crc32(msgspec.json.encode(entries))
    for body in bodies:
        stamp = zlib.crc32(body, stamp)
    header = HEADER.pack(stamp, len(papers))
    files = {
        shard_path(segment.name, at): header + deflate.zlib_compress(body, _LEVEL)
        for at, body in enumerate(bodies)
    }
    for start in range(0, len(entries), PAPERS_PER_DOCUMENT):
        document = ResultDocument(stamp, entries[start : start + PAPERS_PER_DOCUMENT])
        path = document_path(segment.name, start // PAPERS_PER_DOCUMENT)
        files[path] = msgspec.json.encode(document)
    return files


def _weights(paper: Paper) -> dict[str, int]:
    """Return the terms of `paper` with the weight of each."""
    counts = Counter(index_terms(_texts(paper)))
    weights = {term: _SEVERAL_TIMES if count > 1 else 0 for term, count in counts.items()}
    weights.update(dict.fromkeys(index_terms((paper.title, *paper.authors)), _IN_TITLE))
    weights.update(dict.fromkeys((topic_term(topic.slug) for topic in paper.topics), 0))
    if paper.venue:
        weights[venue_term(paper.venue.name)] = 0
    if paper.code_urls:
        weights[CODE] = 0
    return weights


def _texts(paper: Paper) -> Iterator[str]:
    """Yield the texts that are searched, but title and authors; notes would double the index."""
    yield paper.abstract
    yield paper.summary or ""
    yield from paper.takeaways
    for summary in paper.summaries[1:]:  # the first is `summary` too
        yield summary.summary
        yield from summary.takeaways
    yield paper.id.partition(":")[2]
    if paper.venue:
        yield f"{paper.venue.name} {paper.venue.year or ''}"
    for topic in paper.topics:
        yield topic.name
