"""A new machine with Python alone: the demo and a first site, without rights and then offline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from support.debian import HOME, Debian, debian

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CHECKOUT = f"{HOME}/我的 checkout"
FOLDER = f"{HOME}/论文 & 博客"
RUN = f"'{CHECKOUT}/run.sh'"
DIGEST = """---
title: "2026-11-02 NeRF"
date: 2026-11-02
---

## A Paper about Fields
- Link: https://arxiv.org/abs/2411.00001
- Abstract: Fields are sampled along rays.
"""


@pytest.fixture(params=["bookworm 3.11", "trixie 3.13"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Debian:
    suite, version = request.param.split()
    system = debian(suite, tmp_path)
    system.write(f"{FOLDER}/source/_posts/nerf.md", DIGEST)
    assert f"Python {version}." in system.run("python3 --version", "/").stdout
    system.copy_checkout(CHECKOUT)
    return system


def test_a_person_without_rights_comes_to_a_site_on_a_new_machine(machine: Debian) -> None:
    start = time.monotonic()
    demo = machine.run(f"{RUN} demo", FOLDER, network=True)
    if "No matching distribution" in demo.stderr or "Failed to establish" in demo.stderr:
        pytest.skip("no package index can be reached")
    assert demo.returncode == 0, demo.stderr
    assert time.monotonic() - start < 300  # 15 s on a machine with nothing else to do
    assert "3 sent" in demo.stdout

    # From here on there is no network, not even to this machine itself.
    again = machine.run(f"{RUN} demo second", FOLDER)
    assert (again.returncode, "3 sent" in again.stdout) == (0, True), again.stderr
    steps = "init", "check", "build", "build"
    for step in steps:
        done = machine.run(f"{RUN} publisher {step}", FOLDER)
        assert done.returncode == 0, done.stdout + done.stderr
    feed = machine.run("cat paper-site/atom.xml", FOLDER)
    assert "2411.00001" in feed.stdout
    owners = machine.run("stat --format=%u . * | sort -u", f"{FOLDER}/paper-site")
    assert owners.stdout.split() == ["1000"], "nothing needed other rights"


def test_without_pip_the_script_says_what_to_install(machine: Debian) -> None:
    machine.write("/usr/lib/python3/dist-packages/pip/__init__.py", "raise ImportError")
    done = machine.run(f"{RUN} demo", FOLDER)
    assert done.returncode == 1
    assert "apt install python3-pip" in done.stderr
    assert "Traceback" not in done.stderr
