"""Tables and plain posts: their words, ids and topics, and linear time for any text."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.collector.archive.digest_index import index_of
from publisher.collector.archive.parsing import parse_text
from publisher.collector.formats import table_words
from publisher.collector.merge import merge

if TYPE_CHECKING:
    from publisher.models import Finding, ParsedDigest

ZONE = ZoneInfo("Asia/Shanghai")
HEAD = "---\ntitle: T\ndate: 2024-11-30\ntags: [t]\n---\n"
TABLE = "|Title|Date|PDF|Authors|\n|---|---|---|---|\n"
LINK = "[a](http://arxiv.org/abs/2411.00001)"


def parse(path: str, text: str, zone: ZoneInfo) -> tuple[ParsedDigest | None, list[Finding]]:
    """Return the digest with the papers of all dates and topics."""
    parsed = parse_text(path, text, zone)
    papers = sorted((p for part in parsed.digests for p in part.papers), key=lambda p: p.line)
    digest = replace(parsed.digests[0], papers=tuple(papers)) if parsed.digests else None
    return digest, list(parsed.findings)


TOPICS = [
    ("SLAM", "SLAM"),
    ("Updated on 2024.11.30", ""),
    ("Last update: 2024-11-30", ""),
    ("更新于 2024-11-30", ""),
    ("2024-11-30", ""),
    ("2024", ""),
    ("CVPR 2024", "CVPR 2024"),
    ("Papers 2024", ""),
    ("语音合成 (12 papers)", "语音合成"),
    ("Proteins (IDR)", "Proteins (IDR)"),
    ("cs.CV: 2024-11-30", "cs.CV"),
    ("Click to expand", ""),
    ("Table of Contents", ""),
]


@pytest.mark.parametrize(("heading", "topic"), TOPICS)
def test_topic(heading: str, topic: str) -> None:
    assert table_words.topic(heading) == topic


NO_TABLES = [
    "|Title|Date|\n|---|---|\n|A post|2024-11-30|\n",  # of no paper
    f"|Branch|State|\n|---|---|\n|{LINK}|ok|\n",
    f"|Title|Date|PDF|\n|T|2024-11-30|{LINK}|\n",  # without the line of dashes
    f"```\n{TABLE}|T|2024-11-30|{LINK}|A|\n```\n",
]


@pytest.mark.parametrize("body", NO_TABLES)
def test_a_table_without_papers(body: str) -> None:
    parsed = parse_text("README.md", body, ZONE)
    assert (parsed.digests, parsed.findings, parsed.is_digest) == ((), (), False)


def test_a_table_in_notes_does_not_hide_papers() -> None:
    body = (
        "## A paper\n\n**Authors:A B**\n\nAbstract.\n\n[PDF](http://arxiv.org/abs/2411.00009v1)\n\n"
        f"{TABLE}|T|2024-11-30|{LINK}|A|\n"
    )
    digest, _ = parse("x.md", HEAD + body, ZONE)
    assert digest
    assert [paper.id for paper in digest.papers] == ["arxiv:2411.00009"]


def test_one_paper_under_two_topics_is_one_paper_with_both() -> None:
    row = f"{TABLE}|T|2024-11-30|{LINK}|A|\n"
    parts = parse_text("README.md", f"## One\n\n{row}\n## Two\n\n{row}", ZONE).digests
    papers, *_ = merge([index_of(part) for part in parts], parts.__getitem__)
    assert [[topic.name for topic in paper.topics] for paper in papers] == [["One", "Two"]]
    assert papers[0].first_published.isoformat() == "2024-11-30T00:00:00+08:00"


def test_a_row_without_a_date_has_that_of_its_post() -> None:
    digest, findings = parse("x.md", f"{HEAD}## One\n\n{TABLE}|T||{LINK}|A|\n", ZONE)
    assert digest
    assert len(digest.papers) == 1
    assert digest.published.isoformat() == "2024-11-30T00:00:00+08:00"
    assert not findings


POSTS = [  # path, front matter, id
    ("a/b.md", "", "post:a-b-"),
    ("a/b/index.md", "", "post:a-b-"),
    ("x.md", "permalink: /a/b/", "post:a-b-"),
    ("x.md", "url: https://example.org/a/b.html", "post:a-b-"),
    ("a/x.md", "slug: b", "post:a-b-"),
    ("x.md", "permalink: /:year/:title/", "post:x-"),
    ("x.md", "abbrlink: 4a17b156", "post:4a17b156-"),
    ("x.md", "permalink: 'https://[no-address/'", "post:x-"),
    ("中文/文.md", "", "post:zhongwen-wen-"),
    ("x.md", "url: https://openreview.net/forum?id=aB1", "post:forum-id-ab1-"),
    ("x.md", "url: https://openreview.net/forum?id=aB2", "post:forum-id-ab2-"),
]


def test_ids_of_posts() -> None:
    ids = []
    for path, extra, start in POSTS:
        digest, _ = parse(path, f"---\ntitle: T\ndate: 2024-11-30\n{extra}\n---\nB\n", ZONE)
        assert digest
        ids.append(digest.papers[0].id)
        assert ids[-1].startswith(start)
    assert len(set(ids[:5])) == 1  # in any folder the address is the same
    assert ids[-1] != ids[-2]


@pytest.mark.parametrize(
    ("path", "extra", "topics"),
    [
        ("x.md", "tags: a, b", ("a", "b")),
        ("x.md", "tags: machine learning", ("machine learning",)),
        ("2024-11-30-x.md", "tags: machine learning", ("machine", "learning")),
        ("x.md", "categories:\n- [A, B]\n- C", ("A", "B", "C")),
        ("x.md", "taxonomies: {tags: [z]}", ("z",)),
        ("x.md", "Category: one", ("one",)),
        ("notes/x.md", "", ("notes",)),
        ("2024/11/x.md", "", ("Posts",)),
        ("_posts/x.md", "", ("Posts",)),
    ],
)
def test_topics_of_posts(path: str, extra: str, topics: tuple[str, ...]) -> None:
    digest, _ = parse(path, f"---\ntitle: T\ndate: 2024-11-30\n{extra}\n---\nB\n", ZONE)
    assert digest
    assert digest.papers[0].topic_names == topics


def test_an_empty_digest_is_no_post() -> None:
    digest, _ = parse("x.md", f"{HEAD}# 2024-12-02 更新\n", ZONE)
    assert digest
    assert digest.papers == ()


N = 20_000
SLOW = [
    *("|" * N, "[" * N, "[a](" * N, "![a](" * N, "<!--" * N, "{{" * N, "{%" * N, "{:" * N),
    *("[^" * N, "> " * N, "- - " * N + "x", "```\n" * N, "\n \n" * N, "<summary>" * N),
    *(f"{TABLE}|{cell}|2024-11-30|{LINK}|A|\n" for cell in ("[" * N, "[a]" * N, "[[a]" * N)),
    *(f"{TABLE}|T|2024-11-30|{LINK}|{cell}|\n" for cell in (" ," * N + "x", "a and " * N)),
    f"{TABLE}|T|2024-11-30|{LINK}|{'$|' * N}\n",
]


@pytest.mark.parametrize("body", SLOW, ids=range(len(SLOW)))
def test_hostile_tables_take_linear_time(body: str) -> None:
    start = time.process_time()
    parse("x.md", HEAD + body, ZONE)
    assert time.process_time() - start < 60, "what is not linear takes many minutes"


@given(st.text(alphabet=st.sampled_from("|-ab[]()*$#<>\n `\\:"), max_size=200))
def test_no_text_stops_the_formats(body: str) -> None:
    parse("x.md", HEAD + body, ZONE)
    parse("x.md", f"{HEAD}{TABLE}|{body}|2024-11-30|{LINK}|{body}|\n", ZONE)
