"""Commits of digests, by a real git in real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from publisher.errors import GatherError
from publisher.gather.repository import commit

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def clone(remote: Path, folder: Path) -> Path:
    git(remote.parent, "clone", "--quiet", str(remote), str(folder))
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.org")
    return folder


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with a first commit."""
    bare = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    first = clone(bare, tmp_path / "first")
    written(first, "README.md", "Trees")
    git(first, "add", ".")
    git(first, "commit", "--quiet", "--message", "Begin")
    git(first, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    shutil.rmtree(first)
    return bare


@pytest.fixture
def work(remote: Path, tmp_path: Path) -> Path:
    return clone(remote, tmp_path / "work")


def written(folder: Path, name: str, text: str = "A digest") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def subjects(folder: Path, branch: str = "main") -> list[str]:
    return git(folder, "log", "--format=%s", branch).split("\n")


def test_commits_and_pushes_once(work: Path, remote: Path) -> None:
    digest = written(work, "digests/2026-11-02-trees.md")
    assert commit(work / "digests", [digest], "Add digests", push=True)
    assert not commit(work / "digests", [digest], "Add digests", push=True)
    assert subjects(remote) == subjects(work) == ["Add digests", "Begin"]
    assert git(work, "log", "-1", "--format=%an", "main") == "Ada"


def test_takes_folders_and_leaves_everything_else(work: Path, remote: Path) -> None:
    written(work, "digests/one.md")
    written(work, "digests/a [b] *.md")
    written(work, "draft.md")
    git(work, "add", str(written(work, "staged.md")))
    assert commit(work, [work / "digests"], "Add digests", push=False)
    changed = git(work, "show", "--format=", "--name-only", "HEAD").split("\n")
    assert sorted(changed) == ["digests/a [b] *.md", "digests/one.md"]
    assert git(work, "status", "--porcelain") == "A  staged.md\n?? draft.md"
    assert subjects(remote) == ["Begin"]


def test_a_later_call_pushes_what_an_earlier_one_committed(work: Path, remote: Path) -> None:
    digest = written(work, "one.md")
    away = remote.rename(remote.with_name("away"))
    with pytest.raises(GatherError, match=r"gather\.commit: .*in the folder"):
        commit(work, [digest], "Add digests", push=True)
    assert subjects(work) == ["Add digests", "Begin"]
    away.rename(remote)
    assert not commit(work, [digest], "Add digests", push=True)
    assert subjects(remote) == ["Add digests", "Begin"]


def test_a_rejected_push_is_put_on_top(work: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    assert commit(other, [written(other, "other.md")], "Add another", push=True)
    written(work, "draft.md")
    assert commit(work, [written(work, "one.md")], "Add digests", push=True)
    assert subjects(remote) == subjects(work) == ["Add digests", "Add another", "Begin"]
    assert (work / "draft.md").exists()


def test_a_conflict_is_left_to_people(work: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    commit(other, [written(other, "one.md", "theirs")], "Add theirs", push=True)
    digest = written(work, "one.md", "ours")
    for _ in range(2):
        with pytest.raises(GatherError, match=r"gather\.commit"):
            commit(work, [digest], "Add ours", push=True)
        assert git(work, "status", "--porcelain") == ""
        assert subjects(work) == ["Add ours", "Begin"]
    assert digest.read_text() == "ours"
    assert subjects(remote) == ["Add theirs", "Begin"]


def test_killed_between_add_and_commit(work: Path) -> None:
    digest = written(work, "one.md")
    git(work, "add", str(digest))
    assert commit(work, [digest], "Add digests", push=False)
    assert git(work, "status", "--porcelain") == ""


def test_killed_in_a_rebase(work: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    commit(other, [written(other, "one.md", "theirs")], "Add theirs", push=True)
    commit(work, [written(work, "one.md", "ours")], "Add ours", push=False)
    git(work, "fetch", "--quiet")
    (work / ".git" / "publisher-rebase").touch()
    stopped = subprocess.run(
        ["git", "-C", str(work), "rebase", "--quiet", "@{upstream}"],
        capture_output=True,
        check=False,
    )
    assert stopped.returncode
    assert commit(work, [written(work, "two.md")], "Add digests", push=False)
    assert subjects(work) == ["Add digests", "Add ours", "Begin"]
    assert not (work / ".git" / "rebase-merge").exists()


def test_a_rebase_of_people_is_not_touched(work: Path, remote: Path, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    commit(other, [written(other, "one.md", "theirs")], "Add theirs", push=True)
    commit(work, [written(work, "one.md", "ours")], "Add ours", push=False)
    git(work, "fetch", "--quiet")
    subprocess.run(
        ["git", "-C", str(work), "rebase", "--quiet", "@{upstream}"],
        capture_output=True,
        check=False,
    )
    with pytest.raises(GatherError):
        commit(work, [written(work, "two.md")], "Add digests", push=True)
    assert (work / ".git" / "rebase-merge").exists()


def test_the_lock_of_a_killed_git_is_removed(work: Path) -> None:
    lock = work / ".git" / "index.lock"
    lock.touch()
    os.utime(lock, (time.time() - 4000,) * 2)
    assert commit(work, [written(work, "one.md")], "Add digests", push=False)
    assert not lock.exists()


def test_the_lock_of_a_git_at_work_is_waited_for(work: Path) -> None:
    lock = work / ".git" / "index.lock"
    lock.touch()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            lock.unlink()

    assert commit(work, [written(work, "one.md")], "Add digests", push=False, pause=pause)
    assert pauses == [0.5] * 3


def test_a_lock_that_stays_is_an_error(work: Path) -> None:
    lock = work / ".git" / "index.lock"
    lock.touch()
    digest = written(work, "one.md")
    with pytest.raises(GatherError, match=r"index\.lock"):
        commit(work, [digest], "Add digests", push=False, pause=lambda _: None)
    assert lock.exists()
    lock.unlink()
    assert commit(work, [digest], "Add digests", push=False)


PROGRAM = """
import sys
from pathlib import Path
from publisher.gather.repository import commit
work = Path(sys.argv[1])
print("ready", flush=True)
commit(work, [work / "digests"], "Add digests", push=True)
"""


def test_killed_at_any_moment(work: Path, remote: Path) -> None:
    for number in range(8):
        written(work, f"digests/{number}.md")
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(work)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.03 * number)
        process.kill()
        process.communicate()
    assert commit(work, [written(work, "digests/last.md")], "Add digests", push=True)
    assert git(work, "status", "--porcelain") == ""
    assert len(git(remote, "ls-tree", "--name-only", "main:digests").split("\n")) == 9
    git(remote, "fsck", "--strict")


def test_a_first_commit_without_an_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "user.useConfigOnly", "true")
    assert commit(tmp_path, [written(tmp_path, "one.md")], "Add digests", push=False)
    assert git(tmp_path, "log", "-1", "--format=%an %ae") == "publisher publisher@localhost"


def test_a_branch_without_an_upstream_gets_one(work: Path, remote: Path) -> None:
    git(work, "switch", "--quiet", "--create", "digests")
    commit(work, [written(work, "one.md")], "Add digests", push=True)
    commit(work, [written(work, "two.md")], "Add more", push=True)
    assert subjects(remote, "digests") == ["Add more", "Add digests", "Begin"]


def test_a_remote_has_to_be_chosen(work: Path, remote: Path) -> None:
    git(work, "switch", "--quiet", "--create", "digests")
    git(work, "remote", "add", "second", str(remote))
    with pytest.raises(GatherError, match="set-upstream REMOTE HEAD"):
        commit(work, [written(work, "one.md")], "Add digests", push=True)
    assert subjects(work, "digests") == ["Add digests", "Begin"]


def test_ignored_files_are_named(work: Path) -> None:
    written(work, ".gitignore", "*.md")
    with pytest.raises(GatherError, match="ignored"):
        commit(work, [written(work, "one.md")], "Add digests", push=False)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(GatherError, match="not a git repository"):
        commit(tmp_path, [written(tmp_path, "one.md")], "Add digests", push=False)


def test_no_git(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GatherError, match="the git program is not installed"):
        commit(work, [written(work, "one.md")], "Add digests", push=False)


def test_variables_of_a_hook_do_not_lead_elsewhere(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert commit(work, [written(work, "one.md")], "Add digests", push=False)
    monkeypatch.undo()
    assert subjects(work) == ["Add digests", "Begin"]
