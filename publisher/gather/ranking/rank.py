"""The order of papers for a topic, with the reasons.

A paper has up to 2 points for keywords, 1 for its likeness to liked papers, and 1 for its likeness
to the interest; papers by an author of the topic come before all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.gather.ranking.liked import LikedText
from publisher.gather.ranking.plain import without_tex
from publisher.gather.ranking.rules import rule_hits
from publisher.gather.ranking.similarity import likeness
from publisher.models.gathering import Ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.gather.ranking.rules import RuleHits
    from publisher.gather.ranking.similarity import Likeness
    from publisher.models.gathering import Candidate
    from publisher.settings.sections.gather import GatherTopic

# Nine of ten papers of a neighbouring field have more in common with the nearest of 20.
_LEAST_COSINE = 0.03
_LONGEST_TITLE = 80
_MOST_LIKED = 500


def rank(
    topic: GatherTopic, papers: Sequence[Candidate], liked: Sequence[LikedText]
) -> list[Ranked]:
    """Return the papers that pass, best first; of equal ones, in the order of `papers`.

    A paper with an excluded word never passes. If `topic` asks for anything (keywords, authors, an
    interest, liked papers), there has to be a reason for a paper, else all others pass.
    """
    passed = [(paper, hits) for paper in papers if (hits := rule_hits(topic, paper)) is not None]
    candidates = [paper for paper, _ in passed]
    # Of a library of ten thousand papers, a part says as much, and takes a second.
    liked = liked[:: len(liked) // _MOST_LIKED + 1]
    interest = [LikedText("", "", topic.interest)] if topic.interest.strip() else []
    by_liked, by_interest = likeness(candidates, liked), likeness(candidates, interest)
    ranked = [
        _ranked(paper, hits, like, liked, interesting)
        for (paper, hits), like, interesting in zip(passed, by_liked, by_interest, strict=True)
    ]
    if topic.keywords or topic.authors or liked or interest:
        ranked = [place for place in ranked if place.reasons]
    return sorted(ranked, key=lambda place: -place.score)


def _ranked(
    paper: Candidate,
    hits: RuleHits,
    like: Likeness,
    liked: Sequence[LikedText],
    interesting: Likeness,
) -> Ranked:
    score, reasons = hits.score, list(hits.reasons)
    if like.cosine >= _LEAST_COSINE:
        score += like.score
        reasons.append(f"like '{_short(liked[like.nearest].title)}' ({like.cosine:.2f})")
    if interesting.cosine >= _LEAST_COSINE:
        score += interesting.score
        reasons.append(f"of your interest: {', '.join(interesting.terms)}")
    return Ranked(paper, round(score, 4), tuple(reasons))


def _short(title: str) -> str:
    title = without_tex(title)
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
