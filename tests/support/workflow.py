"""A workflow of a document, run step by step on a machine that keeps nothing between runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import yaml
from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_TOKENS = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def yaml_blocks(page: str) -> list[str]:
    """Return the YAML blocks of a how-to guide."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def workflow(page: str) -> dict[Any, Any]:
    (block,) = yaml_blocks(page)
    return dict(yaml.safe_load(block))


class Forge:
    """A bare repository, the cache and the secrets; each run has a checkout of its own."""

    def __init__(self, folder: Path, program: Path, **variables: str) -> None:
        """Have `program` run as `publisher`."""
        self.folder = folder
        self.runs = 0
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PUBLISHER_", "GIT_"))}
        self.environment = own | {
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            **variables,
        }
        self.git(folder, "init", "-q", "--bare", "-b", "main", "forge")
        self.bare = folder / "forge"

    def git(self, folder: Path, *arguments: str) -> str:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=folder, env=self.environment, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode("utf-8", "replace")

    def push(self, files: Path) -> None:
        """Make `files` the first commit of the branch main."""
        self.git(files, "init", "-q", "-b", "main")
        self.git(files, "add", "-A")
        self.git(files, "commit", "-q", "-m", "Begin")
        self.git(files, "push", "-q", str(self.bare), "main")

    def checkout(self) -> Path:
        self.runs += 1
        target = self.folder / f"run-{self.runs}"
        self.git(self.folder, "clone", "-q", str(self.bare), target.name)
        return target

    def start(self, script: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
        """Start a step; it is a process group of its own, so that all of it can be killed."""
        return subprocess.Popen(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=folder,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


class Run:
    """A run of a workflow's only job, whose expressions are decided as GitHub decides them."""

    def __init__(self, forge: Forge, job: dict[str, Any], secrets: dict[str, str]) -> None:
        self.forge = forge
        self.steps: list[dict[str, Any]] = job["steps"]
        self.secrets = secrets
        self.environment = {k: self.filled(v) for k, v in job["env"].items()}
        self.folder = forge.checkout()
        self.outcomes: dict[str, str] = {}
        self.failed = False
        self.output = ""

    def filled(self, text: object) -> str:
        def value(match: re.Match[str]) -> str:
            kind, _, name = match[1].partition(".")
            return self.secrets[name] if kind == "secrets" else "1"

        return _TOKENS.sub(value, str(text))

    def is_due(self, step: dict[str, Any]) -> bool:
        condition = str(step.get("if", ""))
        if not condition:
            return not self.failed
        condition = _TOKENS.sub(r"\1", condition)
        condition = re.sub(
            r"steps\.(\w+)\.outcome", lambda m: repr(self.outcomes.get(m[1], "skipped")), condition
        )
        condition = condition.replace("!cancelled()", "True").replace("always()", "True")
        return bool(eval(condition.replace("&&", "and")))  # noqa: S307 - of our own document

    def env_of(self, step: dict[str, Any]) -> dict[str, str]:
        return self.environment | {k: self.filled(v) for k, v in step.get("env", {}).items()}

    def cache(self, step: dict[str, Any], *, save: bool) -> None:
        kept = self.forge.folder / "kept"
        source, target = (self.folder, kept) if save else (kept, self.folder)
        for name in re.findall(r"^[\w./-]+$", step["with"]["path"], re.MULTILINE):
            if (source / name).exists():
                shutil.copytree(source / name, target / name, dirs_exist_ok=True)

    def step(self, step: dict[str, Any]) -> None:
        """Run a step, or leave it out."""
        if not self.is_due(step):
            return
        outcome = "success"
        if step.get("uses", "").startswith("actions/cache@"):
            self.cache(step, save=False)
        elif "run" in step and step.get("name") != "Install":
            process = self.forge.start(step["run"], self.folder, **self.env_of(step))
            text, _ = process.communicate(timeout=180)
            self.output += f"== {step.get('name')}\n{text}"
            outcome = "success" if process.returncode == 0 else "failure"
        if "id" in step:
            self.outcomes[step["id"]] = outcome
        self.failed |= outcome == "failure" and not step.get("continue-on-error", False)

    def all(self) -> Run:
        for step in self.steps:
            self.step(step)
        for step in self.steps:
            if step.get("uses", "").startswith("actions/cache@"):
                self.cache(step, save=True)
        return self

    def before(self, name: str) -> dict[str, Any]:
        """Run the steps before the one of that name, and return that."""
        for step in self.steps:
            if step.get("name") == name:
                return step
            self.step(step)
        raise AssertionError(name)
