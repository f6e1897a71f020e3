"""One paper is one paper: mentions in several digests become one `Paper` that knows them all.

The result does not depend on the order of the digests: they are sorted first, by time and path.
Which mentions belong together is decided on an index without texts; a paper's texts are loaded
when somebody asks for the paper, so that an archive of any size costs little until it is read.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, overload

import msgspec

from publisher.collector.slugs import assign_slugs, fold
from publisher.models import Paper, PaperHead, ParsedDigest, ParsedPaper, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_63_BITS = (1 << 63) - 1
_Mention = tuple[ParsedDigest, ParsedPaper]


class DigestIndex(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What merging needs to know of a digest; `papers` and `versions` are in its order."""

    path: str
    moment: int  # when it was published, in microseconds since 1970
    topic_names: tuple[str, ...]
    papers: tuple[str, ...]  # ids
    versions: tuple[int, ...]


class _Mentions(NamedTuple):
    """Where the papers are: numbers of digest and paper, in the order of time.

    Nearly all papers are mentioned once, and `again` has the others.
    """

    first: dict[str, tuple[int, int]]
    again: dict[str, list[tuple[int, int]]]  # all mentions, the first too

    def of(self, paper_id: str) -> Sequence[tuple[int, int]]:
        return self.again.get(paper_id) or (self.first[paper_id],)


class _Merged(NamedTuple):
    """All that a paper is made of when somebody asks for it."""

    digests: Sequence[DigestIndex]
    mentions: _Mentions
    topics: Sequence[tuple[Topic, ...]]  # of each digest
    keys: Sequence[int]  # of each digest: others where its content is another
    load: Callable[[int], ParsedDigest]


class Papers(Sequence[Paper]):
    """Papers in order, each made when it is asked for."""

    def __init__(self, ids: Sequence[str], merged: _Merged) -> None:
        """Make the papers that are called `ids`."""
        self._ids = ids
        self._merged = merged

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> Papers: ...
    def __getitem__(self, index: int | slice) -> Paper | Papers:
        """Return one paper, or the papers of a part."""
        if isinstance(index, slice):
            return Papers(self._ids[index], self._merged)
        return _paper(self._ids[index], self._merged)

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same papers in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


class PaperHeads(Sequence[PaperHead]):
    """The heads of papers, in their order; made when somebody asks for one, all of them."""

    def __init__(self, ids: Sequence[str], merged: _Merged) -> None:
        """Make the heads of the papers that are called `ids`."""
        self._ids = ids
        self._merged = merged

    @cached_property
    def _heads(self) -> list[PaperHead]:
        return _heads(self._ids, self._merged)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> PaperHead: ...
    @overload
    def __getitem__(self, index: slice) -> list[PaperHead]: ...
    def __getitem__(self, index: int | slice) -> PaperHead | list[PaperHead]:
        """Return one head, or those of a part."""
        return self._heads[index]

    def __iter__(self) -> Iterator[PaperHead]:
        """Yield the heads."""
        return iter(self._heads)


class PapersByTopic(Mapping[str, Papers]):
    """The papers of each topic, by its slug; sorted into topics when somebody asks."""

    def __init__(self, ids: Sequence[str], merged: _Merged) -> None:
        """Sort the papers that are called `ids`, in their order."""
        self._ids = ids
        self._merged = merged

    @cached_property
    def _papers(self) -> dict[str, Papers]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for paper_id in self._ids:
            for topic in _topics_of(paper_id, self._merged):
                found[topic.slug].append(paper_id)
        return {slug: Papers(ids, self._merged) for slug, ids in found.items()}

    def __getitem__(self, slug: str) -> Papers:
        """Return the papers of the topic with this slug."""
        return self._papers[slug]

    def __iter__(self) -> Iterator[str]:
        """Yield the slugs."""
        return iter(self._papers)

    def __len__(self) -> int:
        """Return how many topics have papers."""
        return len(self._papers)


def index_of(digest: ParsedDigest) -> DigestIndex:
    """Return the index of `digest`."""
    return DigestIndex(
        digest.path,
        (digest.published - _EPOCH) // _MICROSECOND,
        digest.topic_names,
        tuple(paper.id for paper in digest.papers),
        tuple(paper.version for paper in digest.papers),
    )


