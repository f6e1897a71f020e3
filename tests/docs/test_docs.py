"""What the documents say is so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

from publisher.collector.findings import CODES
from publisher.preflight.findings import CODES as PREFLIGHT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from publisher.models import Severity


@pytest.mark.parametrize(("name", "codes"), [("findings", CODES), ("preflight", PREFLIGHT)])
def test_every_finding_is_explained(name: str, codes: dict[str, tuple[Severity, str]]) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z]\d+) \| (\w+) \| (.*?) \| (.+) \|$", text, re.MULTILINE)
    assert {code: (kind, message) for code, kind, message, _ in rows} == {
        code: (severity.value, message) for code, (severity, message) in codes.items()
    }
    assert all(meaning.strip() for *_, meaning in rows)


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/configuration.md",
        "docs/findings.md",
        "docs/hosting.md",
        "docs/operating.md",
        "docs/operator.md",
    ],
)
def test_files_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / name).parent / target).exists(), target
    for path in re.findall(
        r"`((?:publisher|collector|formatter|sender|tests|docs)/[\w/]+\.\w+)`", text
    ):
        assert (ROOT / path).exists() or (ROOT / "publisher" / path).exists(), path


def test_commands_of_the_readme_exist(
    publisher: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in set(re.findall(r"^    publisher (\w+)", text, re.MULTILINE)):
        publisher(command, "--help")


def test_tasks_of_run_sh_exist() -> None:
    script = (ROOT / "run.sh").read_text(encoding="utf-8")
    tasks = set(re.findall(r"^(\w+)\)$", script, re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\./run\.sh (\w+)", text)) <= tasks, name
