"""The workflow of docs/how-to/arxiv.md, run step by step as it stands in the document."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from conftest import ROOT
from support.fake_arxiv import FakeArxiv, FakePaper, Fault

from publisher.gather.arxiv.schedule import due_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = "Splatting the whole town"


def workflow() -> dict[Any, Any]:
    text = (ROOT / "docs" / "how-to" / "arxiv.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return dict(yaml.safe_load(block))


class Repository:
    """A repository on a forge, and a runner that checks it out anew for each run."""

    def __init__(self, folder: Path, arxiv: FakeArxiv) -> None:
        self.folder = folder
        self.runs = 0
        self.kept = folder / "kept"  # the cache of the workflow
        programs = folder / "bin"
        programs.mkdir()
        program = programs / "publisher"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m publisher "$@"\n')
        program.chmod(0o755)
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PUBLISHER_", "GIT_"))}
        self.environment = own | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PUBLISHER_GATHER__ARXIV_URL": arxiv.url,
            "PUBLISHER_GATHER__API_URL": arxiv.api_url,
            "PUBLISHER_GATHER__PAUSE_SECONDS": "0",
        }
        self.git(folder, "init", "-q", "--bare", "-b", "main", "forge")
        self.git(folder, "clone", "-q", str(folder / "forge"), "first")
        first = folder / "first"
        self.call(first, "publisher init --arxiv cs.CV --keyword splatting")
        self.push(first, "Add the settings")

    def call(self, folder: Path, script: str, code: int = 0, **variables: str) -> str:
        result = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.returncode == code, f"{script}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def git(self, folder: Path, *arguments: str, **variables: str) -> str:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        return subprocess.run(
            ["git", *who, *arguments],
            cwd=folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def push(self, checkout: Path, message: str, **variables: str) -> None:
        self.git(checkout, "add", "-A")
        self.git(checkout, "commit", "-q", "--allow-empty", "-m", message, **variables)
        self.git(checkout, "push", "-q", "origin", "HEAD:main")

    def log(self) -> list[str]:
        return self.git(self.folder / "forge", "log", "--format=%an: %s", "main").splitlines()

    def run(self, failing: str = "", since: str = "") -> Path:
        """Run the workflow on a new checkout and return it; the step `failing` has to fail."""
        self.runs += 1
        checkout = self.folder / f"run-{self.runs}"
        self.git(self.folder, "clone", "-q", str(self.folder / "forge"), checkout.name)
        (job,) = workflow()["jobs"].values()
        for step in job["steps"]:
            match step:
                case {"uses": uses} if uses.startswith("actions/cache/restore@"):
                    self.copy(step, self.kept, checkout)
                case {"uses": uses} if uses.startswith("actions/cache/save@"):
                    self.copy(step, checkout, self.kept)
                case {"if": condition} if "hashFiles" in condition and not any(
                    checkout.glob("digests/**/*.md")
                ):
                    pass
                case {"run": script} if step["name"] != "Install":
                    texts = {**job["env"], **step.get("env", {})}
                    variables = {
                        name: re.sub(r"\$\{\{.*?\}\}", "", text) for name, text in texts.items()
                    }
                    if "SINCE" in variables:
                        variables["SINCE"] = since
                    self.call(checkout, script, step["name"] == failing, **variables)
        return checkout

    def copy(self, step: dict[str, Any], source: Path, target: Path) -> None:
        target.mkdir(exist_ok=True)
        for name in step["with"]["path"].split():
            if (source / name).exists():
                self.call(self.folder, f"rm -rf {target / name} && cp -a {source / name} {target}/")


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv(lambda: datetime.now(UTC)) as arxiv:
        now = datetime.now(UTC)
        for day in due_days(now, now.date() - timedelta(days=7)):
            arxiv.announce(day, "cs.CV", FakePaper("2611.00001", "Nothing of interest"))
        arxiv.announce(day, "cs.CV", FakePaper("2611.00002", TITLE))
        yield arxiv


@pytest.fixture
def repository(tmp_path: Path, arxiv: FakeArxiv) -> Repository:
    return Repository(tmp_path, arxiv)


def test_a_night_commits_digests_and_publishes_them(
    repository: Repository, arxiv: FakeArxiv
) -> None:
    checkout = repository.run()
    (digest,) = (checkout / "digests").rglob("*.md")
    assert TITLE in digest.read_text()
    assert TITLE in (checkout / "paper-site" / "atom.xml").read_text()
    newest, first = repository.log()
    assert first == "Ada: Add the settings"
    assert newest.startswith("github-actions[bot]: Add digests of ")
    shown = repository.git(repository.folder / "forge", "show", "--stat", "--format=", "main")
    assert shown.strip().startswith("digests/")
    assert "1 file changed" in shown

    asked = len(arxiv.requests)
    again = repository.run()
    assert len(repository.log()) == 2, "a second run of the night commits nothing"
    assert len(arxiv.requests) == asked, "the state was kept"
    assert TITLE in (again / "paper-site" / "atom.xml").read_text()


def test_a_night_without_arxiv_is_red_and_is_made_up(
    repository: Repository, arxiv: FakeArxiv
) -> None:
    arxiv.faults.append(Fault("404", times=-1))
    repository.run(failing="Gather")
    assert repository.log() == ["Ada: Add the settings"]
    arxiv.faults.clear()
    checkout = repository.run(since=(datetime.now(UTC) - timedelta(days=7)).date().isoformat())
    assert TITLE in (checkout / "paper-site" / "atom.xml").read_text()


def test_digests_that_the_forge_refuses_are_written_again(repository: Repository) -> None:
    hook = repository.folder / "forge" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    checkout = repository.run(failing="Gather")
    assert TITLE in (checkout / "paper-site" / "atom.xml").read_text()
    assert repository.log() == ["Ada: Add the settings"]
    hook.unlink()
    repository.run()
    assert repository.log()[0].startswith("github-actions[bot]: Add digests of ")


def test_a_schedule_without_digests_stays(repository: Repository) -> None:
    first = repository.folder / "first"
    old = (datetime.now(UTC) - timedelta(days=50)).isoformat()
    text = (first / "publisher.toml").read_text().replace('"splatting"', '"never"')
    (first / "publisher.toml").write_text(text)
    repository.git(first, "pull", "-q", "origin", "main")
    repository.push(first, "Ask for nothing", GIT_COMMITTER_DATE=old)
    repository.run()
    assert repository.log()[0] == "github-actions[bot]: Keep the schedule"
    repository.run()
    assert len(repository.log()) == 3


def test_the_key_is_for_one_step_alone() -> None:
    (job,) = workflow()["jobs"].values()
    holders = [step.get("name") for step in job["steps"] if "secrets." in str(step)]
    assert holders == ["Gather"]
    assert "secrets." not in str(job["env"])
    assert workflow()[True]["schedule"]  # YAML reads "on" as true
    assert set(workflow()["permissions"]) == {"contents", "pages", "id-token"}
