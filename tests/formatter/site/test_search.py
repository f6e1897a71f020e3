"""The targets of the search index: which of its files a new digest changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import collector
from publisher.formatter.site.build import build_site
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

DIGEST = """---
title: NeRF
date: {day} 08:00:00
---

## [Paper {number}]
https://arxiv.org/abs/2412.{number:05d}

**Abstract**: Words of paper {number}.
"""
DAYS = ("2023-05-05", "2024-11-30", "2024-12-02", "2024-12-09", "2024-12-10")


def add(folder: Path, day: str, number: int) -> None:
    (folder / f"{day}.md").write_text(DIGEST.format(day=day, number=number), encoding="utf-8")


def settings_of(digests: Path, work: Path) -> Settings:
    flags = {
        "source": {"folders": (str(digests),), "cache": str(work / "cache")},
        "output": {"folder": str(work / "site")},
    }
    return load(None, {}, flags)


def build(digests: Path, work: Path) -> dict[str, bytes]:
    """Return the files of the index after a build."""
    settings = settings_of(digests, work)
    build_site(collector.collect(settings), settings, saved={}, workers=1)
    site = work / "site"
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in (site / "search").rglob("*")
        if path.is_file()
    }


def segments(files: dict[str, bytes]) -> set[str]:
    return {path.split("/")[1] for path in files if path.endswith(".bin")}


def test_a_new_digest_changes_its_day_alone(tmp_path: Path) -> None:
    digests = tmp_path / "digests"
    digests.mkdir()
    for number, day in enumerate(DAYS):
        add(digests, day, number)
    before = build(digests, tmp_path / "one")
    assert segments(before) == {"2023", "2024-q4", "2024-12", "2024-12-09", "2024-12-10"}

    add(digests, "2024-12-11", 7)
    after = build(digests, tmp_path / "one")
    changed = {path for path in after if before.get(path) != after[path]}
    assert changed == {
        "search/2024-12-11/0.bin",
        "search/2024-12-11/0.json",
        "search/index.json",
    }
    assert after == build(digests, tmp_path / "cold")

    add(digests, "2025-01-01", 8)
    closed = build(digests, tmp_path / "one")
    assert segments(closed) == {"2023", "2024", "2025-01-01"}
    assert closed == build(digests, tmp_path / "cold")

    (digests / "2023-05-05.md").unlink()
    assert segments(build(digests, tmp_path / "one")) == {"2024", "2025-01-01"}


def test_a_site_without_papers_has_an_empty_index(tmp_path: Path) -> None:
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests" / "about.md").write_text("# About\n\nNothing yet.\n")
    files = build(tmp_path / "digests", tmp_path)
    assert files["search/index.json"] == b'{"segments":[],"topics":{},"venues":[]}'
