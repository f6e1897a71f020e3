"""The image: linted, and what its Dockerfile and compose file promise."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from publisher.settings.sections import SECTIONS

DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
GUIDE = (ROOT / "docs" / "how-to" / "docker.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    if not program.is_file():
        pytest.skip("hadolint has no wheel for this system")
    done = subprocess.run([program, DOCKER / "Dockerfile"], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


def test_the_program_has_no_rights_in_the_image_and_tells_how_it_is() -> None:
    build, final = STAGES
    assert re.search(r"^USER 1000:1000$", final, re.MULTILINE)
    assert final.index("USER ") < final.index("ENTRYPOINT"), "not root at its start"
    assert re.search(r"^HEALTHCHECK .*\n?.*/healthz", final, re.MULTILINE)
    assert "pip install" in build
    assert "pip" not in final.replace("publisher", "")
    # Of what builds the program, nothing is left: but pathspec and packaging, which it uses itself.
    removed = re.search(r"pip uninstall [^\\]*\\\n(.*)$", build, re.MULTILINE)
    assert removed
    assert {"hatchling", "editables", "pip"} <= set(removed[1].split())
    needed = {re.split(r"[>=\[]", name)[0] for name in PROJECT["project"]["dependencies"]}
    assert not needed & set(removed[1].split())


def test_the_image_is_made_of_files_that_exist_and_docker_sees() -> None:
    seen = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert f"!{name}" in seen
    for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]:
        assert f"!{name}" in seen


def test_compose_keeps_what_must_not_be_lost_and_lets_only_caddy_out() -> None:
    publisher, caddy = COMPOSE["services"]["publisher"], COMPOSE["services"]["caddy"]
    folders = {str(volume).split(":")[1] for volume in publisher["volumes"]}
    assert {"/papers/digests", "/papers/paper-site", "/papers/.publisher"} <= folders
    named = {str(v).split(":")[0] for s in (publisher, caddy) for v in s["volumes"]}
    assert set(COMPOSE["volumes"]) == {name for name in named if not name.startswith(".")}
    assert "ports" not in publisher
    assert caddy["ports"]
    (network,) = COMPOSE["networks"]["papers"]["ipam"]["config"]
    assert publisher["environment"]["PUBLISHER_WEB__TRUSTED_PROXIES"] == network["subnet"]
    for name in (*publisher["environment"], *re.findall(r"PUBLISHER_\w+", DOCKERFILE)):
        section, key = name.removeprefix("PUBLISHER_").lower().split("__")
        assert key in SECTIONS[section].__struct_fields__, name


def test_the_guide_names_the_files() -> None:
    for path in DOCKER.iterdir():
        assert path.name in GUIDE or path.name.endswith(".dockerignore"), path


@pytest.mark.slow
def test_docker_builds_the_image_and_it_runs_the_demo() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True).returncode
    ):
        pytest.skip("no Docker runs here")
    build = ["docker", "build", "--file", DOCKER / "Dockerfile", "--tag", "publisher-test", ROOT]
    subprocess.run(build, check=True, capture_output=True)
    demo = ["docker", "run", "--rm", "--network", "none", "--read-only"]
    done = subprocess.run(
        [*demo, "--tmpfs=/o", "--user=0", "publisher-test", "demo", "/o/outbox"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "3 sent" in done.stdout
