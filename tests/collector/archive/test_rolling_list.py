"""Versions of a list, folded into the papers that it ever had."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rolling_lists import START, table

from publisher.collector.archive.digest_index import moment_of
from publisher.collector.archive.parse_job import UNDATED
from publisher.collector.archive.parsing import parse_bytes
from publisher.collector.archive.rolling_list import RollingList, rows, without_rows
from publisher.models import ParsedDigest, ParsedPaper

ZONE = ZoneInfo("UTC")
DAY = [START + timedelta(days=day) for day in range(10)]
PAPER = ParsedPaper(line=1, id="arxiv:2603.00001", version=1, title="T")


def digest(*papers: ParsedPaper, published: datetime = UNDATED, topic: str = "t") -> ParsedDigest:
    return ParsedDigest("README.md", published, (topic,), papers)


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [
        (digest(PAPER), digest(PAPER), DAY[1]),
        (digest(PAPER, published=DAY[3]), digest(PAPER, published=DAY[4]), DAY[3]),
        # What the list says goes before the commit, the earlier of two dates before the later.
        (digest(PAPER), digest(replace(PAPER, published=DAY[5]), published=DAY[5]), DAY[5]),
        (digest(replace(PAPER, published=DAY[5]), published=DAY[5]), digest(PAPER), DAY[5]),
        (
            digest(replace(PAPER, published=DAY[5]), published=DAY[5]),
            digest(replace(PAPER, published=DAY[4]), published=DAY[4]),
            DAY[4],
        ),
    ],
)
def test_dates(first: ParsedDigest, second: ParsedDigest, published: datetime) -> None:
    rolling = RollingList()
    rolling.add([first], DAY[1])
    rolling.add([second], DAY[2])
    (only,) = rolling.digests("README.md")
    assert only.published == published


def test_undated_papers_without_a_history_are_left_out() -> None:
    rolling = RollingList()
    rolling.add([digest(PAPER)], None)
    assert not rolling.digests("README.md")


def test_topics_are_those_of_the_newest_version() -> None:
    rolling = RollingList()
    rolling.add([digest(PAPER, topic="Papers (120)")], DAY[1])
    rolling.add([digest(PAPER, topic="a"), digest(PAPER, topic="b")], DAY[2])
    assert [each.topic_names for each in rolling.digests("README.md")] == [("a", "b")]


def test_a_version_of_the_same_day_replaces_the_one_before() -> None:
    others = [replace(PAPER, id=f"arxiv:2603.0000{number}") for number in (2, 3)]
    rolling = RollingList()
    for day, papers in ((3, [PAPER]), (4, others), (4, others[:1])):
        rolling.add([digest(*papers, published=DAY[day])], DAY[9], moment_of(DAY[day]))
    assert [each.papers[0].id[-1] for each in rolling.digests("README.md")] == ["1", "2"]


def test_papers_of_before_a_day() -> None:
    rolling = RollingList()
    for day in (1, 3, 5):
        rolling.add([digest(replace(PAPER, id=f"arxiv:{day}"))], DAY[day])
    for since, expected in ((DAY[3], [3, 5]), (DAY[9], [5]), (None, [1, 3, 5])):
        digests = rolling.digests("README.md", since)
        assert [each.papers[0].id for each in digests] == [f"arxiv:{day}" for day in expected]


LINES = b"""# Papers
| Title | PDF |
|---|---|
| [A](https://arxiv.org/abs/1) | x |
| [B](https://arxiv.org/abs/2) | x |
- [C](https://arxiv.org/abs/3)
- [D](https://arxiv.org/abs/4)
  A line on D.
- [E](https://arxiv.org/abs/5)
- Authors of E
1. [F](https://arxiv.org/abs/6)

## Others
| [G](https://arxiv.org/abs/7) |
and more of G |
Text."""


def test_only_rows_that_are_whole_papers_are_dropped() -> None:
    kept, dropped = without_rows(LINES, rows(LINES))
    assert sorted(line.decode()[:4] for line in dropped) == ["- [C", "1. [", "| [A", "| [B"]
    assert kept.count(b"\n") == LINES.count(b"\n") - 4
    assert without_rows(LINES, frozenset()) == (LINES, frozenset())
    assert without_rows(b"", rows(LINES)) == (b"", frozenset())


def content(rolling: RollingList) -> list[tuple[object, ...]]:
    return sorted(
        (each.published, each.topic_names, paper.id, paper.title)
        for each in rolling.digests("README.md")
        for paper in each.papers
    )


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4), st.booleans()), max_size=6),
    st.booleans(),
)
def test_changed_rows_tell_as_much_as_whole_versions(
    versions: list[tuple[int, int, bool]], dated: bool
) -> None:
    whole, changed, known = RollingList(), RollingList(), frozenset[bytes]()
    for number, (first, length, edited) in enumerate(versions):
        text = table(range(first, first + length), dated=dated)
        data = (text.replace("Paper 1", "An edited paper 1") if edited else text).encode()
        date = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=number)
        whole.add(parse_bytes("README.md", data, ZONE, None, UNDATED).digests, date)
        part, unchanged = without_rows(data, known)
        parsed = parse_bytes("README.md", part, ZONE, None, UNDATED)
        changed.add(parsed.digests, date, None, part, unchanged)
        known = rows(data)
    assert content(changed) == content(whole)
