"""Digests in all the ways that people write them, made from papers that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from publisher.collector.archive.parsing import parse_bytes
from tests.support import digest_variations as variations

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from publisher.models import ParsedPaper
    from tests.support.digest_variations import Digest

VARIATIONS = {
    "sections with a label for each field": variations.sections(),
    "sections with several labels on a line": variations.joined_lines(),
    "sections without labels": variations.unlabelled_sections(),
    "sections with details": variations.sections_with_details(),
    "sections with a heading over their labels": variations.sections_with_meta(),
    "items": variations.items(),
    "items of a line": variations.one_line_items(),
    "items with venues and pictures as links": variations.items_with_venues(),
    "paragraphs with venues and links": variations.paragraphs(),
    "tables": variations.tables(),
    "tables with descriptions behind titles": variations.titles_with_descriptions(),
    "sections of a daily job": variations.daily_sections(),
    "files about a paper": variations.paper_files(),
    "files about a paper without front matter": variations.files_without_front_matter(),
    "posts that name no paper": variations.posts(),
}


@pytest.mark.parametrize("shape", VARIATIONS)
def test_every_paper_comes_out_once(shape: str) -> None:
    check(VARIATIONS[shape])


def _number(paper: ParsedPaper) -> str:
    kind, _, number = paper.id.partition(":")
    return number if kind == "arxiv" else ""


def check(digests: SearchStrategy[Digest]) -> None:
    """Read some of `digests`, and compare the papers with those that were written."""

    @settings(
        max_examples=50,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(digests)
    def is_read(digest: Digest) -> None:
        parsed = parse_bytes(digest.path, digest.text.encode(), ZoneInfo("UTC"))
        papers = [
            (_number(paper), paper.title, paper.authors, paper.abstract, paper.summary or "")
            for part in parsed.digests
            for paper in part.papers
        ]
        assert sorted(papers) == [
            (
                paper.number,
                paper.read_title,
                paper.authors,
                paper.abstract,
                paper.summary,
            )
            for paper in digest.papers
        ], digest.text

    is_read()
