"""Digest files: the collector reads the fields that were written, whatever stands in them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from publisher.collector.archive.parsing import ParsedFile, parse_bytes
from publisher.collector.text.plain_text import from_arxiv, from_machine
from publisher.gather.digest import render_digest
from publisher.models import PaperChange, ParsedPaper, Provenance, SummaryText
from publisher.models.gathering import Candidate, DigestEntry, WrittenSummary
from publisher.settings.sections.gather import GatherTopic

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 2)
TREES = GatherTopic(name="Trees")


TREE = Candidate("", "", ("Ada Author", "Bo Writer"), "We grow trees.")


def paper(number: int = 1, **fields: Any) -> Candidate:
    named = {"id": f"arxiv:2611.0000{number}", "title": f"Tree {number}"}
    return replace(TREE, **(named | fields))


def read(text: str) -> ParsedFile:
    return parse_bytes("2026-11-02-trees.md", text.encode(), ZONE)


def papers(*entries: DigestEntry, topic: GatherTopic = TREES) -> tuple[ParsedPaper, ...]:
    parsed = read(render_digest(topic, DAY, entries, ZONE))
    (digest,) = parsed.digests
    assert digest.published == datetime(2026, 11, 2, tzinfo=ZONE)
    assert digest.topic_names == (topic.name,)
    return digest.papers


SUMMARY = WrittenSummary(
    texts=(
        SummaryText("en", "Trees grow by $3$ metres.", ("They grow.", "They rest.")),
        SummaryText("zh", "树木会生长。", ("生长", "休息")),
    ),
    model="qwen3:8b",
    prompt="builtin-1",
    source="full text",
)


def test_every_field() -> None:
    candidate = paper(
        title=r"Gr\"owing $\alpha$-trees: a study",
        abstract="We grow $10^3$ trees. Code: https://github.com/trees/trees",
        comment="Accepted at CVPR 2026; 8 pages",
        version=3,
        withdrawn=True,
    )
    change = PaperChange(3, 1, ("title", "abstract"), "Accepted at CVPR 2026; 8 pages")
    entry = DigestEntry(
        candidate, ('keyword "trees" in the title', 'like "Bush" (0.41)'), SUMMARY, change
    )
    text = render_digest(TREES, DAY, [entry], ZONE)
    assert read(text).findings == ()
    (read_back,) = papers(entry)
    assert read_back.id == candidate.id
    assert read_back.version == 3
    assert read_back.title == "Gröwing α-trees: a study"
    assert read_back.authors == candidate.authors
    assert read_back.abstract == from_arxiv(candidate.abstract)
    assert read_back.comment == candidate.comment
    assert read_back.code_urls == ("https://github.com/trees/trees",)
    assert read_back.summary == "Trees grow by 3 metres."
    assert read_back.takeaways == ("They grow.", "They rest.")
    assert read_back.summaries == (
        SummaryText("en", "Trees grow by 3 metres.", ("They grow.", "They rest.")),
        SummaryText("zh", "树木会生长。", ("生长", "休息")),
    )
    assert read_back.written_by == Provenance("qwen3:8b", "builtin-1", "full text")
    assert read_back.reasons == entry.reasons
    assert read_back.withdrawn
    assert read_back.change == PaperChange(
        3, 1, ("title", "abstract"), candidate.comment, withdrawn=True
    )


def test_papers_without_a_summary_are_no_finding() -> None:
    entries = [DigestEntry(paper(number)) for number in (1, 2)]
    assert read(render_digest(TREES, DAY, entries, ZONE)).findings == ()
    assert [each.summary for each in papers(*entries)] == [None, None]


@pytest.mark.parametrize(
    "ids",
    [
        [
            "arxiv:2611.00001",
            "arxiv:2611.00002",
            "url:https://b.example/1",
            "url:https://b.example/2",
        ],
        ["doi:10.1101/2026.1", "doi:10.1101/2026.2"],
        ["url:https://b.example/1", "url:javascript:x"],
    ],
)
@pytest.mark.parametrize(
    "fields", [{}, {"authors": ("Ada Author",)}, {"abstract": "### We [PDF](x)"}]
)
def test_papers_of_which_little_is_known(ids: list[str], fields: dict[str, Any]) -> None:
    entries = [
        DigestEntry(Candidate(key, f"Tree {number}", **fields), ("a reason",))
        for number, key in enumerate(ids)
    ]
    assert read(render_digest(TREES, DAY, entries, ZONE)).findings == ()
    assert [(each.title, each.reasons) for each in papers(*entries)] == [
        (f"Tree {number}", ("a reason",)) for number in range(len(ids))
    ]


def test_a_day_without_papers() -> None:
    assert papers() == ()


@pytest.mark.parametrize(
    ("candidate", "urls"),
    [
        (Candidate("doi:10.1101/2026.1", "A"), ("https://doi.org/10.1101/2026.1", "")),
        (Candidate("doi:10.1/a(b)<c>", "A"), ("https://doi.org/10.1/a%28b%29%3Cc%3E", "")),
        (Candidate("url:https://a.example/b", "A"), ("https://a.example/b", "")),
        (Candidate("arxiv:math/0309136", "A"), ("https://arxiv.org/abs/math/0309136", "")),
    ],
)
def test_addresses(candidate: Candidate, urls: tuple[str, str]) -> None:
    (read_back,) = papers(DigestEntry(candidate))
    assert read_back.abs_url == urls[0]


ATTACKS = [
    "## Another paper",
    "[PDF](http://arxiv.org/abs/2001.00001v1) Mine",
    "**Authors:Eve**",
    "Authors: Eve",
    "**Summary** Forged",
    "*Withdrawn in v9*",
    "*Changed in v9 since v1*",
    "*Chosen: because*",
    "*Summary in English by me from the abstract, prompt x*",
    "```",
    "~~~",
    "---",
    "<details><summary>x</summary>",
    "<!--",
    "**[Tool](https://example.org)**",
    "# 2020-01-01 更新",
    "##",
    "1. Tree",
    "[x](https://example.org)",
    "**bold**",
    "Title: x",
    r"\end{document} $ \verb|",
    "作者: 某人",
    "\ud800\x00\x1b[31m",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("field", ["title", "abstract", "comment", "summary", "takeaway", "reason"])
@pytest.mark.parametrize("before", ["", "x\n\n"])
def test_no_text_leaves_its_field(attack: str, field: str, before: str) -> None:
    text = f"{before}{attack}"
    own = {field: text} if field in ("title", "abstract", "comment") else {}
    summary = SummaryText(
        "en", text if field == "summary" else "Good.", (text if field == "takeaway" else "Fine.",)
    )
    written = WrittenSummary((summary,), "model", "builtin-1", "abstract")
    reasons = (text,) if field == "reason" else ()
    first, second, third = papers(
        DigestEntry(paper(1)),
        DigestEntry(paper(2, **own), reasons, written),
        DigestEntry(paper(3)),
    )
    assert (first.title, third.title) == ("Tree 1", "Tree 3")
    assert (first.abstract, third.abstract) == ("We grow trees.", "We grow trees.")
    assert second.id == "arxiv:2611.00002"
    assert second.version == 1
    assert second.authors == ("Ada Author", "Bo Writer")
    assert not second.withdrawn
    assert second.change is None
    assert second.written_by == Provenance("model", "builtin-1", "abstract")
    if field not in ("title", "abstract", "comment"):
        assert (second.title, second.abstract) == ("Tree 2", "We grow trees.")
    for name in own:
        assert getattr(second, name) == (from_arxiv(text.replace("\ud800", "")) or None)
    if field not in ("summary", "takeaway"):
        assert (second.summary, second.takeaways) == ("Good.", ("Fine.",))


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "x <img src=x onerror=alert(1)>",
        "</p><iframe src=//evil.example>",
        "<!-- x",
        "<?php x ?>",
        "<https://evil.example/>",
        "[x](https://evil.example/)",
        "![x](https://evil.example/x.png)",
        "[x][y]",
        "[y]: https://evil.example/",
        "Vec{{ constructor }} {% include x %} {# x #} {{{x}}}",
    ],
)
def test_other_programs_make_plain_pages_of_it(attack: str) -> None:
    written = WrittenSummary((SummaryText("en", attack, (attack,)),), attack, "p", "abstract")
    hostile = paper(title=attack, authors=(attack,), abstract=attack, comment=attack)
    text = render_digest(TREES, DAY, [DigestEntry(hostile, (attack,), written)], ZONE)
    page = MarkdownIt("commonmark").render(text.split("---\n", 2)[2])
    tags = set(re.findall(r"<(?!/)([^\s>]*)", page))
    assert tags <= {"h1", "h2", "p", "strong", "em", "a", "ul", "li"}
    assert re.findall('href="([^"]*)', page) == ["http://arxiv.org/abs/2611.00001v1"]
    assert not re.search(r"\{[{%#]", text)
    (read_back,) = papers(DigestEntry(hostile, (attack,), written))
    assert read_back.title == from_arxiv(attack)
    assert read_back.abstract == from_arxiv(attack)


@pytest.mark.parametrize("address", ["javascript://x/%0aalert(1)", "data:text/html,x", "x", ""])
def test_addresses_are_those_of_the_web(address: str) -> None:
    text = render_digest(
        TREES, DAY, [DigestEntry(Candidate(f"url:{address}", "A", abs_url=address))], ZONE
    )
    assert "[PDF]()" in text


@pytest.mark.parametrize(
    "name", ["NO", "a: b", "#1", "[x", "'", '"', "- y", "元宇宙/虚拟人", "---", "0123"]
)
def test_names_of_topics(name: str) -> None:
    assert len(papers(DigestEntry(paper()), topic=GatherTopic(name=name))) == 1


LETTERS = st.characters(categories=["L", "N"], min_codepoint=65, max_codepoint=0x2FA1)
CJK = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
SIGNS = st.sampled_from([*"$\\{}^_*#[]()<>`~-+|&%:;,. \n\"'", "\\alpha", "$x^2$", "## "])
TEXTS = st.lists(st.one_of(LETTERS, CJK, SIGNS), min_size=1, max_size=60).map("".join)
TITLES = TEXTS.filter(lambda text: bool(from_arxiv(text)))


@given(st.lists(st.tuples(TITLES, TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_round_trip(texts: list[tuple[str, str, str, str]]) -> None:
    entries = [
        DigestEntry(
            paper(number, title=title, abstract=abstract, comment=comment),
            summary=WrittenSummary(
                (SummaryText("en", f"The tree {summary}", ("A point.",)),), "model", "p", "abstract"
            ),
        )
        for number, (title, abstract, comment, summary) in enumerate(texts, 1)
    ]
    # What looks like a wrong decoding is mended, which is another matter.
    assume(not read(render_digest(TREES, DAY, entries, ZONE)).is_damaged)
    for entry, read_back in zip(entries, papers(*entries), strict=True):
        assert entry.summary is not None
        assert read_back.id == entry.paper.id
        assert read_back.title == from_arxiv(entry.paper.title)
        assert read_back.abstract == from_arxiv(entry.paper.abstract)
        assert (read_back.comment or "") == from_arxiv(entry.paper.comment)
        assert read_back.authors == entry.paper.authors
        assert read_back.takeaways[-1:] == ("A point.",)
        assert read_back.summary == from_machine(entry.summary.texts[0].summary)
