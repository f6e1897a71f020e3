"""The script run.sh: which folder each task works in, wherever and however it is called."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = '#!/bin/sh\n[ "$1" = -c ] && exit\npwd\nprintf \'[%s]\\n\' "$@"\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone whose environment is there already; its program tells where it runs."""
    folder = tmp_path / "a clone"
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "run.sh", folder)
    tools = folder / "tests" / "tools"
    (tools / "node_modules").mkdir(parents=True)
    for name in ("requirements/run.txt", "requirements/dev.txt", "pyproject.toml"):
        (folder / name).write_text("")
    (tools / "package-lock.json").write_text("")
    for name in ("publisher", "python", "ruff", "mypy"):
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    checked = subprocess.run(["cksum"], input=b"", capture_output=True, check=True).stdout.decode()
    for name in ("run", "dev"):
        (folder / f".venv/.installed-{name}").write_text(f"{checked.strip()}\n{folder}\n")
    (tools / "node_modules" / ".installed").write_text(checked)
    return folder


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    folder = tmp_path / "my blog; $HOME"
    (folder / "source").mkdir(parents=True)
    return folder


def call(script: Path | str, *arguments: str, cwd: Path, **variables: str) -> list[str]:
    done = subprocess.run(
        [script, *arguments], cwd=cwd, capture_output=True, text=True, env=os.environ | variables
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_program_runs_where_the_user_stands(clone: Path, blog: Path) -> None:
    script = clone / "run.sh"
    init = call(script, "publisher", "init", "--x=a b", "", cwd=blog)
    assert init == [str(blog), "[init]", "[--x=a b]", "[]"]
    assert call(script, "serve", "--port", "80", cwd=blog / "source") == [
        str(blog / "source"),
        "[serve]",
        "[--port]",
        "[80]",
    ]
    assert call(script, "publisher", cwd=clone)[0] == str(clone)
    assert call(script, "demo", "my outbox", cwd=blog) == [str(blog), "[demo]", "[my outbox]"]
    assert call(script, "demo", cwd=clone) == [str(clone), "[demo]"]


def test_the_script_alone_lists_what_it_can_do(clone: Path, blog: Path) -> None:
    lines = call(clone / "run.sh", cwd=blog)
    assert lines[0].startswith("usage: ./run.sh TASK")
    assert lines == call(clone / "run.sh", "help", cwd=blog)
    wrong = subprocess.run([clone / "run.sh", "bild"], cwd=blog, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "no such task: bild" in wrong.stderr


def test_any_way_to_the_script_will_do(clone: Path, blog: Path, tmp_path: Path) -> None:
    links = tmp_path / "bin"
    links.mkdir()
    (links / "absolute").symlink_to(clone / "run.sh")
    (links / "relative").symlink_to("../a clone/run.sh")
    (links / "twice").symlink_to("relative")
    (tmp_path / "linked clone").symlink_to(clone)
    relative = os.path.relpath(clone / "run.sh", blog)
    for script in (
        relative,
        *(links / name for name in ("absolute", "relative", "twice")),
        tmp_path / "linked clone" / "run.sh",
    ):
        assert call(script, "publisher", "build", cwd=blog) == [str(blog), "[build]"], script
        assert call(script, "feeds", cwd=blog)[0] == str(clone), script
    found_by_name = f"{links}:{os.environ['PATH']}"
    assert call("twice", "publisher", "build", cwd=blog, PATH=found_by_name)[0] == str(blog)


def test_a_folder_of_links_is_where_the_user_believes_to_be(
    clone: Path, blog: Path, tmp_path: Path
) -> None:
    (tmp_path / "work").symlink_to(blog)
    command = f'cd work && "{clone}/run.sh" publisher build'
    said = call("/bin/sh", "-c", command, cwd=tmp_path, CDPATH=str(clone))
    assert said[0] == str(tmp_path / "work")


def test_tests_run_in_parallel_unless_the_user_says_otherwise(clone: Path, blog: Path) -> None:
    lines = call(clone / "run.sh", "test", "-n", "0", "tests/web", cwd=blog)
    count = int(lines[lines.index("[--numprocesses]") + 1].strip("[]"))
    assert count > 1
    assert lines[-3:] == ["[-n]", "[0]", "[tests/web]"]


def test_other_tasks_work_on_the_clone(clone: Path, blog: Path) -> None:
    script = clone / "run.sh"
    for task in ("lint", "bench", "feeds", "typing"):
        assert call(script, task, cwd=blog)[0] == str(clone), task
