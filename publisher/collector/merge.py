"""Merges the mentions of a paper in several digests into one `Paper`.

The result does not depend on the order of the digests: they are sorted first, by time and path.
Mentions are matched on an index without texts. The texts of a paper are loaded when the paper is
accessed, so that an archive of any size costs little until it is read.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.collector.archive.lazy_papers import (
    LazyPapers,
    Mentions,
    MergedDigests,
    PapersByTopic,
    PaperSummaries,
    newest_of,
)
from publisher.collector.text.slugs import assign_slugs, fold
from publisher.models import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from publisher.collector.archive.digest_index import DigestIndex
    from publisher.models import ParsedDigest


def merge(
    digests: Sequence[DigestIndex],
    load: Callable[[int], ParsedDigest],
    keys: Sequence[int] = (),
    slugs_of: Callable[[Sequence[str]], Mapping[str, str]] = assign_slugs,
) -> tuple[LazyPapers, tuple[Topic, ...], Mapping[str, LazyPapers], PaperSummaries]:
    """Return papers newest first, topics by name, papers by topic slug, and paper summaries.

    `load` returns the digest whose index is at a position in `digests`; `keys` are 64-bit hashes of
    the contents of each; `slugs_of` has the contract of `assign_slugs`.
    """
    order = sorted(range(len(digests)), key=lambda n: (digests[n].moment, digests[n].path))
    topics = _topics((digests[number] for number in order), slugs_of)
    of_digest = [tuple(dict.fromkeys(topics[n] for n in digest.topic_names)) for digest in digests]
    mentions = _mentions(digests, order)
    merged = MergedDigests(digests, mentions, of_digest, keys or (0,) * len(digests), load)
    ids = _newest_first(digests, mentions)
    used = {
        topic
        for digest, digest_topics in zip(digests, of_digest, strict=True)
        if digest.papers
        for topic in digest_topics
    }
    return (
        LazyPapers(ids, merged),
        tuple(sorted(used, key=lambda topic: (fold(topic.name), topic.slug))),
        PapersByTopic(ids, merged),
        PaperSummaries(ids, merged),
    )


def _mentions(digests: Sequence[DigestIndex], order: Iterable[int]) -> Mentions:
    first: dict[str, tuple[int, int]] = {}
    again: dict[str, list[tuple[int, int]]] = {}
    for number in order:
        for position, paper_id in enumerate(digests[number].papers):
            if paper_id in first:
                again.setdefault(paper_id, [first[paper_id]]).append((number, position))
            else:
                first[paper_id] = (number, position)
    return Mentions(first, again)


def _newest_first(digests: Sequence[DigestIndex], mentions: Mentions) -> list[str]:
    """Return the ids of the papers, by first digest, then by that of the newest version.

    Papers of the same moments are sorted by id; each group is small, so that is cheap.
    """
    same_moments: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    once = [(digest.moment, digest.moment) for digest in digests]
    for paper_id, (number, _) in mentions.first.items():
        if paper_id not in mentions.again:
            same_moments[once[number]].append(paper_id)
    for paper_id, places in mentions.again.items():
        (first, _), (newest, _) = places[0], places[newest_of(places, digests)]
        same_moments[digests[first].moment, digests[newest].moment].append(paper_id)
    return [
        paper_id
        for key in sorted(same_moments, reverse=True)
        for paper_id in sorted(same_moments[key])
    ]


def _topics(
    ordered: Iterable[DigestIndex], slugs_of: Callable[[Sequence[str]], Mapping[str, str]]
) -> dict[str, Topic]:
    """Return the topic of each name; the first spelling seen is the one that is shown."""
    names = list(dict.fromkeys(name for digest in ordered for name in digest.topic_names))
    slugs = slugs_of(names)
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(slugs[name], name)
    return {name: Topic(slugs[name], shown[slugs[name]]) for name in names}
