"""Dates as people and programs write them, in front matter, headings and paths."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import collector
from publisher.collector.archive.parsing import parse_text
from publisher.collector.frontmatter.dates import is_ambiguous, parse_date, path_date
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Collection

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2024-11-03T00:00:00+08:00"

DATES: list[tuple[object, str | None]] = [
    (datetime(2024, 12, 2, 21, 38, 51), "2024-12-02T21:38:51+08:00"),  # noqa: DTZ001 - as TOML has it
    (datetime(1, 1, 1), None),  # noqa: DTZ001 - as TOML has it
    (date(2024, 11, 3), DAY),
    (20241103, DAY),
    (True, None),
    (None, None),
    ([], None),
    # A year first.
    ("2024-12-02 21:38:51", "2024-12-02T21:38:51+08:00"),
    ("2024-12-02T21:38:51.123456Z", "2024-12-02T21:38:51+00:00"),
    ("2024-12-02 21:38:51 +0900", "2024-12-02T21:38:51+09:00"),
    ("2024-12-02 21:38:51 +9", "2024-12-02T21:38:51+09:00"),
    ("2024-12-02 21:38 UTC", "2024-12-02T21:38:00+00:00"),
    ("2024-12-02 21:38 GMT-5", "2024-12-02T21:38:00-05:00"),
    ("2024-12-02 21:38 PDT", "2024-12-02T21:38:00-07:00"),
    ("2024-12-02 21:38 CST", "2024-12-02T21:38:00+08:00"),  # the site's zone: it means several
    ("2024-12-02-05:00", "2024-12-02T00:00:00-05:00"),
    ("2024/11/3", DAY),
    ("**2024.11.03**", DAY),
    ("2024年11月3日 08:05", "2024-11-03T08:05:00+08:00"),
    ("2024年11月3日 星期日 下午3:04", "2024-11-03T15:04:00+08:00"),
    # A clock of 12 hours.
    ("2024-11-03 03:04 PM", "2024-11-03T15:04:00+08:00"),
    ("2024-11-03 3:04:05 p.m.", "2024-11-03T15:04:05+08:00"),
    ("2024-11-03 12:30 AM", "2024-11-03T00:30:00+08:00"),
    ("2024-11-03 12:30 pm", "2024-11-03T12:30:00+08:00"),
    ("Nov 3, 2024 at 3pm", "2024-11-03T15:00:00+08:00"),
    # Compact.
    ("20241103", DAY),
    ("20241103T103000Z", "2024-11-03T10:30:00+00:00"),
    ("20241103T103000+0900", "2024-11-03T10:30:00+09:00"),
    ("202411031030", "2024-11-03T10:30:00+08:00"),
    # Months in words.
    ("November 3, 2024", DAY),
    ("Nov. 3 2024", DAY),
    ("November 3rd, 2024", DAY),
    ("3 Nov 2024", DAY),
    ("3-Nov-2024", DAY),
    ("3rd of November, 2024", DAY),
    ("Sunday the 3rd of november 2024", DAY),
    ("2024 Nov 3", DAY),
    ("Sept 5, 2024", "2024-09-05T00:00:00+08:00"),
    ("3. November 2024", DAY),
    ("3. März 2024", "2024-03-03T00:00:00+08:00"),
    ("1er août 2024", "2024-08-01T00:00:00+08:00"),
    ("3 de noviembre de 2024", DAY),
    ("Sun, 03 Nov 2024 10:00:00 +0000", "2024-11-03T10:00:00+00:00"),
    ("Sun, 3 Nov 2024 10:00:00 GMT", "2024-11-03T10:00:00+00:00"),
    ("Sun, 3 Nov 2024 10:00:00 EST", "2024-11-03T10:00:00-05:00"),
    ("Sun Nov  3 10:00:00 2024", "2024-11-03T10:00:00+08:00"),
    ("Sun, 3 Nov 24 10:00:00 +0000", "2024-11-03T10:00:00+00:00"),
    ("3 Nov 98 10:00 GMT", "1998-11-03T10:00:00+00:00"),
    ("3 ноября 2024 г.", DAY),
    ("2024년 11월 3일", DAY),
    ("2024. 11. 3.", DAY),
    ("2024年 11月 3日", DAY),
    ("Sun Nov 03 2024 10:00:00 GMT+0800 (China Standard Time)", "2024-11-03T10:00:00+08:00"),
    # Numbers with the year last.
    ("03.11.2024", DAY),
    ("03-11-2024", DAY),
    ("11/03/2024", DAY),
    ("13/11/2024", "2024-11-13T00:00:00+08:00"),
    # Weeks and months.
    ("2026-W34", "2026-08-17T00:00:00+08:00"),
    ("2026W34-3", "2026-08-19T00:00:00+08:00"),
    ("2026 Week 34", "2026-08-17T00:00:00+08:00"),
    ("2026-KW34", "2026-08-17T00:00:00+08:00"),
    ("2026年第34周", "2026-08-17T00:00:00+08:00"),
    ("2026年第99周", None),
    ("2024 Nov weeks 3", None),
    ("2024-11", "2024-11-01T00:00:00+08:00"),
    ("2024年11月", "2024-11-01T00:00:00+08:00"),
    ("November 2024", "2024-11-01T00:00:00+08:00"),
    # Seconds and milliseconds.
    ("1730592000", "2024-11-03T00:00:00+00:00"),
    (1730592000000, "2024-11-03T00:00:00+00:00"),
    # No dates.
    ("yesterday", None),
    ("2024-13-45", None),
    ("2024-12-02 25:99", None),
    ("30 Foo 2024", None),
    ("A Data Set 2024", None),
    ("Mission to Mars 2024", None),
    ("2411.19525", None),
    ("2024", None),
    ("", None),
]


@pytest.mark.parametrize(("value", "expected"), DATES)
def test_parse_date(value: object, expected: str | None) -> None:
    time = parse_date(value, ZONE)
    assert (time.isoformat() if time else None) == expected


@given(st.text(alphabet=st.sampled_from("0123456789-/.:T+ZW年月日 aAmMpPrchnov"), max_size=40))
def test_no_text_stops_it(text: str) -> None:
    parse_date(text, ZONE)
    path_date(text, ZONE)


@pytest.mark.parametrize("text", ["1" * 300_000, "1 a " * 90_000, "2024-" * 60_000, "/20" * 90_000])
def test_linear_time(text: str) -> None:
    start = time.process_time()
    parse_date(text, ZONE)
    path_date(text[:4096], ZONE)  # the longest path of Linux
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/04/2025", True),
        ("03-04-2025", True),
        ("03/03/2025", False),
        ("13/04/2025", False),
        ("03.04.2025", False),
        ("2025-03-04", False),
        ("2025-03-04, not 03/04/2025", False),
    ],
)
def test_is_ambiguous(text: str, expected: bool) -> None:
    assert is_ambiguous(text) == expected


PATHS = [
    ("2025/06/12/x.md", "2025-06-12"),
    ("posts/2025/6/1/index.md", "2025-06-01"),
    ("2025/06-12.md", "2025-06-12"),
    ("2025/0612/x.md", "2025-06-12"),
    ("202506/12.md", "2025-06-12"),
    ("2025-06/12/x.md", "2025-06-12"),
    ("data/2025_06_12.md", "2025-06-12"),
    ("20250612.md", "2025-06-12"),
    ("2025-06-12-slug.md", "2025-06-12"),
    ("2025-06-12/papers/251200131-tree.md", "2025-06-12"),
    ("2024/2025-06-12/x.md", "2025-06-12"),
    ("12-Aug-2026/AI/README.md", "2026-08-12"),
    ("Papers of June 12, 2025.md", "2025-06-12"),
    ("2026-W34.md", "2026-08-17"),
    ("2026/W34/x.md", "2026-08-17"),
    ("2026-week-34.md", "2026-08-17"),
    ("2024-11.md", "2024-11-01"),
    ("202411.md", "2024-11-01"),
    ("2024/11/x.md", None),
    ("2606.00171v1-tree.md", None),
    ("papers/251200131-tree.md", None),
    ("README.md", None),
]


@pytest.mark.parametrize(("path", "expected"), PATHS)
def test_path_date(path: str, expected: str | None) -> None:
    day = path_date(path, ZONE)
    assert (day.date().isoformat() if day else None) == expected


PAPER = "## A paper\n\n**Authors:A B**\n\nText.\n\n[PDF](http://arxiv.org/abs/2411.00001v1)\n"


@pytest.mark.parametrize(
    ("path", "head", "heading", "expected"),
    [
        ("x.md", "date: 20250612", "", "2025-06-12"),
        ("x.md", "published: 2025-06-12", "", "2025-06-12"),
        ("x.md", "publishedAt: June 12, 2025", "", "2025-06-12"),
        ("x.md", "published_at: June 12, 2025", "", "2025-06-12"),
        ("x.md", "pubDate: Thu, 12 Jun 2025 10:00:00 GMT", "", "2025-06-12"),
        ("x.md", "created: 2025-06-12 03:04 PM", "", "2025-06-12"),
        ("x.md", "Date Published: 12-Jun-2025", "", "2025-06-12"),
        ("x.md", "published: true\ncreated: 2025-06-12", "", "2025-06-12"),
        ("x.md", "updated: 2025-07-01\ndate: 2025-06-12", "", "2025-06-12"),
        ("x.md", "updated: 2025-06-12", "", "2025-06-12"),
        ("x.md", "datetime: 2025-06-12 10:00", "", "2025-06-12"),
        ("x.md", "发布日期: 2025年6月12日", "", "2025-06-12"),
        ("2025/06/12.md", "layout: post", "", "2025-06-12"),
        ("2025/06/12.md", "layout: post", "# 2025-06-13 更新", "2025-06-13"),
        ("2025/06/12.md", "layout: post", "# Papers of 13 June 2025", "2025-06-12"),
        ("x.md", "layout: post", "# Papers of 12 June 2025", "2025-06-12"),
    ],
)
def test_the_date_of_a_digest(path: str, head: str, heading: str, expected: str) -> None:
    parsed = parse_text(path, f"---\ntags: [t]\n{head}\n---\n{heading}\n{PAPER}", ZONE)
    assert [digest.published.date().isoformat() for digest in parsed.digests] == [expected]
    assert not {finding.code for finding in parsed.findings} & {"D105", "D106", "D113"}


def test_a_post_whose_date_is_not_understood_is_no_silence() -> None:
    parsed = parse_text("x.md", "---\ntitle: T\ntags: [t]\ndate: soon\n---\nText.\n", ZONE)
    assert [(each.line, each.code) for each in parsed.findings] == [(4, "D106"), (1, "D105")]
    assert parsed.is_digest


def test_dates_that_are_not_understood_or_ambiguous_are_reported_with_their_line() -> None:
    text = f"---\ntags: [t]\ndate: soon\ncreated: 03/04/2025\n---\n{PAPER}"
    parsed = parse_text("x.md", text, ZONE)
    messages = [str(each) for each in parsed.findings if each.code in ("D106", "D113")]
    assert messages == [
        "x.md:3: D106 the date can't be understood: 'soon'",
        "x.md:4: D113 the date can be read in two ways: 03/04/2025, read as 2025-03-04",
    ]


NOW = datetime(2025, 6, 12, 12, tzinfo=UTC)


def collect(folder: Path, now: datetime = NOW) -> Collection:
    return collector.collect(load(None, {}, {"source": {"folders": [str(folder)]}}), now=now)


def write(folder: Path, name: str, day: str, number: int) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"---\ntags: [t]\n{day}\n---\n{PAPER.replace('00001', f'{number:05}')}"
    path.write_text(text, encoding="utf-8")
    changed = (NOW - timedelta(days=3)).timestamp()
    os.utime(path, (changed, changed))
    return path


def ahead(collection: Collection) -> list[str]:
    return [str(finding) for finding in collection.findings if finding.code == "D114"]


def test_a_date_in_the_future_is_reported_and_does_not_lead(tmp_path: Path) -> None:
    write(tmp_path, "today.md", "date: 2025-06-12", 1)
    write(tmp_path, "tomorrow.md", "date: 2025-06-14 08:00", 2)
    write(tmp_path, "slip.md", "title: x\ndate: 2052-06-10", 3)
    write(tmp_path, "2025-06-01-slip.md", "date: 2205-06-01", 4)
    write(tmp_path, "2088-01-01.md", "layout: post", 5)
    collection = collect(tmp_path)
    dates = {paper.id[-1]: f"{paper.first_published:%Y-%m-%d}" for paper in collection.papers}
    assert list(dates) == ["2", "1", "3", "5", "4"]
    assert dates == {
        "1": "2025-06-12",
        "2": "2025-06-14",
        "3": "2025-06-09",
        "4": "2025-06-01",
        "5": "2025-06-09",
    }
    moments = [summary.first_published for summary in collection.summaries]
    assert moments == sorted(moments, reverse=True)
    message = "D114 the date lies in the future"
    assert ahead(collection) == [
        f"{tmp_path}/2025-06-01-slip.md:3: {message}: 2205-06-01, dated 2025-06-01 until then",
        f"{tmp_path}/2088-01-01.md:1: {message}: 2088-01-01, dated 2025-06-09 until then",
        f"{tmp_path}/slip.md:4: {message}: 2052-06-10, dated 2025-06-09 until then",
    ]
    assert collection.warning_count == len(collection.findings)
    assert not collection.errors


def test_it_is_the_same_at_each_build_until_its_time_has_come(tmp_path: Path) -> None:
    write(tmp_path, "slip.md", "date: 2025-07-01", 1)
    first, later = collect(tmp_path), collect(tmp_path, NOW + timedelta(days=7))
    assert list(first.papers) == list(later.papers)
    assert first.fingerprint == later.fingerprint
    then = collect(tmp_path, NOW + timedelta(days=18))
    assert f"{then.papers[0].first_published:%Y-%m-%d}" == "2025-07-01"
    assert then.papers[0].id == first.papers[0].id
    assert then.fingerprint != first.fingerprint
    assert not ahead(then)


def test_a_row_in_the_future_is_reported_with_its_line(tmp_path: Path) -> None:
    rows = "".join(
        f"|{day}|T{n}|[x](https://arxiv.org/abs/2411.0000{n})|\n"
        for n, day in enumerate(["2025-06-11", "2055-06-10"])
    )
    (tmp_path / "README.md").write_text(f"|Date|Title|PDF|\n|-|-|-|\n{rows}", encoding="utf-8")
    collection = collect(tmp_path)
    assert [(each.line, each.code) for each in collection.findings] == [(4, "D114")]
    assert collection.papers[0].first_published <= NOW
