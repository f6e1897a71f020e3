"""The wheel holds everything the program needs: built, opened, installed elsewhere, run."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from conftest import ROOT


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


def test_the_installed_wheel_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--target", site, wheel],
        check=True,
    )  # fmt: skip
    # -P keeps this checkout out; the packages it needs are this environment's.
    here = f"import sys; sys.path.insert(0, {str(site)!r}); "

    def python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-c", here + program, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    loaded = python("import publisher; print(publisher.__file__)")
    assert Path(loaded.stdout.strip()).is_relative_to(site)
    done = python("from publisher.cli import main; main()", "demo")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "outbox" / "site" / "atom.xml").is_file()
    assert len(list((tmp_path / "outbox" / "mail").glob("*.eml"))) >= 3
