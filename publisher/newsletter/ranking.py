"""The order of papers: pure functions of the papers.

Within a topic papers are sorted by points, then newest digest, title and id. The points:

    4   the operator marked it (`filters.mark_keywords`, `mark_authors`, `mark_topics`),
        and 1 for each further mark, up to 2
    3   it has a venue, where it appeared or was accepted
    2   its code is published, or 1 for a project page alone
    1   for each further topic that it belongs to, up to 2
   -1   instead of all others, if it was withdrawn

The operator's marks outweigh the opinion of reviewers, and both outweigh the rest, but a venue and
code together are more than one mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.models import Paper, Topic

MARKED, VENUE, CODE, PROJECT, WITHDRAWN = 4, 3, 2, 1, -1
FURTHER_MARKS = FURTHER_TOPICS = 2
# An issue with fewer papers than so many times its highlights is short: it needs none.
_WORTH_HIGHLIGHTS = 4


@dataclass(frozen=True, slots=True)
class TopicSection:
    """The papers of an issue under one topic; `topic` is None for papers without a topic."""

    topic: Topic | None
    papers: tuple[Paper, ...]


def points(paper: Paper) -> int:
    """Return the points of `paper` by the table above."""
    if paper.withdrawn:
        return WITHDRAWN
    total = MARKED + min(len(paper.marks) - 1, FURTHER_MARKS) if paper.marks else 0
    total += VENUE if paper.venue else 0
    total += CODE if paper.code_urls else PROJECT if paper.project_urls else 0
    return total + min(max(len(paper.topics) - 1, 0), FURTHER_TOPICS)


def rank(paper: Paper) -> tuple[int, float, str, str]:
    """Return the key by which papers are sorted, best first."""
    moment = paper.first_published.timestamp()
    return (-points(paper), -moment, paper.title.casefold(), paper.id)


def sections(
    papers: Iterable[Paper],
    slugs: Sequence[str] = (),
    *,
    each_topic: bool = False,
    pinned: Sequence[str] = (),
) -> tuple[TopicSection, ...]:
    """Return `papers` under their topics.

    A paper is listed once, under the first of its topics, or with `each_topic` under all of them;
    if `slugs` are given, only topics among them count, and papers with none of them are left out.
    The topic with most papers comes first, then by name; papers without a topic come last. The
    order of `papers` does not matter. Within a topic the papers with ids among `pinned` come first,
    in that order.
    """
    places = {paper_id: place for place, paper_id in enumerate(pinned)}

    def key(paper: Paper) -> tuple[object, ...]:
        return (places.get(paper.id, len(places)), *rank(paper))

    chosen = frozenset(slugs)
    groups: dict[Topic | None, list[Paper]] = {}
    for paper in papers:
        allowed = [topic for topic in paper.topics if not chosen or topic.slug in chosen]
        for topic in allowed if each_topic else allowed[:1]:
            groups.setdefault(topic, []).append(paper)
        if not allowed and not chosen:
            groups.setdefault(None, []).append(paper)
    ordered = sorted(groups.items(), key=lambda item: _topic_rank(item[0], len(item[1])))
    return tuple(
        TopicSection(topic=topic, papers=tuple(sorted(group, key=key))) for topic, group in ordered
    )


def highlights(
    by_topic: Sequence[TopicSection], most: int, promoted: Sequence[str] = ()
) -> tuple[Paper, ...]:
    """Return up to `most` papers that stand out across all topics, best first.

    A short issue has none, nor is a paper without points one. No topic has two as long as others
    have candidates. The papers with ids among `promoted` come first, in that order and all of them.
    """
    papers = {paper.id: paper for section in by_topic for paper in section.papers}
    chosen = tuple(papers[paper_id] for paper_id in promoted if paper_id in papers)
    if len(papers) < most * _WORTH_HIGHLIGHTS:
        return chosen
    candidates = [
        (place, paper)
        for section in by_topic
        for place, paper in enumerate(section.papers)
        if points(paper) > 0 and paper.id not in promoted
    ]
    candidates.sort(key=lambda item: (item[0] > 0, *rank(item[1])))
    rest = (paper for _, paper in candidates[: max(0, most - len(chosen))])
    return (*chosen, *sorted(rest, key=rank))


def _topic_rank(topic: Topic | None, count: int) -> tuple[bool, int, str, str]:
    if topic is None:
        return (True, 0, "", "")
    return (False, -count, topic.name.casefold(), topic.slug)
