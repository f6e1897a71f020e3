"""Papers that are composed of their mentions in digests when they are accessed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

from publisher.collector.sources.file_kinds import ending_of_records
from publisher.models import (
    Paper,
    PaperSummary,
    ParsedDigest,
    ParsedPaper,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from publisher.collector.archive.digest_index import DigestIndex

_63_BITS = (1 << 63) - 1
_Mention = tuple[ParsedDigest, ParsedPaper]


class Mentions(NamedTuple):
    """Mentions of each paper: the digest's number and the paper's position in it, oldest first.

    Nearly all papers are mentioned once; `again` has the others.
    """

    first: dict[str, tuple[int, int]]
    again: dict[str, list[tuple[int, int]]]  # all mentions, including the first

    def of(self, paper_id: str) -> Sequence[tuple[int, int]]:
        """Return the mentions of a paper."""
        return self.again.get(paper_id) or (self.first[paper_id],)


class MergedDigests(NamedTuple):
    """The digests of an archive, of which papers are composed."""

    digests: Sequence[DigestIndex]
    mentions: Mentions
    topics: Sequence[tuple[Topic, ...]]  # of each digest
    keys: Sequence[int]  # of each digest: a hash of its content
    load: Callable[[int], ParsedDigest]


class LazyPapers(Sequence[Paper]):
    """Papers in order, each composed when it is accessed."""

    def __init__(self, ids: Sequence[str], merged: MergedDigests) -> None:
        """Give access to the papers with the ids `ids`."""
        self.ids = ids
        self._merged = merged

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> LazyPapers: ...
    def __getitem__(self, index: int | slice) -> Paper | LazyPapers:
        """Return a paper, or the papers of a slice."""
        if isinstance(index, slice):
            return LazyPapers(self.ids[index], self._merged)
        return _paper(self.ids[index], self._merged)

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same papers in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


class PaperSummaries(Sequence[PaperSummary]):
    """The summaries of papers, in their order, all computed at the first access."""

    def __init__(self, ids: Sequence[str], merged: MergedDigests) -> None:
        """Give access to the summaries of the papers with the ids `ids`."""
        self._ids = ids
        self._merged = merged

    @cached_property
    def _summaries(self) -> list[PaperSummary]:
        return _summaries(self._ids, self._merged)

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> PaperSummary: ...
    @overload
    def __getitem__(self, index: slice) -> list[PaperSummary]: ...
    def __getitem__(self, index: int | slice) -> PaperSummary | list[PaperSummary]:
        """Return a summary, or those of a slice."""
        return self._summaries[index]

    def __iter__(self) -> Iterator[PaperSummary]:
        """Yield the summaries."""
        return iter(self._summaries)


class PapersByTopic(Mapping[str, LazyPapers]):
    """The papers of each topic by its slug, grouped at the first access."""

    def __init__(self, ids: Sequence[str], merged: MergedDigests) -> None:
        """Group the papers with the ids `ids`, in their order."""
        self._ids = ids
        self._merged = merged

    @cached_property
    def _papers(self) -> dict[str, LazyPapers]:
        ids_by_topic: defaultdict[str, list[str]] = defaultdict(list)
        for paper_id in self._ids:
            for topic in _topics_of(paper_id, self._merged):
                ids_by_topic[topic.slug].append(paper_id)
        return {slug: LazyPapers(ids, self._merged) for slug, ids in ids_by_topic.items()}

    def __getitem__(self, slug: str) -> LazyPapers:
        """Return the papers of the topic with this slug."""
        return self._papers[slug]

    def __iter__(self) -> Iterator[str]:
        """Yield the slugs."""
        return iter(self._papers)

    def __len__(self) -> int:
        """Return the number of topics with papers."""
        return len(self._papers)


def _summaries(ids: Iterable[str], merged: MergedDigests) -> list[PaperSummary]:
    digests, keys = merged.digests, merged.keys
    # A hash of a tuple of ints is the same in every process, and takes 0.1 microseconds.
    topic_hashes: dict[tuple[Topic, ...], int] = {}
    for topics in merged.topics:
        if topics not in topic_hashes:
            names = "\0".join(f"{topic.slug}\0{topic.name}" for topic in topics)
            topic_hashes[topics] = _content_hash(names)
    of_digest = [
        hash((key, topic_hashes[topics], _content_hash(digest.path)))
        for digest, key, topics in zip(digests, keys, merged.topics, strict=True)
    ]
    summaries: list[PaperSummary] = []
    first_places, again, topics_of = merged.mentions.first, merged.mentions.again, merged.topics
    for paper_id in ids:
        number, place = first_places[paper_id]
        first = digests[number]
        places = again.get(paper_id)
        if places is None:
            topics = topics_of[number]
            updated = first.moment
            fingerprint = hash((of_digest[number], place))
        else:
            topics = _topics_of(paper_id, merged)
            updated = digests[places[newest_of(places, digests)][0]].moment
            fingerprint = hash(tuple((of_digest[n], position) for n, position in places))
        summaries.append(
            PaperSummary(
                paper_id, topics, first.path, first.moment, updated, fingerprint & _63_BITS
            )
        )
    return summaries


def _content_hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def _topics_of(paper_id: str, merged: MergedDigests) -> tuple[Topic, ...]:
    places = merged.mentions.of(paper_id)
    if len(places) == 1:
        return merged.topics[places[0][0]]
    return tuple(dict.fromkeys(topic for number, _ in places for topic in merged.topics[number]))


def _paper(paper_id: str, merged: MergedDigests) -> Paper:
    """Return the paper with the id `paper_id`, composed of its mentions.

    The text comes from the newest version, and among its mentions from an undamaged one before a
    repaired one, from Markdown before a file of records, then from the newest. Missing fields (a
    summary, figures) come from the next best.
    """
    places = merged.mentions.of(paper_id)
    mentions: list[_Mention] = []
    for number, place in places:
        digest = merged.load(number)
        mentions.append((digest, digest.papers[place]))
    best = [parsed for _, parsed in sorted(mentions, key=_quality, reverse=True)]
    text = best[0]
    machine = next((parsed for parsed in best if parsed.summary and parsed.takeaways), None) or (
        next((parsed for parsed in best if parsed.summary or parsed.takeaways), text)
    )
    abstract = next((parsed for parsed in best if parsed.abstract), text)
    # Another topic may list a version that is new in this one as just a paper.
    newest = [parsed for parsed in best if parsed.version == text.version]
    return Paper(
        id=text.id,
        version=text.version,
        title=text.title,
        authors=next((parsed.authors for parsed in best if parsed.authors), ()),
        abstract=abstract.abstract,
        comment=text.comment,
        abs_url=text.abs_url,
        pdf_url=text.pdf_url,
        code_urls=text.code_urls,
        topics=_topics_of(paper_id, merged),
        digests=tuple(dict.fromkeys(digest.path for digest, _ in mentions)),
        first_published=mentions[0][0].published,
        updated=mentions[newest_of(places, merged.digests)][0].published,
        summary=machine.summary,
        takeaways=machine.takeaways,
        figures=next((parsed.figures for parsed in best if parsed.figures), ()),
        repaired=text.repaired or machine.repaired,
        title_html=text.title_html,
        abstract_html=abstract.abstract_html,
        project_urls=text.project_urls,
        venue=text.venue,
        notes=next((parsed.notes for parsed in best if parsed.notes), None),
        score=next((parsed.score for parsed in best if parsed.score is not None), None),
        written_by=machine.written_by,
        summaries=machine.summaries,
        change=next((parsed.change for parsed in newest if parsed.change), None),
        withdrawn=any(parsed.withdrawn for parsed in newest),
        reasons=next((parsed.reasons for parsed in best if parsed.reasons), ()),
    )


def _quality(mention: _Mention) -> tuple[object, ...]:
    digest, parsed = mention
    is_text = not ending_of_records(digest.path)  # what an author wrote, rather than a program
    return (
        parsed.version,
        not parsed.repaired,
        is_text,
        digest.published,
        digest.path,
        -parsed.line,
    )


def newest_of(places: Sequence[tuple[int, int]], digests: Sequence[DigestIndex]) -> int:
    """Return the index of the first of `places` with the newest version."""
    versions = [digests[number].versions[place] for number, place in places]
    return versions.index(max(versions))
