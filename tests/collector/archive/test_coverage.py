"""The arXiv ids of the sources beside those of the papers, from the first reading and the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import collector
from publisher.models import Collection, Coverage
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

READ = """\
---
date: 2024-11-20
tags: [NeRF]
---
## A title
**Authors:Ada Author**
An abstract.
[PDF](http://arxiv.org/abs/2411.00001v1)
"""
PROSE = "We met arXiv:2411.00002 and arXiv:2411.00001.\n"
POST = (
    "---\ntitle: T\ndate: 2024-11-21\ntags: [t]\narxiv: '2411.00003'\n---\n"
    "Text beside [another](https://arxiv.org/abs/2411.00004).\n"
)


def collect(folder: Path, **files: str) -> Collection:
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    flags = {"source": {"folders": [str(folder)], "cache": str(folder / "cache")}}
    return collector.collect(load(None, {}, flags))


def test_every_id_became_a_paper(tmp_path: Path) -> None:
    assert collect(tmp_path, read=READ).coverage is None


def test_an_id_counts_once_and_as_read_wherever_that_was(tmp_path: Path) -> None:
    assert collect(tmp_path, read=READ, prose="arXiv:2411.00001\n").coverage is None


def test_files_that_are_no_digests_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"read": READ, "prose": PROSE, "prose2": PROSE, "more": "arxiv 2411.00005\n"}
    for _ in range(2):  # parsed, then from the cache
        coverage = collect(tmp_path, **files).coverage
        assert coverage == Coverage(files=4, ids=3, read=1, path="more.md")


def test_half_of_the_ids_is_enough(tmp_path: Path) -> None:
    assert collect(tmp_path, read=READ, prose=PROSE).coverage is None


def test_notes_on_one_paper_cite_others(tmp_path: Path) -> None:
    assert collect(tmp_path, post=POST, prose=POST.replace("00003", "00006")).coverage is None
