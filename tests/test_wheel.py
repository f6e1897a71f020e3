"""The wheel holds everything the program needs: built, opened, installed elsewhere, run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from conftest import ROOT

from publisher import __version__

pytestmark = pytest.mark.slow

# The releases that are tested, and that are in the cache of uv; not the newest of the day.
CONSTRAINTS = ROOT / "requirements" / "run.txt"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


def test_templates_modules_data_files_and_examples_are_inside(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "examples"):
        for path in (ROOT / folder).rglob("*.*"):
            assert f"publisher/{folder}/{path.relative_to(ROOT / folder).as_posix()}" in names
    for path in (ROOT / "publisher").rglob("*"):
        if path.suffix in {".py", ".toml"}:
            assert path.relative_to(ROOT).as_posix() in names
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "docs"))]


def test_type_checkers_read_the_types_and_the_index_knows_the_addresses(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    assert "publisher/py.typed" in archive.namelist()
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    headers = message_from_bytes(archive.read(metadata))
    assert headers["License-Expression"] == "MIT"
    addresses = dict(value.split(", ") for value in headers.get_all("Project-URL", []))
    assert {"Source", "Documentation", "Changelog", "Issues"} <= addresses.keys()


@pytest.fixture(scope="module")
def packages() -> None:
    """Bring what the wheel needs into the cache of uv, where its later installs find it."""
    command = ("pip", "install", "--no-deps", "--require-hashes", "--target")
    with tempfile.TemporaryDirectory() as folder:
        done = uv(*command, folder, "-r", str(ROOT / "requirements" / "run.txt"), cwd=folder)
    if done.returncode:
        pytest.skip(f"no package index can be reached: {done.stderr.splitlines()[-1]}")


def uv(*arguments: str, cwd: Path | str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    return subprocess.run(
        [Path(sys.executable).with_name("uv"), *arguments],
        cwd=cwd,
        env=environment | {"UV_CONSTRAINT": str(CONSTRAINTS)} | variables,
        capture_output=True,
        text=True,
    )


def check_demo(folder: Path) -> None:
    assert (folder / "outbox" / "site" / "atom.xml").is_file()
    assert len(list((folder / "outbox" / "mail").glob("*.eml"))) == 3


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("extra", ["", "[web]"])
def test_a_clean_environment_runs_the_demo_from_the_wheel(
    wheel: Path, tmp_path: Path, extra: str
) -> None:
    python = str(tmp_path / "环境" / "bin" / "python")
    assert not uv("venv", "--python", sys.executable, "环境", cwd=tmp_path).returncode
    done = uv("pip", "install", "--python", python, f"{wheel}{extra}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    where = run(python, "-c", "import publisher; print(publisher.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
    run(python, "-m", "publisher", "demo", cwd=tmp_path)
    check_demo(tmp_path)
    serving = run(python, "-m", "publisher", "serve", cwd=tmp_path, code=1)
    assert ("digest-publisher[web]" in serving) is not bool(extra), serving


@pytest.mark.usefixtures("packages")
def test_a_tool_of_uv_has_a_command_of_either_name(wheel: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    done = uv(
        "tool", "install", "--python", sys.executable, str(wheel),
        cwd=tmp_path, UV_TOOL_DIR=str(tmp_path / "tools"), UV_TOOL_BIN_DIR=str(programs),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in programs.iterdir()} == {"publisher", "digest-publisher"}
    for name in ("publisher", "digest-publisher"):
        assert run(str(programs / name), "--version", cwd=tmp_path) == f"publisher {__version__}\n"


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize("how", ["package", "file"])
def test_uvx_runs_the_program_without_installing_it(wheel: Path, tmp_path: Path, how: str) -> None:
    words = {
        "package": ("--find-links", str(wheel.parent), "digest-publisher", "demo"),
        "file": ("--from", str(wheel), "publisher", "demo"),
    }[how]
    done = uv("tool", "run", "--python", sys.executable, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    check_demo(tmp_path)


def run(*command: str, cwd: Path, code: int = 0) -> str:
    """Return what `command` prints; an environment's own packages are all that it sees."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr
