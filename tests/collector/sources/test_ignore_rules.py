"""Files that are no digest to publish are left out in silence, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher import collector
from publisher.collector.sources import ignore_rules
from publisher.errors import SourceError
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Collection

POST = "---\ntitle: T {n}\ndate: 2024-11-30\ntags: [t]\n{extra}\n---\nText.\n"


def write(folder: Path, name: str, extra: str = "") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(POST.format(n=name, extra=extra), encoding="utf-8")


def collect(folder: Path, **source: object) -> Collection:
    return collector.collect(load(None, {}, {"source": {"folders": [str(folder)], **source}}))


def published(collection: Collection) -> set[str]:
    return {paper.digests[0] for paper in collection.papers}


NAMES = [
    ("a.md~", "a.md"),
    ("#a.md#", "a.md"),
    (".#a.md", "a.md"),
    (".a.md.swp", "a.md"),
    ("a.md.bak", "a.md"),
    ("a.md.orig", "a.md"),
    ("a.md.tmp", "a.md"),
    ("._a.md", "a.md"),
    ("~$a.md", "a.md"),
    (".hidden.md", "hidden.md"),
    (".DS_Store", "DS_Store"),
    ("b/a.sync-conflict-20241130-101500-ABCDEFG.md", "b/a.md"),
    ("a (Kim's conflicted copy 2024-11-30).md", "a.md"),
    ("a_conflict-20241130-101500.md", "a.md"),
    ("_drafts/a.md", "_drafts/a.md"),
    ("posts/_Drafts/b/a.md", "posts/_Drafts/b/a.md"),
    ("posts/_index.md", "posts/_index.md"),
    ("#1 paper.md", None),
    ("a (copy).md", None),
    ("drafts/a.md", None),
    ("a.bak.md", None),
    ("index.md", None),
    ("~a.md", None),
]


@pytest.mark.parametrize(("path", "meant"), NAMES)
def test_name(path: str, meant: str | None) -> None:
    assert ignore_rules.stands_for(path) == meant


MARKS = [
    ("draft: true", True),
    ("draft: 'True'", True),
    ("draft: false", False),
    ("published: false", True),
    ("published: no", True),
    ("published: true", False),
    ("published: 2024-11-30", False),
    ("hidden: true", True),
    ("_draft: true", True),
    ("Status: draft", True),
    ("status: hidden", True),
    ("status: published", False),
    ("description: a: b\ndraft: true", True),
    ("draft:", False),
]


@pytest.mark.parametrize(("extra", "left_out"), MARKS)
def test_front_matter(tmp_path: Path, extra: str, left_out: bool) -> None:
    write(tmp_path, "other.md")
    write(tmp_path, "x.md", extra)
    collection = collect(tmp_path)
    assert ("x.md" not in published(collection)) == left_out
    assert collection.left_out == int(left_out)
    if left_out:
        assert not collection.findings


def test_what_is_counted_is_what_would_match(tmp_path: Path) -> None:
    for name in ("a.md", "a.md~", ".b.md", "_drafts/c.md", "notes.txt~", ".DS_Store", "old/d.md~"):
        write(tmp_path, name)
    collection = collect(tmp_path, exclude=["old/**"])
    assert published(collection) == {"a.md"}
    assert collection.left_out == 3
    assert not collection.findings


def test_a_pattern_for_everything_takes_no_leftover(tmp_path: Path) -> None:
    for name in ("a.md", "a.md~", "#b.md#"):
        write(tmp_path, name)
    assert published(collect(tmp_path, include=["**"])) == {"a.md"}


def test_ignore_files(tmp_path: Path) -> None:
    for name in ("a.md", "old/b.md", "old/keep.md", "deep/c.md", "deep/d.md", "e.md", "f.md"):
        write(tmp_path, name)
    # The first line is nothing that git knows; it passes it over.
    (tmp_path / ".gitignore").write_text("\\\n# dead\n/old/*\n!old/keep.md\n")
    (tmp_path / "deep" / ".gitignore").write_text("/c.md\n")
    (tmp_path / ".publisherignore").write_text("e.*\n")
    collection = collect(tmp_path)
    assert published(collection) == {"a.md", "old/keep.md", "deep/d.md", "f.md"}
    assert collection.left_out == 3
    assert len(published(collect(tmp_path, ignore_files=[]))) == 7


def test_a_folder_where_all_is_ignored_says_so(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    (tmp_path / ".gitignore").write_text("*\n")
    with pytest.raises(SourceError, match="left out as drafts, leftovers or ignored: 1"):
        collect(tmp_path)


def test_a_users_own_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", "x.md")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.md").symlink_to(tmp_path / "elsewhere" / "x.md")
    assert published(collect(tmp_path / "in")) == {"link.md"}
