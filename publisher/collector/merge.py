"""One paper is one paper: mentions in several digests become one `Paper` that knows them all.

The result does not depend on the order of the digests: they are sorted first, by time and path.
Which mentions belong together is decided on an index without texts; a paper's texts are loaded
when somebody asks for the paper, so that an archive of any size costs little until it is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the cache reads the types of an index
from typing import TYPE_CHECKING, NamedTuple, overload

from publisher.collector.slugs import assign_slugs, fold
from publisher.models import Paper, ParsedDigest, ParsedPaper, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_Mention = tuple[ParsedDigest, ParsedPaper]


@dataclass(frozen=True, slots=True)
class DigestIndex:
    """What merging needs to know of a digest: `papers` are ids and versions, in their order."""

    path: str
    published: datetime
    topic_names: tuple[str, ...]
    papers: tuple[tuple[str, int], ...]


class Group(NamedTuple):  # there are as many as papers, and a tuple is made in a third of the time
    """The mentions of one paper: numbers of digest and paper, in the order of time."""

    id: str
    mentions: tuple[tuple[int, int], ...]
    topics: tuple[Topic, ...]
    first_published: datetime
    updated: datetime


class Papers(Sequence[Paper]):
    """Papers in order, each made when it is asked for."""

    def __init__(self, groups: Sequence[Group], load: Callable[[int], ParsedDigest]) -> None:
        """Make papers of `groups`; `load` returns a digest by its number."""
        self._groups = groups
        self._load = load

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._groups)

    @overload
    def __getitem__(self, index: int) -> Paper: ...
    @overload
    def __getitem__(self, index: slice) -> Papers: ...
    def __getitem__(self, index: int | slice) -> Paper | Papers:
        """Return one paper, or the papers of a part."""
        if isinstance(index, slice):
            return Papers(self._groups[index], self._load)
        return _paper(self._groups[index], self._load)

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same papers in the same order."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def index_of(digest: ParsedDigest) -> DigestIndex:
    """Return the index of `digest`."""
    return DigestIndex(
        digest.path,
        digest.published,
        digest.topic_names,
        tuple((paper.id, paper.version) for paper in digest.papers),
    )


def merge(
    digests: Sequence[DigestIndex], load: Callable[[int], ParsedDigest]
) -> tuple[Papers, tuple[Topic, ...], Mapping[str, Papers]]:
    """Return the papers of `digests`, newest first; their topics by name; papers by topic's slug.

    `load` returns the digest whose index is at a place in `digests`.
    """
    order = sorted(range(len(digests)), key=lambda n: (digests[n].published, digests[n].path))
    topics = _topics(digests[number] for number in order)
    mentions: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number in order:
        for place, (paper_id, _) in enumerate(digests[number].papers):
            mentions[paper_id].append((number, place))
    of_digest = [tuple(dict.fromkeys(topics[n] for n in digest.topic_names)) for digest in digests]
    groups = [_group(paper_id, found, digests, of_digest) for paper_id, found in mentions.items()]
    groups.sort(key=lambda group: group.id)
    groups.sort(key=lambda group: (group.first_published, group.updated), reverse=True)
    by_topic: defaultdict[str, list[Group]] = defaultdict(list)
    used: set[Topic] = set()
    for group in groups:
        used.update(group.topics)
        for topic in group.topics:
            by_topic[topic.slug].append(group)
    return (
        Papers(groups, load),
        tuple(sorted(used, key=lambda topic: (fold(topic.name), topic.slug))),
        {slug: Papers(found, load) for slug, found in by_topic.items()},
    )


def _topics(ordered: Iterable[DigestIndex]) -> dict[str, Topic]:
    """Return the topic for each name; the first spelling seen is the one that is shown."""
    names = list(dict.fromkeys(name for digest in ordered for name in digest.topic_names))
    slugs = assign_slugs(names)
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(slugs[name], name)
    return {name: Topic(slugs[name], shown[slugs[name]]) for name in names}


def _group(
    paper_id: str,
    mentions: Sequence[tuple[int, int]],
    digests: Sequence[DigestIndex],
    topics: Sequence[tuple[Topic, ...]],
) -> Group:
    first, _ = mentions[0]
    published = digests[first].published
    if len(mentions) == 1:
        return Group(paper_id, tuple(mentions), topics[first], published, published)
    versions = [digests[number].papers[place][1] for number, place in mentions]
    newest, _ = mentions[versions.index(max(versions))]
    return Group(
        id=paper_id,
        mentions=tuple(mentions),
        topics=tuple(dict.fromkeys(topic for number, _ in mentions for topic in topics[number])),
        first_published=published,
        updated=digests[newest].published,
    )


def _paper(group: Group, load: Callable[[int], ParsedDigest]) -> Paper:
    """Return the paper of a group.

    The newest mention of the newest version gives the text, an undamaged one before a repaired
    one; what it lacks (a summary, figures) comes from the next best.
    """
    mentions: list[_Mention] = []
    for number, place in group.mentions:
        digest = load(number)
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
        topics=group.topics,
        digests=tuple(dict.fromkeys(digest.path for digest, _ in mentions)),
        first_published=group.first_published,
        updated=group.updated,
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
