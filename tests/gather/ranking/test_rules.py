from __future__ import annotations

import pytest

from publisher.gather.ranking.rules import RuleHits, rule_hits
from publisher.models.gathering import Candidate
from publisher.settings.sections.gather import GatherTopic

PAPER = Candidate(
    "arxiv:2411.00001",
    r"Text-to-Speech for {T}alking Heads",
    authors=(r"Jane M{\"u}ller", "Jan van der Berg", "张伟"),
    abstract=r"We solve the Schr\"odinger equation with 3D Gaussians. 本文提出数字人方法。",
)
CASES: list[tuple[dict[str, tuple[str, ...]], RuleHits | None]] = [
    ({}, RuleHits()),
    ({"keywords": ("text to speech",)}, RuleHits(in_title=("text to speech",))),
    ({"keywords": ("TALKING heads", "talking")}, RuleHits(in_title=("TALKING heads", "talking"))),
    ({"keywords": ("head", "gaussian")}, RuleHits()),
    ({"keywords": ("Schrödinger", "数字人")}, RuleHits(in_abstract=("Schrödinger", "数字人"))),
    ({"keywords": ("speech for", "gaussians")}, RuleHits(("speech for",), ("gaussians",))),
    (
        {"authors": ("Muller", "van der Berg", "Berg")},
        RuleHits(authors=("Muller", "van der Berg", "Berg")),
    ),
    ({"authors": ("张伟",)}, RuleHits(authors=("张伟",))),
    ({"authors": ("Jane",)}, RuleHits()),
    ({"exclude": ("equation",)}, None),
    ({"exclude": ("head",), "keywords": ("3D",)}, RuleHits(in_abstract=("3D",))),
    ({"exclude": ("heads",), "authors": ("Müller",)}, None),
]


@pytest.mark.parametrize(("settings", "hits"), CASES)
def test_rules(settings: dict[str, tuple[str, ...]], hits: RuleHits | None) -> None:
    assert rule_hits(GatherTopic(name="x", **settings), PAPER) == hits  # type: ignore[arg-type]


def test_a_keyword_counts_more_in_the_title_and_an_author_more_than_all_keywords() -> None:
    many = tuple(f"keyword {number}" for number in range(100))
    scores = [
        RuleHits(authors=("A",)).score,
        RuleHits(in_title=many).score,
        RuleHits(in_title=many[:1], in_abstract=many[1:2]).score,
        RuleHits(in_title=many[:1]).score,
        RuleHits(in_abstract=many[:1]).score,
        RuleHits().score,
    ]
    assert sorted(scores, reverse=True) == scores
    assert len(set(scores)) == len(scores)
    assert RuleHits(authors=("A",)).score > RuleHits(in_title=many).score + 2
