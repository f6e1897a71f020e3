"""Dates of papers that nothing dates, and topics of files that nothing names."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import parse_text

ZONE = ZoneInfo("Asia/Shanghai")
LIST = """\
## Trees

- [Moss in the Dark](https://arxiv.org/abs/2411.00001), Ada Author et al.
- [Ferns and Their Light](https://openreview.net/forum?id=abcdEF12), Bo Writer et al.
- [Old Stones](https://arxiv.org/abs/hep-th/9901001), Cy Scribe et al.
"""


def test_the_month_of_the_id_else_the_date_of_the_paper_before() -> None:
    parsed = parse_text("list.md", LIST, ZONE)
    dates = {
        paper.title: f"{paper.published:%Y-%m-%d}"
        for digest in parsed.digests
        for paper in digest.papers
    }
    assert dates == {
        "Moss in the Dark": "2024-11-01",
        "Ferns and Their Light": "2024-11-01",
        "Old Stones": "1999-01-01",
    }
    assert [str(each) for each in parsed.findings] == [
        "list.md:3: D116 no date, guessed by arXiv ids and venues: 3 papers"
    ]


def test_what_dates_the_file_dates_its_papers() -> None:
    (digest,) = parse_text("2024-12-02.md", LIST, ZONE).digests
    assert f"{digest.published:%Y-%m-%d}" == "2024-12-02"
    assert {paper.published for paper in digest.papers} == {None}


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("trees.md", "trees"),
        ("trees_2024-11-30.md", "trees"),
        ("trees/2024-11-30.md", "trees"),
        ("data/trees/2024/README.md", "trees"),
        ("12-Aug-2026/AI/README.md", "AI"),
        ("2024-11-30.md", "papers"),
    ],
)
def test_a_date_is_no_topic(path: str, topic: str) -> None:
    text = LIST.replace("## Trees", "# 2024-12-02")
    digests = parse_text(path, text, ZONE).digests
    assert {digest.topic_names for digest in digests} == {(topic,)}
