"""Papers that are made when somebody asks for them, of the digests that mention them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

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
    """Where the papers are: numbers of digest and paper, in the order of time.

    Nearly all papers are mentioned once, and `again` has the others.
    """

    first: dict[str, tuple[int, int]]
    again: dict[str, list[tuple[int, int]]]  # all mentions, the first too

    def of(self, paper_id: str) -> Sequence[tuple[int, int]]:
        """Return the mentions of a paper."""
        return self.again.get(paper_id) or (self.first[paper_id],)


class Merged(NamedTuple):
    """All that a paper is made of when somebody asks for it."""

    digests: Sequence[DigestIndex]
    mentions: Mentions
    topics: Sequence[tuple[Topic, ...]]  # of each digest
    keys: Sequence[int]  # of each digest: others where its content is another
    load: Callable[[int], ParsedDigest]


class LazyPapers(Sequence[Paper]):
    """Papers in order, each made when it is asked for."""

    def __init__(self, ids: Sequence[str], merged: Merged) -> None:
        """Make the papers that are called `ids`."""
        self._ids = ids
        self._merged = merged

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> LazyPapers: ...
    def __getitem__(self, index: int | slice) -> Paper | LazyPapers:
        """Return one paper, or the papers of a part."""
        if isinstance(index, slice):
            return LazyPapers(self._ids[index], self._merged)
        return _paper(self._ids[index], self._merged)

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same papers in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


class PaperSummaries(Sequence[PaperSummary]):
    """The heads of papers, in their order; made when somebody asks for one, all of them."""

    def __init__(self, ids: Sequence[str], merged: Merged) -> None:
        """Make the heads of the papers that are called `ids`."""
        self._ids = ids
        self._merged = merged

    @cached_property
    def _heads(self) -> list[PaperSummary]:
        return _heads(self._ids, self._merged)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> PaperSummary: ...
    @overload
    def __getitem__(self, index: slice) -> list[PaperSummary]: ...
    def __getitem__(self, index: int | slice) -> PaperSummary | list[PaperSummary]:
        """Return one head, or those of a part."""
        return self._heads[index]

    def __iter__(self) -> Iterator[PaperSummary]:
        """Yield the heads."""
        return iter(self._heads)


class PapersByTopic(Mapping[str, LazyPapers]):
    """The papers of each topic, by its slug; sorted into topics when somebody asks."""

    def __init__(self, ids: Sequence[str], merged: Merged) -> None:
        """Sort the papers that are called `ids`, in their order."""
        self._ids = ids
        self._merged = merged

    @cached_property
    def _papers(self) -> dict[str, LazyPapers]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for paper_id in self._ids:
            for topic in _topics_of(paper_id, self._merged):
                found[topic.slug].append(paper_id)
        return {slug: LazyPapers(ids, self._merged) for slug, ids in found.items()}

    def __getitem__(self, slug: str) -> LazyPapers:
        """Return the papers of the topic with this slug."""
        return self._papers[slug]

    def __iter__(self) -> Iterator[str]:
        """Yield the slugs."""
        return iter(self._papers)

    def __len__(self) -> int:
        """Return how many topics have papers."""
        return len(self._papers)


def _heads(ids: Iterable[str], merged: Merged) -> list[PaperSummary]:
    digests, keys = merged.digests, merged.keys
    # A hash of numbers is the same in every process, and made in a tenth of a microsecond.
    seen: dict[tuple[Topic, ...], int] = {}
    for topics in merged.topics:
        if topics not in seen:
            names = "\0".join(f"{topic.slug}\0{topic.name}" for topic in topics)
            seen[topics] = _content_hash(names)
    of_digest = [
        hash((key, seen[topics], _content_hash(digest.path)))
        for digest, key, topics in zip(digests, keys, merged.topics, strict=True)
    ]
    found: list[PaperSummary] = []
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
            fingerprint = hash(tuple((of_digest[one], place) for one, place in places))
        found.append(
            PaperSummary(
                paper_id, topics, first.path, first.moment, updated, fingerprint & _63_BITS
            )
        )
    return found


def _content_hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def _topics_of(paper_id: str, merged: Merged) -> tuple[Topic, ...]:
    places = merged.mentions.of(paper_id)
    if len(places) == 1:
        return merged.topics[places[0][0]]
    return tuple(dict.fromkeys(topic for number, _ in places for topic in merged.topics[number]))


def _paper(paper_id: str, merged: Merged) -> Paper:
    """Return the paper that is called `paper_id`.

    The newest mention of the newest version gives the text, an undamaged one before a repaired
    one; what it lacks (a summary, figures) comes from the next best.
    """
    places = merged.mentions.of(paper_id)
    mentions: list[_Mention] = []
    for number, place in places:
        digest = merged.load(number)
        mentions.append((digest, digest.papers[place]))
    best = [parsed for _, parsed in sorted(mentions, key=_worth, reverse=True)]
    text = best[0]
    machine = next((parsed for parsed in best if parsed.summary and parsed.takeaways), None) or (
        next((parsed for parsed in best if parsed.summary or parsed.takeaways), text)
    )
    abstract = next((parsed for parsed in best if parsed.abstract), text)
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
    )


def _worth(mention: _Mention) -> tuple[object, ...]:
    digest, parsed = mention
    return (parsed.version, not parsed.repaired, digest.published, digest.path, -parsed.line)


def newest_of(places: Sequence[tuple[int, int]], digests: Sequence[DigestIndex]) -> int:
    """Return which of `places` is the first with the newest version."""
    versions = [digests[number].versions[place] for number, place in places]
    return versions.index(max(versions))
