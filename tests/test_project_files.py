"""The files around the program: workflows, templates for issues, metadata, the change log."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from conftest import ROOT

from publisher import __version__

if TYPE_CHECKING:
    from pathlib import Path

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SCRIPT = (ROOT / "run.sh").read_text(encoding="utf-8")
TASKS = set(re.findall(r"^([a-z]+)\)$", SCRIPT, re.MULTILINE))
# Of these, a move to another major version may break a workflow.
PIN = re.compile(r"[\w.-]+/[\w./-]+@(?:v\d+|release/v\d+)|\./\.github/workflows/[\w.-]+")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_little_and_ends(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        granted = {k for k, v in job.get("permissions", {}).items() if v != "read"}
        assert granted <= {"id-token", "packages", "pages"}, "only publishing needs more"
        if granted:
            assert "environment" in job
            assert not [step for step in job["steps"] if "run" in step], "no code of ours runs here"
        assert "uses" in job or job["timeout-minutes"] <= 120


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_what_exists(path: Path) -> None:
    workflow = read(path)
    uses = [
        part["uses"] for part in [*workflow["jobs"].values(), *steps(workflow)] if "uses" in part
    ]
    for action in uses:
        assert PIN.fullmatch(action), action
        if action.startswith("./"):
            assert "workflow_call" in read(ROOT / action)[True]  # YAML reads "on" as true
    for step in steps(workflow):
        for command in step.get("run", "").splitlines():
            program, *arguments = shlex.split(command)
            if program == "./run.sh":
                assert arguments[0] in TASKS
            elif "/" in program:
                assert (ROOT / program).stat().st_mode & 0o111, program
            else:
                assert program in ("python", "test"), program


def test_the_continuous_integration_runs_what_a_change_must_pass() -> None:
    runs = [step.get("run") for step in steps(read(GITHUB / "workflows" / "ci.yml"))]
    assert runs[-1] == ".ci/run"
    release = read(GITHUB / "workflows" / "release.yml")["jobs"]
    assert release["check"]["uses"] == "./.github/workflows/ci.yml"
    assert release["build"]["needs"] == "check"
    assert release["publish"]["needs"] == "build"
    assert release["image"]["needs"] == "publish"
    assert "python -m build" in [step.get("run") for step in release["build"]["steps"]]
    published = read(GITHUB / "workflows" / "docs.yml")["jobs"]["build"]["steps"][-1]
    assert (published["with"]["path"] + "/index.html") in SCRIPT


def test_a_release_is_published_without_a_secret() -> None:
    for path in WORKFLOWS:
        assert "secrets." not in path.read_text(encoding="utf-8")
    publish = read(GITHUB / "workflows" / "release.yml")["jobs"]["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["steps"][-1]["uses"].startswith("pypa/gh-action-pypi-publish@")


@pytest.mark.parametrize(
    "path",
    [path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"],
    ids=lambda path: path.name,
)
def test_an_issue_form_is_one(path: Path) -> None:
    form = read(path)
    assert form["name"]
    assert form["description"]
    ids = [part["id"] for part in form["body"]]
    assert len(ids) == len(set(ids))
    for part in form["body"]:
        assert part["type"] in ("textarea", "input", "dropdown", "checkboxes")
        assert part["attributes"]["label"]


def test_addresses_of_the_project_are_the_same_everywhere() -> None:
    urls = PROJECT["project"]["urls"]
    source = urls["Source"]
    assert urls["Issues"] == f"{source}/issues"
    (contact,) = read(GITHUB / "ISSUE_TEMPLATE" / "config.yml")["contact_links"]
    assert contact["url"] == f"{source}/security/advisories/new"
    for name in ("SECURITY.md", "CODE_OF_CONDUCT.md"):
        assert contact["url"] in (ROOT / name).read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"[{__version__}]: {source}/releases/tag/v{__version__}\n" in changelog


def test_the_readme_leads_to_what_people_look_for() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("LICENSE", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "ARCHITECTURE.md"):
        assert f"]({name})" in text
    assert f"pip install {PROJECT['project']['name']} " in text


def test_the_newest_version_is_in_the_change_log() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    versions = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)", h) for h in headings[1:]]
    assert all(versions)
    pairs = [match.groups() for match in versions if match]
    assert pairs[0][0] == __version__
    assert pairs == sorted(pairs, key=lambda pair: pair[1], reverse=True)


def test_classifiers_say_what_the_project_says() -> None:
    project = PROJECT["project"]
    assert project["license"] == "MIT"
    assert not [name for name in project["classifiers"] if name.startswith("License ::")]
    oldest = project["requires-python"].removeprefix(">=")
    supported = [
        name.rpartition(" ")[2]
        for name in project["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", name)
    ]
    assert oldest in supported
    assert min(supported, key=lambda version: int(version.split(".")[1])) == oldest


def test_run_sh_explains_its_tasks() -> None:
    usage = re.findall(
        r"^  ([a-z]+) +\S", SCRIPT.partition("TEXT")[2].partition("TEXT")[0], re.MULTILINE
    )
    assert set(usage) == TASKS
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\./run\.sh ([a-z]+)", text)) <= TASKS, name


def test_hooks_before_a_commit_need_no_network() -> None:
    for repository in read(ROOT / ".pre-commit-config.yaml")["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] == "system"
            program = shlex.split(hook["entry"])[0].removeprefix(".venv/bin/")
            assert re.search(rf"\.venv/bin/{program}\b", SCRIPT), hook["entry"]


def test_editors_and_ruff_agree_on_the_length_of_lines() -> None:
    config = configparser.ConfigParser(strict=True)
    text = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    config.read_string("[top]\n" + text)
    assert config["top"]["root"] == "true"
    assert config["*.py"].getint("max_line_length") == PROJECT["tool"]["ruff"]["line-length"]


def test_pinned_packages_name_no_registry_and_have_hashes() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links", text), path
        packages = re.findall(r"^[A-Za-z0-9]\S*==.*(?:\n .*)*", text, re.MULTILINE)
        assert len(packages) > 20
        assert all("--hash=sha256:" in package for package in packages), path
        assert f"install {path.stem}\n" in SCRIPT, f"no task installs {path.name}"
