from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from support.search_script import run_script

from publisher.formatter.search.query import wanted_terms
from publisher.formatter.search.shards import shard_of
from publisher.formatter.search.terms import fold, index_terms, pair, tokens

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = {
    "Gaussian Splatting": ["gaussian", "splatting"],
    "Müller’s Łódź, Straße, Ærø": ["muller", "s", "lodz", "strasse", "aero"],
    "İstanbul ΣΊΣΥΦΟΣ": ["istanbul", "σισυφοσ"],
    "ＮｅＲＦ ﬁne": ["nerf", "fine"],
    "3D人脸识别、NeRF的": ["3d", "人脸识别", "nerf", "的"],
    "text-to-image GPT-4.5 v2.5": ["text", "to", "image", "gpt", "4.5", "v2", "5"],
    "arXiv:2411.19525v2 cs/0112017": ["arxiv", "2411", "19525v2", "cs", "0112017"],
    "2411.19525": ["2411.19525"],
    "用GPT-4.5模型": ["用", "gpt", "4.5", "模型"],
    "ガウス スプラッティング": ["ガウス", "スプラッティング"],
    "가우시안 스플래팅": ["가우시안", "스플래팅"],
    "𠮷野家 snake_case O(n²)": ["𠮷野家", "snake", "case", "o", "n2"],
    "การเรียนรู้": ["การเรียนรู้"],
    "a" * 60: ["a" * 40],
    "…—!? \x00 \n": [],
    "": [],
}
QUERIES = {
    "nerf": [("nerf", 0, False)],
    "nerf NeRF": [("nerf", 0, False)],
    "人脸识别": [("人脸", 0, False), ("脸识", 0, False), ("识别", 0, False)],
    "脸 图": [("脸", 0, True), ("图", 1, True)],
    '"neural fields" x': [
        (pair("neural", "fields"), 0, False),
        ("neural", 0, False),
        ("fields", 0, False),
        ("x", 1, False),
    ],
    "“neural fields": [
        (pair("neural", "fields"), 0, False),
        ("neural", 0, False),
        ("fields", 0, False),
    ],
    "self-sup*": [("self", 0, False), ("sup", 0, True)],
    "ga* g*": [("ga", 0, False), ("g", 1, False)],
    '" " * ""': [],
}


@pytest.mark.parametrize(("text", "words"), TOKENS.items())
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@pytest.mark.parametrize(("text", "wanted"), QUERIES.items())
def test_terms_of_a_query(text: str, wanted: list[tuple[str, int, bool]]) -> None:
    assert [(term.term, term.part, term.begins) for term in wanted_terms(text)] == wanted


def test_each_term_of_a_query_is_one_of_the_text() -> None:
    text = "Ein Text: Gaussian-Splatting für 三维重建, 4.5 mal"
    terms = set(index_terms((text,)))
    for query in (
        "Gaussian-Splatting",
        "三维重建",
        "fur",
        "gaussian splatting",
        "4.5",
        "三维 重建",
    ):
        assert {wanted.term for wanted in wanted_terms(query)} <= terms, query
    assert {wanted.term for wanted in wanted_terms("建三")} - terms == {"建三"}
    # No phrase goes from one text to the next, or across Chinese.
    assert pair("a", "b") not in index_terms(("a", "b"))
    assert pair("fur", "4.5") not in terms


def test_the_script_agrees(tmp_path: Path) -> None:
    texts, queries = [*TOKENS, *QUERIES], [*QUERIES, *TOKENS, "x " * 400, "字" * 400]
    calls = [
        *(("fold", text) for text in texts),
        *(("tokens", text) for text in texts),
        *(("wantedTerms", query) for query in queries),
    ]
    answers = run_script(tmp_path, calls)
    assert answers == [
        *(fold(text) for text in texts),
        *(tokens(text) for text in texts),
        *([asdict(wanted) for wanted in wanted_terms(query)] for query in queries),
    ]


def test_what_begins_alike_is_in_one_shard() -> None:
    words = ("gauss", "gaussian", "gau", "gaus")
    assert len({shard_of(word, 97) for word in words}) == 1
    assert len({shard_of(word, 97) for word in ("脸", "脸识")}) == 1
    assert len({shard_of(f"{word}x", 97) for word in "abcdefghijklmnopq"}) > 5
