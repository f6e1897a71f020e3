"""Which paper comes first: pure functions of the papers.

Within a topic papers are sorted by points, then newest digest, title and id. The points:

    4   the operator marked it (`filters.mark_keywords`, `mark_authors`, `mark_topics`),
        and 1 for each further mark, up to 2
    3   it appeared, or was accepted, somewhere (`venue`)
    2   its code is there, or 1 for a project page alone
    1   for each further topic that it belongs to, up to 2

What the operator asked for outweighs what reviewers said, and both outweigh the rest, but a venue
and code together are more than one mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.models import Paper, Topic

MARKED, VENUE, CODE, PROJECT = 4, 3, 2, 1
FURTHER_MARKS = FURTHER_TOPICS = 2
# Fewer papers than this many times the highlights are all in sight anyway.
_WORTH_HIGHLIGHTS = 4


@dataclass(frozen=True, slots=True)
class TopicSection:
    """The papers of an issue that stand under one topic; None for papers without a topic."""

    topic: Topic | None
    papers: tuple[Paper, ...]


def points(paper: Paper) -> int:
    """Return how much speaks for `paper`; the table is above."""
    found = MARKED + min(len(paper.marks) - 1, FURTHER_MARKS) if paper.marks else 0
    found += VENUE if paper.venue else 0
    found += CODE if paper.code_urls else PROJECT if paper.project_urls else 0
    return found + min(max(len(paper.topics) - 1, 0), FURTHER_TOPICS)


def rank(paper: Paper) -> tuple[int, float, str, str]:
    """Return the key by which papers are sorted, best first."""
    moment = paper.first_published.timestamp()
    return (-points(paper), -moment, paper.title.casefold(), paper.id)


def sections(papers: Iterable[Paper], slugs: Sequence[str] = ()) -> tuple[TopicSection, ...]:
    """Return `papers` under their topics, for issues and editions alike.

    A paper stands once, under the first of its topics; where `slugs` are given, under the first
    that is among them, and papers with none of them are left out. The topic with most papers comes
    first, then by name; papers without a topic come last. The order of the input has no influence.
    """
    wanted = frozenset(slugs)
    groups: dict[Topic | None, list[Paper]] = {}
    for paper in papers:
        allowed = [topic for topic in paper.topics if not wanted or topic.slug in wanted]
        if allowed:
            groups.setdefault(allowed[0], []).append(paper)
        elif not wanted:
            groups.setdefault(None, []).append(paper)
    ordered = sorted(groups.items(), key=lambda item: _topic_rank(item[0], len(item[1])))
    return tuple(
        TopicSection(topic=topic, papers=tuple(sorted(group, key=rank))) for topic, group in ordered
    )


def highlights(found: Sequence[TopicSection], wanted: int) -> tuple[Paper, ...]:
    """Return up to `wanted` papers that stand out across the topics of `found`, best first.

    None of a short issue, and none that has nothing but its date to speak for it. As long as
    there are others, no topic has two.
    """
    if sum(len(section.papers) for section in found) < wanted * _WORTH_HIGHLIGHTS:
        return ()
    candidates = [
        (place, paper)
        for section in found
        for place, paper in enumerate(section.papers)
        if points(paper)
    ]
    candidates.sort(key=lambda item: (item[0] > 0, *rank(item[1])))
    return tuple(sorted((paper for _, paper in candidates[:wanted]), key=rank))


def _topic_rank(topic: Topic | None, count: int) -> tuple[bool, int, str, str]:
    if topic is None:
        return (True, 0, "", "")
    return (False, -count, topic.name.casefold(), topic.slug)
