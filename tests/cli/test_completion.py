"""Completion in real shells, and its installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.cli.completion import SHELLS, current_shell, installation
from publisher.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

BIN = Path(sys.executable).parent


def shell(name: str, script: str, home: Path) -> str:
    """Return what a shell prints that starts as a person's, with `home` as the home folder."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    environment = {
        "HOME": str(home),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "LANGUAGE": "en",
        "TERM": "dumb",
    }
    done = subprocess.run(
        [name, "-i", "-c", script], capture_output=True, text=True, env=environment, cwd=home
    )
    return done.stdout


def site(home: Path) -> None:
    for name in ("topics/nerf", "topics/3dgs", "issues"):
        (home / "public" / name).mkdir(parents=True)
    for name in ("index", "2024-W49"):
        (home / "public" / "issues" / f"{name}.html").touch()
    (home / "publisher.toml").write_text('[output]\nfolder = "public"\n', encoding="utf-8")


BASH = """
COMP_WORDS=({words}); COMP_CWORD={last}; _publisher_completion publisher; echo "${{COMPREPLY[@]}}"
"""
CASES = [
    ("publisher pre", {"preview", "preflight"}),
    ("publisher subscribers sup", {"suppress"}),
    ("publisher build --wa", {"--watch"}),
    ("publisher check --format g", {"github"}),
    ("publisher subscribers add a@b.org --topic n", {"nerf"}),
    ("publisher send --issue 2024", {"2024-W49"}),
    ("publisher deliveries --state in", {"in_doubt"}),
]


@pytest.mark.parametrize(("line", "words"), CASES)
def test_bash_completes(publisher: Run, tmp_path: Path, line: str, words: set[str]) -> None:
    site(tmp_path)
    publisher("completion", "bash", "--install", HOME=str(tmp_path), XDG_DATA_HOME="")
    script = BASH.format(words=line, last=len(line.split()) - 1)
    assert set(shell("bash", script, tmp_path).split()) == words


def test_zsh_and_fish_complete(publisher: Run, tmp_path: Path) -> None:
    site(tmp_path)
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "ZDOTDIR": ""}
    publisher("completion", "zsh", "--install", **home)
    publisher("completion", "fish", "--install", **home)
    assert "_publisher_completion" in shell("zsh", "echo ${_comps[publisher]}", tmp_path)
    shown = shell("fish", "complete --do-complete 'publisher subscribers sup'", tmp_path)
    assert shown.startswith("suppress\tBlock all mail to an address")


def test_installing_twice_changes_nothing(publisher: Run, tmp_path: Path) -> None:
    start = tmp_path / ".bashrc"
    start.write_text("alias ll='ls -l'\n", encoding="utf-8")
    home = {"HOME": str(tmp_path), "SHELL": "/bin/bash", "XDG_DATA_HOME": ""}
    first = publisher("completion", "--install", **home).stdout
    assert f"{start}: written" in first
    text = start.read_text(encoding="utf-8")
    assert text.startswith("alias ll='ls -l'\n")
    again = publisher("completion", "--install", **home).stdout
    assert f"{start}: has it already" in again
    assert start.read_text(encoding="utf-8") == text


def test_the_shell_is_that_of_the_user(publisher: Run, tmp_path: Path) -> None:
    assert current_shell({"SHELL": "/usr/bin/zsh"}) == "zsh"
    assert current_shell({"PSModulePath": "C:\\x"}) == "powershell"
    with pytest.raises(SettingsError, match=r"name it: publisher completion bash\|zsh"):
        current_shell({"SHELL": "/bin/dash"})
    for name in SHELLS:
        assert "_PUBLISHER_COMPLETE" in publisher("completion", name).stdout
        assert all(str(tmp_path) in str(row[0]) for row in installation(name, "", {}, tmp_path))
