"""The action, and the recipes for GitLab CI, Cloudflare Pages and Netlify, by their own scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from conftest import ROOT
from support.workflow import workflow

from publisher.formatter.feeds.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def block(page: str, language: str) -> str:
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with digests, settings, and programs in `bin`; pip only notes its words."""
    home = tmp_path / "home"
    shutil.copytree(ROOT / "examples", home)
    programs = home / "bin"
    programs.mkdir()
    for name, line in (
        ("publisher", f'exec {sys.executable} -m publisher "$@"'),
        ("pip", f'echo "$@" >> {home}/installed'),
        ("python", f'echo "$@" >> {home}/installed'),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    return home


def run(home: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    environment = own | {"PATH": path, "PYTHONPATH": str(ROOT)} | variables
    command = ["bash", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)


def action_step(home: Path, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as GitHub does, with its defaults."""
    values = {key: str(value["default"]) for key, value in ACTION["inputs"].items()} | inputs
    (step,) = (step for step in ACTION["runs"]["steps"] if step.get("name") == name)
    variables = {
        key: re.sub(
            r"\$\{\{ (?:inputs\.([\w-]+)|github\.action_path) \}\}",
            lambda match: values[match[1]] if match[1] else "/action",
            text,
        )
        for key, text in step["env"].items()
    }
    assert "${{" not in step["run"], "what an input says must not become a part of the script"
    return run(home, step["run"], **variables)


def test_the_action_runs_each_line(home: Path) -> None:
    done = action_step(home, "Run", command="build --no-ping > changed.txt\n\npapers --json\n")
    assert done.returncode == 0, done.stderr
    assert "atom.xml" in (home / "changed.txt").read_text()
    assert done.stdout.startswith("{")
    failed = action_step(home, "Run", command="buidl\nstatus")
    assert failed.returncode == 2
    assert not failed.stdout, "it ends at the first failure"


@pytest.mark.parametrize(
    ("inputs", "package"),
    [
        ({}, "/action"),
        ({"extras": "remote,dkim"}, "/action[remote,dkim]"),
        ({"version": "0.1.0", "extras": "remote"}, "digest-publisher[remote]==0.1.0"),
    ],
)
def test_the_action_installs(home: Path, inputs: dict[str, str], package: str) -> None:
    assert action_step(home, "Install", **inputs).returncode == 0
    assert (home / "installed").read_text() == f"-m pip install {package}\n"


def test_the_action_is_one() -> None:
    assert ACTION["runs"]["using"] == "composite"
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, value in ACTION["inputs"].items():
        assert value["description"]
        assert f"inputs.{name} " in text
    assert all("uses" in step or step["shell"] == "bash" for step in ACTION["runs"]["steps"])


@pytest.mark.parametrize("page", ["cloudflare-pages", "netlify"])
def test_a_build_script_builds(home: Path, page: str) -> None:
    (home / "build.sh").write_text(block(page, "sh"))
    if page == "cloudflare-pages":
        (home / "_headers").write_text(block(page, "text"))
    done = run(home, "sh build.sh")
    assert done.returncode == 0, done.stderr
    assert (home / "paper-site" / "index.html").exists()
    assert (home / "installed").read_text() == "install digest-publisher\n"
    rules: dict[str, dict[str, str]] = {}
    for line in (home / "paper-site" / "_headers").read_text().splitlines():
        if line.startswith("/"):
            headers = rules.setdefault(line, {})
        else:
            name, _, value = line.strip().partition(": ")
            headers[name] = value
    for feed in FORMATS:
        for path in (home / "paper-site").rglob(feed.file_name):
            name = f"/{path.relative_to(home / 'paper-site').as_posix()}"
            merged: dict[str, str] = {}
            for pattern, headers in rules.items():
                if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name):
                    merged |= headers
            assert merged["Content-Type"] == feed.media_type
            assert merged["Cache-Control"].startswith("public, max-age=300")
    assert run(home, "sh build.sh").returncode == 0, "a second build, from a cache"


def test_netlify_names_what_is_built() -> None:
    settings = tomllib.loads(block("netlify", "toml"))
    assert settings["build"] == {
        "command": "sh build.sh",
        "publish": "paper-site",
        "environment": {"PYTHON_VERSION": "3.12"},
    }


def test_gitlab_builds_freezes_and_sends(home: Path, tmp_path: Path) -> None:
    pipeline = workflow("gitlab-ci")
    remote = tmp_path / "store.git"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    for name in ("new", "cur", "tmp"):
        (home / "mail" / name).mkdir(parents=True)
    variables = {
        "PUBLISHER_SOURCE__CACHE": pipeline["variables"]["PUBLISHER_SOURCE__CACHE"],
        "PUBLISHER_OUTPUT__FOLDER": pipeline["variables"]["PUBLISHER_OUTPUT__FOLDER"],
        "PUBLISHER_STORE__REMOTE": str(remote),
        "PUBLISHER_STORE__PASSPHRASE": "correct horse battery staple",
        "PUBLISHER_INBOX__MAILDIR": "mail",
    }
    for name in ("pages", "send"):
        job = pipeline[name]
        (home / ".publisher" / "publisher.db").unlink(missing_ok=True)
        shutil.rmtree(home / ".publisher", ignore_errors=True)  # the runner keeps nothing
        script = "\n".join([*pipeline["default"]["before_script"], *job["script"]])
        if name == "pages":
            people = "publisher subscribers add ada@example.org --confirmed"
            script = script.replace("publisher inbox", f"{people}\npublisher inbox")
        done = run(home, script, **variables)
        assert done.returncode == 0, done.stderr
        after = run(home, "\n".join(job["after_script"]), **variables)
        assert after.returncode == 0, after.stderr
    assert (home / "public" / "index.html").exists()
    assert "1 sent" in done.stdout
    assert pipeline["pages"]["artifacts"]["paths"] == ["public"]
    assert ".publisher" not in pipeline["pages"]["cache"]["paths"]
    assert "merge_request" not in block("gitlab-ci", "yaml")