def merge(
    digests: Sequence[DigestIndex],
    load: Callable[[int], ParsedDigest],
    keys: Sequence[int] = (),
    slugs_of: Callable[[Sequence[str]], Mapping[str, str]] = assign_slugs,
) -> tuple[Papers, tuple[Topic, ...], Mapping[str, Papers], PaperHeads]:
    """Return the papers of `digests`, newest first; their topics by name; papers by topic's slug.

    The heads of the papers are the last. `load` returns the digest whose index is at a place in
    `digests`; `keys` are 64-bit hashes of the content of each; `slugs_of` does what `assign_slugs`
    does.
    """
    order = sorted(range(len(digests)), key=lambda n: (digests[n].moment, digests[n].path))
    topics = _topics((digests[number] for number in order), slugs_of)
    of_digest = [tuple(dict.fromkeys(topics[n] for n in digest.topic_names)) for digest in digests]
    mentions = _mentions(digests, order)
    merged = _Merged(digests, mentions, of_digest, keys or (0,) * len(digests), load)
    ids = _newest_first(digests, mentions)
    used = {
        topic
        for digest, ones in zip(digests, of_digest, strict=True)
        if digest.papers
        for topic in ones
    }
    return (
        Papers(ids, merged),
        tuple(sorted(used, key=lambda topic: (fold(topic.name), topic.slug))),
        PapersByTopic(ids, merged),
        PaperHeads(ids, merged),
    )


def _mentions(digests: Sequence[DigestIndex], order: Iterable[int]) -> _Mentions:
    first: dict[str, tuple[int, int]] = {}
    again: dict[str, list[tuple[int, int]]] = {}
    for number in order:
        for place, paper_id in enumerate(digests[number].papers):
            if paper_id in first:
                again.setdefault(paper_id, [first[paper_id]]).append((number, place))
            else:
                first[paper_id] = (number, place)
    return _Mentions(first, again)


def _newest_first(digests: Sequence[DigestIndex], mentions: _Mentions) -> list[str]:
    """Return the ids of the papers, by first digest, then by that of the newest version.

    Papers of the same moments are sorted by id; there are few of each, so that is cheap.
    """
    alike: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    once = [(digest.moment, digest.moment) for digest in digests]
    for paper_id, (number, _) in mentions.first.items():
        if paper_id not in mentions.again:
            alike[once[number]].append(paper_id)
    for paper_id, places in mentions.again.items():
        (first, _), (newest, _) = places[0], places[_newest(places, digests)]
        alike[digests[first].moment, digests[newest].moment].append(paper_id)
    return [paper_id for key in sorted(alike, reverse=True) for paper_id in sorted(alike[key])]


def _newest(places: Sequence[tuple[int, int]], digests: Sequence[DigestIndex]) -> int:
    """Return which of `places` is the first with the newest version."""
    versions = [digests[number].versions[place] for number, place in places]
    return versions.index(max(versions))


def _heads(ids: Iterable[str], merged: _Merged) -> list[PaperHead]:
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
    found: list[PaperHead] = []
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
            updated = digests[places[_newest(places, digests)][0]].moment
            fingerprint = hash(tuple((of_digest[one], place) for one, place in places))
        found.append(
            PaperHead(paper_id, topics, first.path, first.moment, updated, fingerprint & _63_BITS)
        )
    return found


def _content_hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def _topics_of(paper_id: str, merged: _Merged) -> tuple[Topic, ...]:
    places = merged.mentions.of(paper_id)
    if len(places) == 1:
        return merged.topics[places[0][0]]
    return tuple(dict.fromkeys(topic for number, _ in places for topic in merged.topics[number]))


def _topics(
    ordered: Iterable[DigestIndex], slugs_of: Callable[[Sequence[str]], Mapping[str, str]]
) -> dict[str, Topic]:
    """Return the topic for each name; the first spelling seen is the one that is shown."""
    names = list(dict.fromkeys(name for digest in ordered for name in digest.topic_names))
    slugs = slugs_of(names)
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(slugs[name], name)
    return {name: Topic(slugs[name], shown[slugs[name]]) for name in names}


def _paper(paper_id: str, merged: _Merged) -> Paper:
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
        updated=mentions[_newest(places, merged.digests)][0].published,
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
