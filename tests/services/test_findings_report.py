from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher import collector
from publisher.collector.archive.format_trials import try_formats
from publisher.collector.findings import finding
from publisher.errors import SettingsError
from publisher.models import Collection, Coverage, Finding, Severity
from publisher.preflight.findings import CODES as PREFLIGHT
from publisher.preflight.findings import finding as size_finding
from publisher.services.findings_report import (
    first_places,
    in_words,
    silenced_line,
    unread_papers,
)
from publisher.settings import load
from publisher.translation import using

if TYPE_CHECKING:
    from pathlib import Path

ERRORS = [Finding(f"{n}.md", n, "D203", "paper without authors") for n in range(1, 6)]
WARNINGS = [Finding("1.md", 1, "D107", "no topic", Severity.WARNING)]
LEAKED = Finding("1.md", 9, "D401", "leaked", Severity.WARNING)


def empty(**fields: object) -> Collection:
    return Collection(papers=(), topics=(), by_topic={}, digest_count=0, findings=(), **fields)  # type: ignore[arg-type]


def test_the_first_places_of_each_code_errors_first() -> None:
    assert list(first_places([*WARNINGS, LEAKED, *ERRORS], {"D401": 1}, prefix="error: ")) == [
        "error: 1.md:1: D203 paper without authors",
        "error: 2.md:2: D203 paper without authors",
        "error: 3.md:3: D203 paper without authors",
        "... and 2 more D203: `publisher check --verbose` lists them",
        "error: 1.md:1: D107 no topic",
    ]


def test_every_place() -> None:
    places = list(first_places([*WARNINGS, LEAKED, *ERRORS], {"D401": 1}, None))
    assert places == [*map(str, ERRORS), *map(str, WARNINGS), str(LEAKED)]


def test_silenced_findings_are_counted() -> None:
    assert silenced_line(empty(silenced={"D401": 0})) == ""
    line = silenced_line(empty(silenced={"D402": 1, "D203": 1200}, errors=tuple(ERRORS)))
    assert line.startswith("silenced by check.ignore: 1,200 D203, 1 D402; errors among them still")


def test_unread_papers_are_named_with_the_nearest_format(tmp_path: Path) -> None:
    file = tmp_path / "my list.md"
    file.write_text("| Who |\n|---|\n| [T](https://arxiv.org/abs/2411.00001) |\n")
    coverage = Coverage(files=40, ids=1812, read=3, path=str(file))
    first, second = unread_papers(empty(coverage=coverage), load(None, {}))
    refusal = try_formats("my list.md", file.read_bytes(), ZoneInfo("UTC")).refusal
    assert refusal.line == 1
    assert first == (
        "40 files hold 1,812 arXiv ids, 3 were read; the nearest format, arxiv-table, refuses"
        f" {file}:1: {refusal.what}"
    )
    assert f"`publisher formats try '{file}'`" in second


COUNTS = [
    (Coverage(1, 1, 0, "gone.md"), "1 file holds 1 arXiv id, none was read; most of the others"),
    (Coverage(2, 3, 1, "gone.md"), "2 files hold 3 arXiv ids, 1 was read; most of the others"),
]


@pytest.mark.parametrize(("coverage", "start"), COUNTS)
def test_numbers(coverage: Coverage, start: str) -> None:
    assert unread_papers(empty(coverage=coverage), load(None, {}))[0].startswith(start)


def test_nothing_is_said_where_most_is_read() -> None:
    assert unread_papers(empty(), load(None, {})) == ()
    (line,) = unread_papers(empty(no_digests=("1.md", "2.md")), load(None, {}))
    assert line.startswith("no digest and no arXiv id in 2 files; `publisher formats` shows")


def test_codes_to_ignore(tmp_path: Path, examples: Path) -> None:
    folders = {"folders": [str(examples)], "cache": str(tmp_path)}

    def counts(*codes: str) -> tuple[int, int, int]:
        flags = {"source": folders, "check": {"ignore": list(codes)}}
        found = collector.collect(load(None, {}, flags))
        assert set(found.silenced) == set(codes)
        return len(found.findings), found.warning_count, sum(found.silenced.values())

    all_findings, warnings, _ = counts()
    assert warnings == all_findings
    leaked = counts("D401")
    assert leaked == (all_findings, warnings - leaked[2], leaked[2])
    assert leaked[2] > 0
    with pytest.raises(SettingsError, match=r"check\.ignore: no finding has the code D410"):
        counts("D410")
    with pytest.raises(SettingsError, match=r"check\.ignore: must be a list of codes such as D401"):
        load(None, {}, {"check": {"ignore": ["everything"]}})


def test_findings_are_in_the_language_that_holds_and_their_details_stay() -> None:
    guessed = finding("1.md", 3, "D404", "Cons")
    with using("zh"):
        assert list(first_places([ERRORS[0], guessed, LEAKED], {})) == [
            "1.md:1: D203 论文没有作者",
            "1.md:9: D401 leaked",
            "1.md:3: D404 未知的标签：Cons",
        ]
        assert in_words(size_finding("weekly", "P102", "90 KB"), PREFLIGHT) == (
            "接近 Gmail 截断邮件的大小：90 KB"
        )


def test_a_code_of_an_installed_format_has_its_own_words() -> None:
    with using("zh"):
        assert in_words(Finding("a.md", 1, "X100", "no such thing: 3")) == "no such thing: 3"
