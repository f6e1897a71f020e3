"""The program's own lines in a digest, as its writers and others write them."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import parse_bytes
from publisher.models import PaperChange, ParsedPaper, Provenance, SummaryText

HEAD = """\
---
date: 2026-11-02
tags: [trees]
{front}---
# 2026-11-02

## Growing trees

**Authors:Ada Author**

We grow trees.

[PDF](http://arxiv.org/abs/2611.00001v3) Eight pages

"""
ENGLISH = "**Summary**\n\nTrees grow.\n\n**Key Takeaways**\n\n- Fast.\n- Tall.\n\n"
CHINESE = "**摘要**\n\n树会长。\n\n**要点**\n\n- 快。\n\n"
WRITTEN = "*Summary in English by m/x_1 (new) from the abstract, prompt p-1*\n\n"
WRITTEN_ZH = "*Summary in Chinese by m from the full text, prompt p-1*\n\n"


def read(body: str, front: str = "") -> tuple[ParsedPaper, list[str]]:
    parsed = parse_bytes("a.md", (HEAD.format(front=front) + body).encode(), ZoneInfo("UTC"))
    (paper,) = parsed.digests[0].papers
    return paper, [finding.code for finding in parsed.findings]


def test_a_digest_without_such_lines_has_none() -> None:
    paper, codes = read(ENGLISH)
    assert (paper.summary, paper.takeaways) == ("Trees grow.", ("Fast.", "Tall."))
    assert (paper.written_by, paper.summaries, paper.reasons) == (None, (), ())
    assert codes == []


def test_languages_in_any_order() -> None:
    chinese = SummaryText("zh", "树会长。", ("快。",))
    english = SummaryText("en", "Trees grow.", ("Fast.", "Tall."))
    paper, codes = read(CHINESE + WRITTEN_ZH + ENGLISH + WRITTEN)
    assert paper.summaries == (chinese, english)
    assert paper.summary == "树会长。"
    assert paper.written_by == Provenance("m", "p-1", "full text")
    assert codes == []
    paper, _ = read(ENGLISH + WRITTEN + CHINESE + WRITTEN_ZH)
    assert paper.summaries == (english, chinese)
    assert paper.written_by == Provenance("m/x_1 (new)", "p-1", "abstract")


def test_a_summary_without_takeaways_has_all_its_paragraphs() -> None:
    paper, codes = read("**Summary**\n\nTrees grow.\n\nThey rest.\n\n" + WRITTEN)
    assert paper.summary == "Trees grow. They rest."
    assert codes == ["D206"]


@pytest.mark.parametrize(
    ("line", "change", "withdrawn", "reasons"),
    [
        ("*Chosen: a; b*", None, False, ("a", "b")),
        ("*Withdrawn in v3*", None, True, ()),
        ("*Changed in v3 since v2*", PaperChange(3, 2, (), "Eight pages"), False, ()),
        (
            "*Changed in v3 since v2: authors, title, colour*",
            PaperChange(3, 2, ("title", "authors"), "Eight pages"),
            False,
            (),
        ),
        ("*Changed in v3*", None, False, ()),
        ("*Withdrawn*", None, False, ()),
        ("* Chosen: a", None, False, ()),
    ],
)
def test_status(
    line: str, change: PaperChange | None, withdrawn: bool, reasons: tuple[str, ...]
) -> None:
    paper, _ = read(f"{line}\n\n{ENGLISH}{WRITTEN}")
    assert (paper.change, paper.withdrawn, paper.reasons) == (change, withdrawn, reasons)
    assert paper.summary == "Trees grow."


def test_status_counts_above_the_summary_alone() -> None:
    paper, _ = read(f"{ENGLISH}{WRITTEN}*Withdrawn in v3*\n")
    assert not paper.withdrawn


def test_leaks_are_dropped_and_reported() -> None:
    body = ENGLISH.replace("Trees grow.", "Sure! Here is the summary. Trees grow.")
    paper, codes = read(body + WRITTEN)
    assert paper.summary == "Trees grow."
    assert codes == ["D401"]
    paper, codes = read("**Summary**\n\nAs an AI language model, I cannot access it.\n\n" + WRITTEN)
    assert paper.summary is None
    assert paper.written_by is None
    assert "D401" in codes


def test_a_missing_summary_is_no_finding_where_the_program_wrote_the_digest() -> None:
    assert read("")[1] == ["D205", "D206"]
    assert read("", "generator: publisher gather\n")[1] == []


def test_notes_may_follow() -> None:
    notes = "**[Tool](https://example.org)**\n\n1. Title: Trees\n\n7. Methods:\n\nWe plant them.\n"
    paper, _ = read(ENGLISH + WRITTEN + notes)
    assert paper.summary == "Trees grow."
    assert paper.notes is not None
    assert paper.notes.method == "We plant them."


@pytest.mark.parametrize(
    "body",
    [
        WRITTEN * 20_000,
        "*Chosen: " + "a; " * 200_000 + "*\n",
        "*Chosen: a*\n" * 50_000,
        ENGLISH + "*Summary in English by " + "x from the " * 100_000 + "\n",
        "*Summary in English by " * 50_000,
        ("Sure, here is the summary: " * 100_000) + "\n" + WRITTEN,
    ],
    ids=["origins", "reasons", "lines", "model", "begun", "leaks"],
)
def test_hostile_lines_take_no_time(body: str) -> None:
    start = time.perf_counter()
    read(body)
    assert time.perf_counter() - start < 20
