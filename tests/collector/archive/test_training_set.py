"""Damaged digests are repaired with what the clean ones of the archive teach."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from publisher import collector
from publisher.collector.archive import parsing, training_set
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from publisher.models import Collection

POST = """---
title: T
date: 2024-11-2{n} 09:30:00
tags: [t]
---

## Title {n}

**Authors:A B**

{text}

[PDF](http://arxiv.org/abs/2411.0000{n}v1)
"""
CLEAN = "学校的老师正在教学生们写字，大家都很认真，他们可以在图书馆看书。"
PROSE = "今天下雨，我们在家里看书，他说这本书很有意思，可以在图书馆借到。"


def write(folder: Path, name: str, n: int, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(POST.format(n=n, text=text), encoding="utf-8")


def damaged(text: str) -> str:
    return text.encode().decode("cp1252", "ignore")


def collect(folder: Path) -> Collection:
    return collector.collect(load(None, {}, {"source": {"folders": [str(folder)]}}))


def forbid_parsing(patch: pytest.MonkeyPatch) -> None:
    def parse_bytes(*_: object) -> None:
        raise AssertionError

    patch.setattr(parsing, "parse_bytes", parse_bytes)


def abstracts(collection: Collection) -> dict[str, str]:
    return {paper.title: paper.abstract for paper in collection.papers}


def test_a_repair_is_kept_until_its_training_set_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "digests"
    write(folder, "1.md", 1, damaged(PROSE))
    write(folder, "2.md", 2, CLEAN)
    before = collect(folder)
    assert [finding.code for finding in before.findings if finding.code < "D2"] == ["D110"]
    with monkeypatch.context() as patch:
        forbid_parsing(patch)
        again = collect(folder)
        assert list(again.papers) == list(before.papers)
        assert again.fingerprint == before.fingerprint
        assert list(again.findings) == list(before.findings)
    write(folder, "0.md", 0, PROSE)
    better = collect(folder)
    assert better.fingerprint != before.fingerprint
    assert abstracts(better)["Title 1"] == PROSE
    assert next(paper.repaired for paper in better.papers if paper.title == "Title 1")


def test_only_the_first_clean_digests_are_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_set, "MOST", 1)
    folder = tmp_path / "digests"
    write(folder, "1.md", 1, damaged(PROSE))
    write(folder, "2.md", 2, PROSE)
    collect(folder)
    write(folder, "3.md", 3, CLEAN)
    with monkeypatch.context() as patch:
        parsed: list[str] = []
        parse = parsing.parse_bytes
        patch.setattr(
            parsing, "parse_bytes", lambda path, *rest: parsed.append(path) or parse(path, *rest)
        )
        patch.setattr("publisher.process_pool.usable_cores", lambda: 1)
        assert abstracts(collect(folder))["Title 1"] == PROSE
    assert parsed == ["3.md"]


def test_a_repair_that_the_cache_lost_is_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    write(folder, "1.md", 1, damaged(PROSE))
    write(folder, "2.md", 2, PROSE)
    expected = list(collect(folder).papers)
    collection = collect(folder)
    cache = load(None, {}, {}).cache_folder / "parsed.sqlite"
    with sqlite3.connect(cache) as connection:
        connection.execute("DELETE FROM parsed")
    connection.close()
    assert list(collection.papers) == expected
