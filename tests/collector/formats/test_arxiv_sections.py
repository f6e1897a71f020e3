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


@pytest.mark.parametrize(
    "heading",
    [
        *("## B", "##B", "##  B ##", "##B##", " ## B", "##\tB #", "##\u3000B", "## \xa0B\u3000##"),
        *("## [B](https://arxiv.org/abs/2501.00002)", "## **B**", "##__B__ ##"),
    ],
)
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


def test_a_second_authors_line_is_no_part_of_the_abstract() -> None:
    body = paper(1, "## A", "**Authors:Ada**\n**Authors**: Bo")
    (digest,) = parsed(body).digests
    assert (digest.papers[0].authors, digest.papers[0].abstract) == (("Ada",), "We grow trees.")
    assert [(finding.line, finding.code) for finding in parsed(body).findings] == [(9, "D210")]


@pytest.mark.parametrize(
    "line",
    [
        *("  [PDF]({}) Accepted", "**[PDF]({})** Accepted", "[ PDF ]({}) Accepted"),
        *('[pdf]({} "Trees") Accepted', "*[PDF](<{}>)* Accepted"),
    ],
)
def test_near_misses_of_a_pdf_line(line: str) -> None:
    address = "http://arxiv.org/abs/2501.00001v1"
    body = paper(1, "## A").replace(f"[PDF]({address})", line.format(address))
    (digest,) = parsed(body).digests
    (entry,) = digest.papers
    assert (entry.id, entry.comment, entry.summary) == ("arxiv:2501.00001", "Accepted", "It grows.")
    assert parsed(body).findings == ()


@pytest.mark.parametrize("line", ["**[PDF](https://a.b/c)**", "  [PDF](https://a.b/c)"])
def test_such_a_line_in_notes_begins_no_paper(line: str) -> None:
    notes = f"**[Tool](https://a.b)**\n\n## References\n\n{line}\n"
    body = paper(1, "## A") + notes + paper(2, "## B")
    assert titles(body) == ["A", "B"]
    assert "D210" not in {finding.code for finding in parsed(body).findings}


def test_authors_in_notes_are_no_second_line() -> None:
    notes = "**[Tool](https://a.b)**\n\n1. Title: A\n\n**Authors**: Ada\n\n**作者**：Ada\n"
    assert "D210" not in {finding.code for finding in parsed(paper(1, "## A") + notes).findings}


def test_a_post_that_names_its_author_is_no_digest_of_sections() -> None:
    post = HEAD.replace("tags", "title: Trees\ntags").replace("# 2025-01-03 更新\n", "")
    post += "\n**Author**: Ada\n\n## Roots\n\nDeep.\n"
    (digest,) = parse_bytes("post.md", post.encode(), ZoneInfo("UTC")).digests
    assert digest.papers[0].title == "Trees"


OPENREVIEW, ACL, PMLR = (
    ("https://openreview.net/forum?id=aB1_", "https://openreview.net/pdf?id=aB1_"),
    ("https://aclanthology.org/2024.acl-long.1/", "https://aclanthology.org/2024.acl-long.1.pdf"),
    (
        "https://proceedings.mlr.press/v1/author21a.html",
        "https://proceedings.mlr.press/v1/author21a/author21a.pdf",
    ),
)


@pytest.mark.parametrize(
    ("address", "links"),
    [
        *((address, both) for both in (OPENREVIEW, ACL, PMLR) for address in both),
        *((address.removeprefix("https:"), OPENREVIEW) for address in OPENREVIEW),
        *((address.removeprefix("https://"), ACL) for address in ACL),
        ("https://a.example/tree.pdf", ("", "https://a.example/tree.pdf")),
        ("https://a.example/tree?x=1", ("https://a.example/tree?x=1", "")),
    ],
)
def test_a_pdf_line_to_another_site_keeps_its_link(address: str, links: tuple[str, str]) -> None:
    body = paper(1, "## A").replace("http://arxiv.org/abs/2501.00001v1", address)
    (digest,) = parsed(body).digests
    assert (digest.papers[0].abs_url, digest.papers[0].pdf_url) == links
    assert digest.papers[0].id.startswith("title:")
    codes = [finding.code for finding in parsed(body).findings]
    assert codes == (["D202"] if "a.example" in address else [])


