"""Decisions of `build --watch`, case by case."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from publisher.settings import load
from publisher.watcher import schedule
from publisher.watcher.change_filter import (
    Rules,
    concerns_digests,
    concerns_templates,
    summary,
)
from publisher.watcher.places import folders_in, places_of, stamp
from publisher.watcher.polling import differences, look
from publisher.watcher.schedule import BuildPlan

if TYPE_CHECKING:
    from pathlib import Path

RULES = Rules(("**/*.md", "**/*.markdown"), ("old/**",), (".gitignore", ".publisherignore"))

FILES = [
    ("a.md", True),
    ("2024/12/a.markdown", True),
    ("没有 空格.md", True),
    ("old/a.md", False),
    ("a.png", False),
    (".gitignore", True),
    ("2024/.publisherignore", True),
    (".git/index.md", False),
    (".obsidian/.gitignore", False),
    # what editors write beside a file
    (".a.md.swp", False),
    (".a.md.swx", False),
    ("4913", False),
    ("a.md~", False),
    ("#a.md#", False),
    (".#a.md", False),
    ("a.md.tmp", False),
    ("a.md.part", False),
    ("~$a.md", False),
    ("._a.md", False),
    (".a.md.X1y2Z3", False),
    ("a.sync-conflict-20240101-120000-ABCDEFG.md", False),
    ("_drafts/a.md", False),
    ("_index.md", False),
]


@pytest.mark.parametrize(("path", "expected"), FILES)
@pytest.mark.parametrize("is_new_or_gone", [True, False])
def test_files_that_ask_for_a_build(path: str, *, expected: bool, is_new_or_gone: bool) -> None:
    found = concerns_digests(path, RULES, is_folder=False, is_new_or_gone=is_new_or_gone)
    assert found == expected


@pytest.mark.parametrize(
    ("path", "is_new_or_gone", "expected"),
    [
        ("2024", True, True),
        ("2024.11/x.y", True, True),
        ("2024", False, False),  # its time changed, as a file in it came
        (".git", True, False),
        (".git/objects", True, False),
    ],
)
def test_folders_that_ask_for_a_build(path: str, *, is_new_or_gone: bool, expected: bool) -> None:
    assert concerns_digests(path, RULES, is_folder=True, is_new_or_gone=is_new_or_gone) == expected


@pytest.mark.parametrize(
    ("path", "is_folder", "expected"),
    [
        ("pages/base.html.j2", False, True),
        ("pages", True, True),
        ("own/part.j2", False, True),
        ("pages/.base.html.j2.swp", False, False),
        ("pages/base.html.j2~", False, False),
        ("pages/#base.html.j2#", False, False),
        ("pages/4913", False, False),
        (".git/x.j2", False, False),
        ("README.md", False, False),
    ],
)
def test_templates_that_ask_for_a_build(path: str, *, is_folder: bool, expected: bool) -> None:
    assert concerns_templates(path, is_folder=is_folder, is_new_or_gone=True) == expected


def test_what_is_said() -> None:
    assert summary([]) == ""
    assert summary(["a", "b", "c"]) == "a, b, c"
    assert summary([f"{n}.md" for n in range(1300)]) == "0.md, 1.md, 2.md and 1,297 more"


Q, P = schedule.QUIET_SECONDS, schedule.PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("seen", "now", "expected"),
    [
        ([], 1e9, False),
        ([0.0], 0.0, False),
        ([0.0], Q / 2, False),
        ([0.0], Q, True),
        ([0.0, Q / 2], Q, False),  # another one came meanwhile
        ([0.0, Q / 2], Q * 2, True),
        ([Q * n / 2 for n in range(9)], P, True),  # no end to it: built all the same
        ([Q * n / 2 for n in range(3)], Q * 1.2, False),
    ],
)
def test_when_to_build(seen: list[float], now: float, *, expected: bool) -> None:
    plan = BuildPlan()
    for moment in seen:
        plan = schedule.noticed(plan, moment)
    assert schedule.is_time(plan, now) == expected


def test_a_digest_is_built_within_a_second() -> None:
    assert P < 1


@pytest.mark.parametrize(
    ("well", "every", "after"),
    [
        (True, None, None),
        (True, 300.0, 300.0),
        (False, None, schedule.RETRY_SECONDS),
        (False, 300.0, schedule.RETRY_SECONDS),
        (False, 5.0, 5.0),
    ],
)
def test_when_to_build_again(*, well: bool, every: float | None, after: float | None) -> None:
    plan = schedule.built(100.0, well=well, every=every)
    assert plan == BuildPlan(date=None if after is None else 100 + after)
    if after is not None:
        assert not schedule.is_time(plan, 100 + after - 1)
        assert schedule.is_time(plan, 100 + after)


def test_places_of_the_settings(tmp_path: Path) -> None:
    config = tmp_path / "publisher.toml"
    config.write_text(
        '[source]\nfolders = ["posts", "one.md"]\ncache = "posts/cache"\n'
        '[output]\nfolder = "posts/public"\n[templates]\nfolder = "own"\n'
    )
    places = places_of(load(config, {}), config)
    posts, own = tmp_path / "posts", tmp_path / "own"
    assert places.folders() == []
    assert places.missing() == [posts, tmp_path / "one.md"]
    for folder in (posts, own):
        folder.mkdir()
    (tmp_path / "one.md").touch()
    assert places.folders() == [own, posts]
    assert places.missing() == []

    def concerns(path: Path) -> bool:
        return places.concerns(path, is_folder=False, is_new_or_gone=True)

    assert concerns(posts / "a.md")
    assert concerns(own / "pages" / "x.html.j2")
    assert not concerns(posts / "public" / "a.md")
    assert not concerns(posts / "cache" / "a.md")
    assert not concerns(posts)
    assert not concerns(tmp_path / "a.md")
    assert not concerns(own / "a.md")


@pytest.mark.parametrize("output", ["posts", "."])
def test_an_output_folder_that_holds_the_sources_hides_nothing(tmp_path: Path, output: str) -> None:
    config = tmp_path / "publisher.toml"
    config.write_text(f'[source]\nfolders = ["posts"]\n[output]\nfolder = "{output}"\n')
    places = places_of(load(config, {}), config)
    path = tmp_path / "posts" / "a.md"
    assert places.concerns(path, is_folder=False, is_new_or_gone=True)


def test_what_takes_the_place_of_another_has_another_stamp(tmp_path: Path) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    assert stamp(folder) is None
    folder.mkdir()
    before = stamp(folder)
    (folder / "a").touch()
    assert stamp(folder) == before
    folder.rename(tmp_path / "away")
    folder.mkdir()
    assert stamp(folder) != before
    file.write_text("a")
    os.utime(file, ns=(0, 0))
    before = stamp(file)
    os.utime(file, ns=(0, 1))
    assert stamp(file) != before


def test_known_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / ".git" / "objects").mkdir(parents=True)
    (tmp_path / "file").touch()
    assert folders_in([tmp_path]) == {tmp_path / "a", tmp_path / "a" / "b"}


def test_two_looks_show_what_changed(tmp_path: Path) -> None:
    for name in ("kept", "gone", "changed"):
        (tmp_path / f"{name}.md").write_text(name)
    (tmp_path / "empty").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".#kept.md").symlink_to("user@host.1234:1")  # to nothing, as Emacs does
    (tmp_path / "circle").symlink_to(tmp_path)
    changed = tmp_path / "changed.md"
    os.utime(changed, ns=(0, 1_000))
    before = look([tmp_path])
    assert differences(before, look([tmp_path])) == set()
    (tmp_path / "gone.md").unlink()
    os.utime(changed, ns=(0, 2_000))  # within the same second
    (tmp_path / "empty" / "new.md").touch()
    (tmp_path / ".git" / "index.md").touch()
    assert differences(before, look([tmp_path])) == {
        ("deleted", tmp_path / "gone.md"),
        ("modified", changed),
        ("added", tmp_path / "empty" / "new.md"),
    }
    assert look([tmp_path / "nowhere"]) == {}
