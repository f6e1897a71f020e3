"""Near misses of the format of sections: what people write, and what only looks like it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import ParsedFile, parse_bytes

HEAD = "---\ndate: 2025-01-03\ntags: [trees]\n---\n# 2025-01-03 更新\n"
MACHINE = "**Summary**\nIt grows.\n**Key Takeaways**\n1. Growing\n"


def paper(number: int, heading: str, authors: str = "**Authors:Ada Author, Bo Writer**") -> str:
    pdf = f"[PDF](http://arxiv.org/abs/2501.0000{number}v1)"
    return f"{heading}\n\n{authors}\n\nWe grow trees.\n\n{pdf}\n\n{MACHINE}\n"


def parsed(body: str) -> ParsedFile:
    return parse_bytes("trees.md", (HEAD + body).encode(), ZoneInfo("UTC"))


def titles(body: str) -> list[str]:
    return [paper.title for digest in parsed(body).digests for paper in digest.papers]


@pytest.mark.parametrize("heading", ["## B", "##B", "##  B ##", "##B##", " ## B", "##\tB #"])
def test_headings_of_papers(heading: str) -> None:
    body = paper(1, "## A") + paper(2, heading) + paper(3, "## C")
    assert titles(body) == ["A", "B", "C"]
    assert parsed(body).findings == ()


def test_a_heading_without_blank_needs_no_authors_after_a_whole_paper() -> None:
    body = paper(1, "## A") + paper(2, "##B", authors="")
    assert titles(body) == ["A", "B"]


@pytest.mark.parametrize("tag", ["##tag", "#tag", "#1", "##1 of 2", "###x", "```\n##B\n```"])
def test_tags_are_no_headings(tag: str) -> None:
    first = paper(1, "## A").replace("We grow trees.", f"We grow trees.\n\n{tag}\n\nAnd more.")
    body = first + f"{tag}\n\n" + paper(2, "## B")
    assert titles(body) == ["A", "B"]


def test_a_title_keeps_signs_that_close_nothing() -> None:
    assert titles(paper(1, "## Trees in C#") + paper(2, "## F# and C++")) == [
        "Trees in C#",
        "F# and C++",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "**Authors:Ada Author, Bo Writer**",
        "**Authors:** Ada Author, Bo Writer",
        "**Authors**: Ada Author, Bo Writer",
        "**Author(s)** ： Ada Author, Bo Writer",
        "__Authors__: Ada Author, Bo Writer",
        "__Authors:__ Ada Author, Bo Writer",
        "*Authors:* Ada Author, Bo Writer",
        "_Authors_: Ada Author, Bo Writer",
        "***Authors:*** Ada Author and Bo Writer",
        "Authors : Ada Author, and Bo Writer",
        "Authors：Ada Author、Bo Writer",
        "- **Authors:** Ada Author & Bo Writer",
        "* Authors: Ada Author; Bo Writer",
        "> **作者：** Ada Author，Bo Writer",
        "**Authors**: **Ada Author**, Bo Writer et al.",
    ],
)
def test_authors_lines(line: str) -> None:
    body = paper(1, "## A", line)
    (digest,) = parsed(body).digests
    assert digest.papers[0].authors == ("Ada Author", "Bo Writer")
    assert digest.papers[0].abstract == "We grow trees."
    assert parsed(body).findings == ()


def test_authors_below_the_abstract_are_read() -> None:
    body = paper(1, "## A", "").replace("trees.\n", "trees.\n\n**Authors:** Ada, Bo\n")
    (digest,) = parsed(body).digests
    assert digest.papers[0].authors == ("Ada", "Bo")
    assert digest.papers[0].abstract == "We grow trees."


def test_a_second_paper_in_one_section_is_reported() -> None:
    body = paper(1, "## A") + paper(2, "Title without a heading")
    found = [(finding.line, finding.code) for finding in parsed(body).findings]
    assert found == [(21, "D210"), (25, "D210")]


def test_authors_in_notes_are_no_second_line() -> None:
    notes = "**[Tool](https://a.b)**\n\n1. Title: A\n\n**Authors**: Ada\n\n**作者**：Ada\n"
    assert "D210" not in {finding.code for finding in parsed(paper(1, "## A") + notes).findings}


def test_a_post_that_names_its_author_is_no_digest_of_sections() -> None:
    post = HEAD.replace("tags", "title: Trees\ntags").replace("# 2025-01-03 更新\n", "")
    post += "\n**Author**: Ada\n\n## Roots\n\nDeep.\n"
    (digest,) = parse_bytes("post.md", post.encode(), ZoneInfo("UTC")).digests
    assert digest.papers[0].title == "Trees"
