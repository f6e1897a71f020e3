"""Repair of damaged digests by a training set of clean ones of the archive."""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING

import pytest

from publisher import collector
from publisher.collector.archive import parsing, training_set
from publisher.collector.mojibake.word_model import word_model
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


def test_only_the_first_clean_digests_are_used(
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


@pytest.fixture
def without_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    word_model.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "wordfreq", None)
        yield
    word_model.cache_clear()


@pytest.mark.usefixtures("without_words")
def test_without_the_extra_a_damaged_digest_is_published_and_reported(tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    write(folder, "1.md", 1, damaged(PROSE))
    write(folder, "2.md", 2, PROSE)
    collection = collect(folder)
    (error,) = collection.errors
    assert str(error).removeprefix(f"{folder}/") == (
        "1.md:11: D112 text went through a wrong decoding and is published as it is: 1 line; "
        "to repair it: pip install 'digest-publisher[repair]'"
    )
    assert abstracts(collection) == {"Title 1": damaged(PROSE), "Title 2": PROSE}


def test_once_the_extra_is_installed_remaining_damage_is_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "digests"
    write(folder, "1.md", 1, damaged(PROSE))
    write(folder, "2.md", 2, PROSE)
    word_model.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "wordfreq", None)
        assert collect(folder).errors
    word_model.cache_clear()
    collection = collect(folder)
    assert not collection.errors
    assert abstracts(collection)["Title 1"] == PROSE


@pytest.mark.usefixtures("without_words")
def test_a_clean_mention_is_preferred_to_a_damaged_one(tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    write(folder, "1.md", 1, PROSE)
    write(folder, "2.md", 1, damaged(PROSE))
    assert abstracts(collect(folder)) == {"Title 1": PROSE}


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
