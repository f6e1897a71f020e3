"""Rules of a topic: keywords, excluded words, authors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.gather.ranking.plain import without_tex
from publisher.term_matching import author_hits, folded, keyword_hits

if TYPE_CHECKING:
    from publisher.models.gathering import Candidate
    from publisher.settings.sections.gather import GatherTopic

# Authors come before everything else, since their papers are always taken.
_AUTHOR = 10.0
_IN_TITLE, _IN_ABSTRACT, _MOST_FOR_KEYWORDS = 1.0, 0.5, 2.0


@dataclass(frozen=True, slots=True)
class RuleHits:
    """The words and names of a topic that a paper has."""

    in_title: tuple[str, ...] = ()
    in_abstract: tuple[str, ...] = ()  # and not in the title
    authors: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The sum of the points, where keywords count 2 at most."""
        keywords = _IN_TITLE * len(self.in_title) + _IN_ABSTRACT * len(self.in_abstract)
        return (_AUTHOR if self.authors else 0.0) + min(keywords, _MOST_FOR_KEYWORDS)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The hits in words."""
        return (
            *(f"by {author}" for author in self.authors),
            *(f"keyword {keyword} in the title" for keyword in self.in_title),
            *(f"keyword {keyword} in the abstract" for keyword in self.in_abstract),
        )


def rule_hits(topic: GatherTopic, paper: Candidate) -> RuleHits | None:
    """Return the hits of `topic` in `paper`, None if it has an excluded word."""
    title, abstract = folded(without_tex(paper.title)), folded(without_tex(paper.abstract))
    if keyword_hits(f"{title} \n {abstract}", topic.exclude):
        return None
    in_title = tuple(keyword_hits(title, topic.keywords))
    elsewhere = tuple(keyword for keyword in topic.keywords if keyword not in in_title)
    authors = [without_tex(author) for author in paper.authors] if topic.authors else []
    return RuleHits(
        in_title,
        tuple(keyword_hits(abstract, elsewhere)),
        tuple(author_hits(authors, topic.authors)),
    )
