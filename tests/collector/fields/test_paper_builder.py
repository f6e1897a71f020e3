"""Papers made of labelled texts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from publisher.collector.fields.field_words import Field
from publisher.collector.fields.labels import Piece
from publisher.collector.fields.paper_builder import PaperSource, build_paper

ZONE = ZoneInfo("UTC")

SCORES = [
    ("8.0", 8.0),
    ("8/10", 8.0),
    ("4 / 5", 8.0),
    ("85%", 8.5),
    ("85", 8.5),
    ("★★★★☆", 8.0),
    ("⭐️⭐️⭐️", 6.0),
    ("12/10", None),
    ("101", None),
    ("good", None),
]


@pytest.mark.parametrize(("text", "score"), SCORES)
def test_a_score_is_one_of_ten(text: str, score: float | None) -> None:
    pieces = (Piece(Field.TITLE, "", "Growing Trees"), Piece(Field.SCORE, "score", text))
    paper = build_paper(PaperSource(1, pieces), ZONE)
    assert paper
    assert paper.score == score


def test_votes_are_no_score() -> None:
    pieces = (Piece(Field.TITLE, "", "Growing Trees"), Piece(Field.SCORE, "Upvotes", "8"))
    paper = build_paper(PaperSource(1, pieces), ZONE)
    assert paper
    assert paper.score is None