@pytest.mark.parametrize("address", ["", "tree.pdf", "javascript:x", "http://arxiv.org/abs/2501"])
def test_a_pdf_line_that_leads_nowhere_is_reported(address: str) -> None:
    body = paper(1, "## A").replace("http://arxiv.org/abs/2501.00001v1", address)
    assert [finding.code for finding in parsed(body).findings] == ["D202"]


@pytest.mark.parametrize(
    "line",
    [
        "**arXiv:** [2501.00007](https://arxiv.org/abs/2501.00007)",
        "**arXiv**: 2501.00007v1",
        "- Link: https://arxiv.org/abs/2501.00007",
        "**PDF**：[here](https://arxiv.org/pdf/2501.00007)",
        "DOI: 10.48550/arXiv.2501.00007",
        "- [PDF](https://arxiv.org/pdf/2501.00007)",
        "[Paper](https://arxiv.org/abs/2501.00007)",
    ],
)
def test_a_label_instead_of_a_pdf_line(line: str) -> None:
    body = "\n".join(
        f"## {n}. T{n}\n\n**Authors:** Ada\n{line}\n**Categories:** cs.AI\n\nWe grow.\n\n---\n"
        for n in (1, 2)
    )
    papers = [paper for digest in parsed(body).digests for paper in digest.papers]
    assert [(paper.title, paper.id) for paper in papers] == [
        ("T1", "arxiv:2501.00007"),
        ("T2", "arxiv:2501.00007"),
    ]
    assert papers[0].abstract == "We grow."
    assert "D201" not in {finding.code for finding in parsed(body).findings}


@pytest.mark.parametrize(
    "field",
    [
        'arxiv_id: "2606.00171"',
        "arxiv: 2606.00171v1",
        "canonical_id: arxiv:2606.00171",
        "pdf: https://arxiv.org/pdf/2606.00171v1",
        "url: https://arxiv.org/abs/2606.00171",
        "url_pdf: https://arxiv.org/pdf/2606.00171.pdf",
        "doi: 10.48550/arXiv.2606.00171",
        "eprint: 2606.00171",
        "arXiv-ID: 2606.00171v1 [cs.CV]",
        "arxiv: arXiv 2606.00171",
        "arxiv: [2606.00171]",
        "paper: {arxiv: 2606.00171, venue: Trees}",
        "arxiv_url: https://arxiv.org/abs/2606.00171",
        "pdfUrl: https://arxiv.org/pdf/2606.00171",
        "paper_link: https://arxiv.org/abs/2606.00171",
        "link: https://huggingface.co/papers/2606.00171",
        "paper: https://www.alphaxiv.org/abs/2606.00171",
    ],
)
def test_front_matter_names_the_paper(field: str) -> None:
    post = f"---\ntitle: Trees\ndate: 2026-06-15\ntags: [trees]\n{field}\n---\n\nWe grow trees.\n"
    (digest,) = parse_bytes("post.md", post.encode(), ZoneInfo("UTC")).digests
    (entry,) = digest.papers
    assert (entry.id, entry.abs_url, entry.pdf_url) == (
        "arxiv:2606.00171",
        "https://arxiv.org/abs/2606.00171",
        "https://arxiv.org/pdf/2606.00171v1",
    )


@pytest.mark.parametrize(
    "field", ["url: /trees/", "doi: 10.1145/1234.5678", "paper: 3.14", "arxiv: none", "link: a"]
)
def test_front_matter_without_a_paper_is_a_post(field: str) -> None:
    post = f"---\ntitle: Trees\ndate: 2026-06-15\ntags: [trees]\n{field}\n---\n\nWe grow trees.\n"
    (digest,) = parse_bytes("post.md", post.encode(), ZoneInfo("UTC")).digests
    assert digest.papers[0].id.startswith("post:")
